# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder used as a machine, and resources for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    parse_crates,
    parse_resources,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.passes import Convergence, Wanted
from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts
from ansible_collections.vigo.bridge.plugins.module_utils.state.journal import Journal
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types import registry
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Behaviour
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target


class _Behaviours(dict[str, Behaviour]):
    def __missing__(self, name: str) -> Behaviour:
        return self.setdefault(name, registry.TYPES[name].behaviour())


TYPES = _Behaviours()


def run(
    resources: Sequence[Mapping[str, Any]],
    state: Path,
    *,
    check: bool = False,
    crates: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    target: Target | None = None,
) -> list[Result]:
    """Run resources, or predict them, and return the results. target: in place of a new one."""
    return Convergence(
        Wanted(parse_resources(resources), parse_crates(crates or {}), variables or {}),
        TYPES,
        target or Target(check_mode=check),
        Journal.load(StateFolder(str(state), check), "default"),
        Facts(),
    ).run()
