# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode can tell at each resource's turn, and which triggers are not sure to come.

Only what a resource is connected with can alter its answers: what it depends on, and what
triggers it, directly or by way of others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable, Mapping

from .foresight import Foresight, PredictedFiles
from .graph import Graph
from .resource import Result

#: Types whose predicted changes are known down to the last file.
_FORETOLD_TYPES = ("file",)


@dataclass
class Prediction:
    """results: those of the run so far, by id; shared with it."""

    graph: Graph
    results: Mapping[str, Result]
    files: PredictedFiles = field(default_factory=PredictedFiles)
    _unsure: set[tuple[str, str]] = field(default_factory=set)

    def foresight(self, resource_id: str) -> Foresight:
        changes = [result for result in self._before(resource_id) if result.changed]
        return Foresight(
            self.files,
            uncertain=bool(changes),
            opaque=any(
                change.type not in _FORETOLD_TYPES or change.action == "unknown"
                for change in changes
            ),
        )

    def doubt(self, source: str, targets: Iterable[str]) -> None:
        """The source may turn out not to act: it is not sure that it triggers these."""
        self._unsure |= {(source, target) for target in targets}

    def is_sure(self, sources: Iterable[str], target: str) -> bool:
        """Whether one of these sources certainly triggers the target."""
        return any((source, target) not in self._unsure for source in sources)

    def _before(self, resource_id: str) -> list[Result]:
        """The results of all that comes before it by an edge or a trigger."""
        sources: dict[str, list[str]] = {}
        for source, targets in self.graph.triggers.items():
            for target in targets:
                sources.setdefault(target, []).append(source)
        queue, seen = [resource_id], {resource_id}
        while queue:
            current = queue.pop()
            for needed in (*self.graph.needs.get(current, ()), *sources.get(current, ())):
                if needed not in seen:
                    seen.add(needed)
                    queue.append(needed)
        return [self.results[found] for found in seen - {resource_id} if found in self.results]


def open_result(resource_id: str, kind: str, reason: str) -> Result:
    """What is reported where only the host could tell, after the change."""
    return Result(resource_id, kind, "unknown", reason)
