# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines that long tests use beside the usual one."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from typing import Any

import pytest

#: By the name of an engine: its fixture.
ENGINES = {"docker-20.10": "engine", "docker-26.1": "docker_26", "podman-4.3": "podman"}
DOCKER = ("docker-20.10", "docker-26.1")


def on_one_of_them(
    names: str, *values: Collection[Any], among: Collection[str] = tuple(ENGINES)
) -> pytest.MarkDecorator:
    """Give a test all combinations of values, each of them with one engine in turn.

    Every value meets every engine. All combinations are tried on the engine in memory, which the
    engine contract holds to these.

    names: of the arguments, the first values belong to the first of them. among: these engines.
    """
    engines = itertools.cycle(among)
    cases = [(next(engines), *case) for case in itertools.product(*values)]
    return pytest.mark.parametrize(f"each_engine, {names}", cases, indirect=["each_engine"])
