# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps that bring a resource to its desired state. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Tuple

from .managers import Machine


@dataclass(frozen=True)
class Step:
    """A module with its options, or a command.

    action: what a change of it counts as; empty for what the module says. reason: why. acts:
    whether it always changes something. unless_changed: whether it is left out where an earlier
    step has changed something.
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

    manager: which of the machine's managers looks after it. steps: what to do, by the name of the
    manager; raises ResourceError for what that cannot do. takes_latest: whether what there is to be
    found decides, which earlier changes of files can alter. updates_list: whether what there is to
    be found is updated first, which check mode does not do. reads: where the manager keeps what
    decides the answer, on any machine. adds, replaces: where it may create files that other
    resources describe, and where it may be of existing ones. triggered: whether a trigger is
    pending for it. only_triggered: whether it acts only then.
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
