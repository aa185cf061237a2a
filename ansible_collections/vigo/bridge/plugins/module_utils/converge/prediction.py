# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode knows at each resource's turn, and which triggers are uncertain.

Every resource that is applied earlier counts, even without a dependency: a stack can rely on the
order in which it is written, and a guard can check anything.
"""

from __future__ import annotations

from typing import Any, Iterable

from ..common.dataclass import dataclass, field
from ..host.overlay import Overlay, PredictedFiles
from ..host.predicted_accounts import PredictedAccounts


@dataclass
class Prediction:
    """The changes that were predicted so far in this run."""

    _files: PredictedFiles = field(default_factory=PredictedFiles)
    _accounts: PredictedAccounts = field(default_factory=PredictedAccounts)
    _uncertain: set[tuple[str, str]] = field(default_factory=set)
    #: Whether something would change, and whether all of that is known.
    _has_changes: bool = False
    _is_predictable: bool = True
    _moment: int = 0
    _objects: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def overlay(self) -> Overlay:
        """Return the predicted state for the current turn."""
        self._moment += 1
        is_active = not self._is_predictable
        return Overlay(
            self._files,
            self._accounts,
            self._has_changes,
            is_active,
            self._moment,
            self._objects,
        )

    def acts(self, source: str, is_predictable: bool) -> None:
        """Record that a resource certainly changes, and so certainly triggers, whatever was
        recorded before.

        is_predictable: whether it is known what that changes.
        """
        self._change(is_predictable)
        self._uncertain = {pair for pair in self._uncertain if pair[0] != source}

    def may_act(self, source: str, is_predictable: bool, targets: Iterable[str]) -> None:
        """Record that a resource may or may not change, so that it is uncertain whether it triggers
        these.
        """
        self._change(is_predictable)
        self._uncertain |= {(source, target) for target in targets}

    def _change(self, is_predictable: bool) -> None:
        self._has_changes = True
        self._is_predictable = self._is_predictable and is_predictable

    def is_certain(self, sources: Iterable[str], target: str) -> bool:
        """Return whether one of these sources certainly triggers the target."""
        return any((source, target) not in self._uncertain for source in sources)
