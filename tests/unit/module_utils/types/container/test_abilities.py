# SPDX-License-Identifier: GPL-3.0-or-later
"""Which limits a host cannot set, by what its engine reports."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.abilities import incapable

CPU = {"cpus", "cpu_shares"}
MEMORY = {"memory", "memory_swap"}
#: What the engine reports, the control groups of Podman, and the limits that are not set.
CASES: list[tuple[dict[str, Any], list[str] | None, set[str]]] = [
    ({}, None, set()),
    ({"MemoryLimit": True, "PidsLimit": True}, None, set()),
    ({"PidsLimit": False}, None, {"pids_limit"}),
    ({"PidsLimit": True}, [], {"pids_limit", *CPU, *MEMORY}),
    # What systemd gives to the services of a user.
    ({"PidsLimit": True, "CpuCfsQuota": True}, ["memory", "pids"], CPU),
    ({"PidsLimit": True, "SwapLimit": False}, ["cpu", "memory", "pids"], {"memory_swap"}),
]


@pytest.mark.parametrize(("info", "controllers", "expected"), CASES)
def test_incapable(info: dict[str, Any], controllers: list[str] | None, expected: set[str]) -> None:
    assert incapable(info, controllers) & {"pids_limit", *CPU, *MEMORY} == expected
