# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides what to do with one network or volume. Pure."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ...common.dataclass import dataclass, field
from ...common.errors import ResourceError
from ...secrets import references as secret_references
from ..base import Decision
from ..result import conceal_values as each_text
from .objects import Found, Observed, Wanted

CREATE, REPLACE, REMOVE = "create", "replace", "remove"


@dataclass(frozen=True)
class Rules:
    """The rules of one kind.

    defaults: by setting, the value that an engine uses if it is not set. can_replace: whether one
    that differs may be recreated, because no data is lost.
    """

    defaults: Mapping[str, Any] = field(default_factory=dict)
    can_replace: bool = False


@dataclass(frozen=True)
class Difference:
    """One setting that differs. Values are None if it is not set.

    They are equal if only the value of a secret in them differs.
    """

    name: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before == self.after:
            return f"{self.name}: a secret has a new value"
        before, after = (_shown(value) for value in (self.before, self.after))
        return f"{self.name} {before} -> {after}"


def decide(
    wanted: Wanted, observed: Observed, rules: Rules, reveal: Callable[[str], str] = str
) -> Decision:
    """Return the step from the observed to the wanted state.

    reveal: inserts the values of secrets. Raise ResourceError.
    """
    found = observed.found
    if wanted.is_absent:
        return _absent(wanted, observed)
    if wanted.is_external:
        return _external(wanted, found)
    if found is None:
        return Decision(
            "created",
            "it does not exist",
            {"before": {"state": "absent"}, "after": {"state": "present", **wanted.settings}},
            (CREATE,),
        )
    differences = find_differences(wanted.settings, found, rules, reveal)
    if not differences:
        return Decision("none", "" if found.is_ours else f"{found.owner}; already matches")
    _refuse_replacing(wanted, observed, found, differences, rules.can_replace)
    return Decision(
        "recreated",
        ", ".join(map(str, differences)),
        {
            "before": {each.name: each.before for each in differences if each.before is not None},
            "after": {each.name: each.after for each in differences if each.after is not None},
        },
        (REPLACE,),
    )


def _external(wanted: Wanted, found: Found | None) -> Decision:
    if found is None:
        raise ResourceError(
            f"{wanted} does not exist, and is external",
            f"create it with `docker {wanted.kind} create {wanted.name}`, or remove external",
        )
    return Decision("none", "external")


def _absent(wanted: Wanted, observed: Observed) -> Decision:
    found = observed.found
    if found is None:
        return Decision("none", "it does not exist")
    if not found.is_ours:
        raise ResourceError(
            f"{wanted} is not removed: {found.owner}",
            f"remove it with `docker {wanted.kind} rm {wanted.name}` if nothing needs it",
        )
    if observed.users:
        raise ResourceError(
            f"{wanted} is in use by {_containers(observed)}",
            "remove these containers first, or keep the network or volume",
        )
    return Decision(
        "deleted",
        "state: absent",
        {"before": {"state": "present"}, "after": {"state": "absent"}},
        (REMOVE,),
    )


def _refuse_replacing(
    wanted: Wanted,
    observed: Observed,
    found: Found,
    differences: list[Difference],
    can_replace: bool,
) -> None:
    reasons = ", ".join(map(str, differences))
    if not found.is_ours:
        raise ResourceError(
            f"{wanted} already exists and differs ({reasons}): {found.owner}",
            "change the resource to match it, or choose another name",
        )
    if not can_replace:
        raise ResourceError(
            f"{wanted} differs ({reasons}), and recreating it would delete its data",
            "choose another name, or save the data and remove it with"
            f" `docker {wanted.kind} rm {wanted.name}` first",
        )
    if observed.users:
        raise ResourceError(
            f"{wanted} differs ({reasons}), and cannot be recreated while containers use it:"
            f" {', '.join(observed.users)}",
            "choose another name, to which they can move, or remove these containers first",
        )


def find_differences(
    settings: Mapping[str, Any],
    found: Found,
    rules: Rules,
    reveal: Callable[[str], str] = str,
) -> list[Difference]:
    """Return the differences in options that are set now or were set at creation.

    Without a label that records the settings at creation, only the current settings are compared.
    """
    made_from = found.made_from or {}
    differences = []
    for name in sorted({*settings, *made_from}):
        before, after, actual = (of.get(name) for of in (made_from, settings, found.settings))
        if before == after and not _has_new_secret(after, actual, reveal):
            continue  # The comparison is exact, because no engine changes it later.
        if after is None:
            is_same = before == rules.defaults.get(name)
        else:
            is_kept = before is None or holds(after, before)
            is_same = is_kept and holds(actual, each_text(after, reveal))
        if not is_same:
            shown = actual if before is None else before
            differences.append(Difference(name, shown, after))
    return differences


def _has_new_secret(wanted: Any, actual: Any, reveal: Callable[[str], str]) -> bool:
    """Return whether a secret differs from the value that the engine reports.

    Values that it does not report, such as passwords of some drivers, count as equal.
    """
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and any(
            _has_new_secret(value, actual[key], reveal)
            for key, value in wanted.items()
            if key in actual
        )
    is_secret = isinstance(wanted, str) and bool(secret_references.find(wanted))
    return is_secret and isinstance(actual, str) and actual != reveal(wanted)


def holds(actual: Any, wanted: Any) -> bool:
    """Return whether a value contains the wanted one: each key of a mapping, each item of a
    list.
    """
    if isinstance(wanted, Mapping):
        return isinstance(actual, Mapping) and all(
            key in actual and holds(actual[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(actual, list) and all(
            any(holds(each, value) for each in actual) for value in wanted
        )
    return bool(actual == wanted)


def _containers(observed: Observed) -> str:
    what = "container" if len(observed.users) == 1 else "containers"
    return f"{what} {', '.join(observed.users)}"


def _shown(value: Any) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value)
