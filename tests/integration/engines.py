# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines that tests use.

Each test of containers runs on the usual engine, and in the sweep on those of `ENGINES`. With
`VIGO_BRIDGE_TEST_ENGINE=docker-28.5`, all run on that engine instead; `make matrix` does that with
each of `ALL`. Tests of other engines are left out then, and those marked `sample`.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection
from typing import Any

import pytest

USUAL = "docker-20.10"

#: By the name of an engine: its fixture.
ALL = {
    USUAL: "docker_20",
    "docker-26.1": "docker_26",
    "docker-26.1-containerd": "docker_26_containerd",
    "docker-28.5": "docker_28",
    "podman-4.3": "podman",
    "podman-5.4": "podman_5_4",
    "podman-5.8": "podman_5_8",
    "podman-5.8-rootless": "podman_rootless",
}
CHOICE = "VIGO_BRIDGE_TEST_ENGINE"
CHOSEN = os.environ.get(CHOICE, "")
#: Names a file that gets the version of the engine.
VERSION = "VIGO_BRIDGE_TEST_ENGINE_VERSION"
ENGINES = {
    name: ALL[name] for name in ([CHOSEN] if CHOSEN else [USUAL, "docker-26.1", "podman-4.3"])
}
DOCKER = tuple(name for name in ENGINES if name.startswith("docker"))
#: The fixture of tests that need any Podman, and that of the Podman that they use.
ANY_PODMAN = "any_podman"
PODMAN = ALL[CHOSEN if CHOSEN.startswith("podman") else "podman-4.3"]


def is_elsewhere(name: str) -> bool:
    """Return whether an engine is on a host, and does not see the folders of this machine."""
    return name not in (USUAL, "podman-4.3")


def on_one_of_them(
    names: str, *values: Collection[Any], among: Collection[str] = tuple(ENGINES)
) -> pytest.MarkDecorator:
    """Give a test all combinations of values, each of them with one engine in turn.

    A chosen engine gets every value, but not every combination. All combinations are tried on the
    engine in memory, which the engine contract holds to these.

    names: of the arguments, the first values belong to the first of them. among: these engines;
    without any, the test is skipped.
    """
    lists = [list(each) for each in values]
    combinations = list(itertools.product(*lists))
    if CHOSEN:
        number = max(map(len, lists))
        combinations = [tuple(each[n % len(each)] for each in lists) for n in range(number)]
    cases = [(name, *case) for name, case in zip(itertools.cycle(among), combinations)]
    return pytest.mark.parametrize(f"each_engine, {names}", cases, indirect=["each_engine"])


def is_left_out(item: pytest.Item, chosen: str = CHOSEN) -> bool:
    """Return whether a test is of another engine than the chosen one, or repeats another there."""
    fixtures = set(getattr(item, "fixturenames", ()))
    others = {fixture for name, fixture in ALL.items() if name != chosen}
    if not chosen.startswith("podman"):
        others.add(ANY_PODMAN)
    is_sample = item.get_closest_marker("sample") is not None
    return bool(chosen) and (is_sample or bool(fixtures & others))
