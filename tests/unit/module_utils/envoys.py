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
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

TYPES = {"file": File(), "exec": Exec()}


def run(
    resources: Sequence[Mapping[str, Any]],
    state: Path,
    *,
    check: bool = False,
    crates: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
) -> list[Result]:
    """Run files and commands, or predict them, and return the results."""
    return Convergence(
        Wanted(parse_resources(resources), parse_crates(crates or {}), variables or {}),
        TYPES,
        Target(check_mode=check),
        Journal.load(StateFolder(str(state), check), "default"),
        Facts(),
    ).run()
