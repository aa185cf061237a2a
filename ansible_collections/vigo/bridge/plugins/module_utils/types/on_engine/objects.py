# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wanted and the observed state of networks and volumes."""

from __future__ import annotations

from typing import Any, Mapping

from ...common.dataclass import dataclass


@dataclass(frozen=True)
class Wanted:
    """The wanted state of one network or volume.

    settings: only what is set, in canonical form. is_external: whether it must already exist and is
        never changed. scope, stack_id, resource: which stack and resource it belongs to, for its
        labels; may be
    empty.
    """

    kind: str
    name: str
    settings: Mapping[str, Any]
    state: str = "present"
    is_external: bool = False
    docker_host: str = ""
    scope: str = ""
    stack_id: str = ""
    resource: str = ""

    @property
    def is_absent(self) -> bool:
        return self.state == "absent"

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Found:
    """An existing network or volume. settings: from inspect. made_from: the settings in its label;
    None without one.

    is_ours: whether this stack may change it. owner: a description of the owner for messages.
    """

    id: str
    settings: Mapping[str, Any]
    made_from: Mapping[str, Any] | None = None
    is_ours: bool = True
    owner: str = ""


@dataclass(frozen=True)
class Observed:
    """found: None if it does not exist. users: the names of containers that use it."""

    found: Found | None
    users: tuple[str, ...] = ()
