# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode: predicts the result of each resource.

It is uncertain whether a resource is applied if its ``when`` or a trigger depends on a predicted
change. Both possibilities are then evaluated without recording anything. If they have the same
result, it is reported; otherwise, the result is ``unknown``.
"""

from __future__ import annotations

from typing import Callable, Sequence

from ..host.overlay import Overlay
from ..state.journal import Journal
from ..types.result import Result
from .applier import Applier
from .input import Resource
from .prediction import Prediction
from .results import merged, skipped, unknown

NOT_TRIGGERED = "when: not triggered"


class Forecast:
    """The predictions of one run in check mode.

    add_triggers: records that a resource triggers its targets, and returns those that are new.
    """

    def __init__(
        self,
        applier: Applier,
        journal: Journal,
        add_triggers: Callable[[Resource], Sequence[str]],
    ) -> None:
        self._applier = applier
        self._journal = journal
        self._add_triggers = add_triggers
        self._prediction = Prediction()

    def overlay(self) -> Overlay:
        """Return what may be read at the current turn."""
        return self._prediction.overlay()

    def note(self, resource: Resource, result: Result, targets: Sequence[str]) -> None:
        """Record the result of a turn. targets: of the triggers that were added for it."""
        if not result.changed:
            return
        is_predictable = self._applier.is_predictable(resource, result.action)
        if result.action == "unknown":
            self._prediction.may_act(resource.id, is_predictable, targets)
        else:
            self._prediction.acts(resource.id, is_predictable)

    def is_certain(self, resource: Resource) -> bool:
        """Return whether a resource will certainly receive a trigger that is pending for it."""
        return self._prediction.is_certain(self._journal.sources(resource.id), resource.id)

    def perhaps_triggered(self, resource: Resource, earlier: Result | None) -> Result | None:
        """Return the result of a resource that may or may not be triggered.

        None if the trigger makes no difference: the resource is then applied as if it was not
        triggered.
        """
        triggered = self._tried(resource, earlier, triggered=True)
        untriggered = earlier or skipped(resource, NOT_TRIGGERED)
        if earlier is None and not resource.node.gated:
            untriggered = self._tried(resource, None, triggered=False)
            if triggered.action == untriggered.action:
                self._journal.remove_triggers(resource.id)
                return None
        reason = "whether it is triggered is known only after earlier changes"
        return self._either(resource, earlier, triggered, untriggered, reason)

    def perhaps_held_back(
        self, resource: Resource, earlier: Result | None, condition: str
    ) -> Result:
        """Return the result of a resource whose condition may or may not be true."""
        acting = self._tried(resource, earlier, triggered=self._journal.has_trigger(resource.id))
        reason = f"{condition}: it can be checked only after earlier changes"
        return self._either(resource, earlier, acting, skipped(resource, condition), reason)

    def _either(
        self, resource: Resource, earlier: Result | None, one: Result, other: Result, reason: str
    ) -> Result:
        """Return the result of a resource with two possible results.

        other: ``earlier`` itself if the second possibility is that the resource is not applied.
        """
        self._journal.remove_triggers(resource.id)
        if one.changed or (other.changed and other is not earlier):
            self._applier.mark_uncertain(resource, self.overlay())
            is_predictable = self._applier.is_predictable(resource)
            self._prediction.may_act(resource.id, is_predictable, self._add_triggers(resource))
        elif merged(earlier, one).action == merged(earlier, other).action:
            return one
        return unknown(resource, reason)

    def _tried(self, resource: Resource, earlier: Result | None, *, triggered: bool) -> Result:
        """Return the result that it would have, without recording it."""
        copy = self.overlay().copy()
        return self._applier.begin(resource, earlier, triggered, lambda: None, copy).result()
