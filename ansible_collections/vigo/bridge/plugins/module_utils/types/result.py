# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of one resource, as users see it, with secrets masked."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ..common.dataclass import dataclass, field, replace
from ..common.errors import ResourceError
from ..host.system_errors import blocked
from ..secrets.references import Secrets

#: Actions of resources that failed.
FAILURES = frozenset({"failed", "blocked"})
#: Actions that leave the target as it was; every other action counts as a change.
UNCHANGED = FAILURES | {"none", "skipped"}
ACTIONS = UNCHANGED | {
    "created",
    "updated",
    "recreated",
    "started",
    "stopped",
    "restarted",
    "deleted",
    "ran",
    "unknown",
}
#: The prefix of the IDs of results for pruned objects.
PRUNED = "prune/"


@dataclass(frozen=True)
class Result:
    """One resource's line in the results, as users see it.

    failed_dependency: the ID of the failed resource because of which it was skipped. stderr: the
        error output of a command, if it is not in ``output``. adopted: whether an unchanged object
        of another tool now belongs to the stack.
    """

    id: str
    type: str
    action: str
    reason: str = ""
    diff: Mapping[str, Any] | None = None
    error: Mapping[str, str] | None = None
    rc: int | None = None
    output: str | None = None
    stderr: str | None = None
    duration_s: float = 0.0
    returned: Mapping[str, Any] = field(default_factory=dict)
    failed_dependency: str | None = None
    adopted: bool = False

    @property
    def changed(self) -> bool:
        return self.action not in UNCHANGED

    @property
    def failed(self) -> bool:
        return self.action in FAILURES

    def as_dict(self) -> dict[str, Any]:
        """Return the result as in JSON: without fields that have no value."""
        shown: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "action": self.action,
            "reason": self.reason,
        }
        for name in ("failed_dependency", "diff", "error", "rc", "output", "stderr"):
            value = getattr(self, name)
            if value is not None:
                shown[name] = dict(value) if isinstance(value, Mapping) else value
        if self.adopted:
            shown["adopted"] = True
        shown["duration_s"] = round(self.duration_s, 3)
        return shown


def as_failed(result: Result, error: ResourceError | OSError) -> Result:
    """Return the result of the same resource, failed with this error."""
    found = blocked(error) if isinstance(error, OSError) else error
    detail = {"message": found.message, "log": found.log}
    return replace(result, action=found.status, reason=found.message, error=detail)


def concealed(result: Result, secrets: Secrets) -> Result:
    """Return the result with secrets masked.

    Names and actions stay as they are, even if a secret has the same text; only texts that come
    from outside are masked.
    """
    error = result.error
    return replace(
        result,
        reason=secrets.conceal_sentence(result.reason),
        diff=result.diff and _concealed_diff(result.diff, secrets),
        error=error
        and {
            "message": secrets.conceal_sentence(error["message"]),
            "log": secrets.conceal(error["log"]),
        },
        output=result.output and secrets.conceal(result.output),
        stderr=result.stderr and secrets.conceal(result.stderr),
        returned=conceal_values(result.returned, secrets.conceal_sentence),
    )


def _concealed_diff(diff: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """Return a diff with its contents masked.

    The names of attributes and of files stay: they do not come from outside.
    """
    return {
        name: conceal_values(value, secrets.conceal) if name in ("before", "after") else value
        for name, value in diff.items()
    }


def conceal_values(value: Any, conceal: Callable[[str], str]) -> Any:
    """Return a value with all texts in it masked, at any depth; keys of mappings stay."""
    if isinstance(value, str):
        return conceal(value)
    if isinstance(value, Mapping):
        return {key: conceal_values(item, conceal) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [conceal_values(item, conceal) for item in value]
    return value
