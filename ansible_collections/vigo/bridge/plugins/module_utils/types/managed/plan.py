# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that bring a resource to its desired state. Pure."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Tuple

from ...common.dataclass import dataclass, field
from .managers import Machine


@dataclass(frozen=True)
class Step:
    """A module with its options, or a command.

    action: the action to report for a change; empty to take it from the module's result. reason:
        why. acts:
    whether it always changes something. unless_changed: whether it is skipped if an earlier step
    has changed something.
    """

    module: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    action: str = ""
    reason: str = ""
    acts: bool = False
    unless_changed: bool = False


@dataclass(frozen=True)
class Plan:
    """A resource of a type whose module is known only on the machine.

    manager: which kind of manager handles it. steps: returns the steps for a manager; raises
        ResourceError for what that manager does not support. takes_latest: whether the result
        depends on which versions are available; earlier changes of files can alter that.
        updates_list: whether the list of available packages is updated first; check mode does not
            do that. reads: the paths of the manager's data on any machine, on which the result
            depends. adds, replaces: the paths below which it may create or alter files that other
            resources manage. triggered: whether a trigger is pending. only_triggered: whether it
            acts only if one is.
    """

    manager: Callable[[Machine], str]
    steps: Callable[[str, bool], Tuple[Step, ...]]
    reads: Tuple[str, ...]
    takes_latest: bool = False
    updates_list: bool = False
    adds: Tuple[str, ...] = ()
    replaces: Tuple[str, ...] = ()
    triggered: bool = False
    only_triggered: bool = False
