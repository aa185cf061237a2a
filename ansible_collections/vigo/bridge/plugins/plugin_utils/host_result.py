# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's result in typed form. What a host returns is read only here.

The rest of the code can rely on the types, for example that each reason is a string.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any, Mapping

from ..module_utils.common.wording import counted
from ..module_utils.types.result import ACTIONS, FAILURES, PRUNED, Result
from .checked_data import (
    Checked,
    InvalidData,
    optional,
    read_json,
    required,
    with_whole_characters,
)
from .printable import cleaned_result
from .stack_states import ContainerState, LastRun, container_state, last_run

#: How many characters are kept at the end of what Ansible quotes from a host's shell.
_LONGEST_QUOTE = 64 * 1024
_LONGEST_NAME = 16 * 1024
_DEEPEST_DIFF = 16
#: What Ansible itself adds to a result, for its own output.
_ANSIBLES = ("invocation", "warnings", "deprecations", "exception", "module_stdout", "rc")


@dataclass(frozen=True)
class HostResult:
    """What converge, stack_state or stack_info returned for one host, or why it could not.

    stderr: what the host's shell or Python printed if the module did not run to its end.
    containers, last_run: further results of vigo.bridge.stack_info; None for other modules.
    """

    resources: tuple[Result, ...] = ()
    notes: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()
    message: str = ""
    stderr: str = ""
    changed: bool = False
    failed: bool = False
    unreachable: bool = False
    containers: tuple[ContainerState, ...] | None = None
    last_run: LastRun | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the result in the form that `parse` reads."""
        shown: dict[str, Any] = {
            "changed": self.changed,
            "resources": [resource.as_dict() for resource in self.resources],
            "notes": list(self.notes),
            "orphans": list(self.orphans),
        }
        if self.containers is not None:
            shown["containers"] = [container.as_dict() for container in self.containers]
            shown["last_run"] = self.last_run.as_dict() if self.last_run else None
        flags = {"failed": self.failed, "unreachable": self.unreachable}
        shown.update({name: True for name, value in flags.items() if value})
        texts = {"msg": self.message, "module_stderr": self.stderr}
        shown.update({name: value for name, value in texts.items() if value})
        return shown


def parse(raw: Any) -> HostResult:
    """Return the result that a host returned. Raise InvalidData."""
    checked = Checked()
    result = checked.mapping(raw, "it")

    def flag(name: str) -> bool:
        return optional(result, name, lambda value: checked.flag(value, name), False)

    def quote(name: str) -> str:
        def end(value: Any) -> str:
            return checked.end(value, name, _LONGEST_QUOTE)

        return optional(result, name, end, "").strip()

    def texts(name: str) -> tuple[str, ...]:
        return optional(result, name, lambda value: checked.texts(value, name), ())

    failed, unreachable = flag("failed"), flag("unreachable")
    if failed or unreachable:
        given = result.get("resources") or []
    else:
        given = required(result, "resources")
    resources = tuple(
        resource(item, place, checked) for place, item in checked.items(given, "resources")
    )
    ids = [found.id for found in resources]
    for id, count in Counter(ids).items():
        if count > 1:
            raise InvalidData(f"resources: {counted(count, 'resource')} have the id {id!r:.100}")
    containers = optional(
        result,
        "containers",
        lambda given: tuple(
            container_state(item, place, checked)
            for place, item in checked.items(given, "containers")
        ),
        None,
    )
    return HostResult(
        resources=resources,
        notes=texts("notes"),
        orphans=texts("orphans"),
        message=quote("msg"),
        stderr=quote("module_stderr"),
        changed=flag("changed"),
        failed=failed or any(found.failed for found in resources),
        unreachable=unreachable,
        containers=containers,
        last_run=optional(
            result, "last_run", lambda given: last_run(given, "last_run", checked), None
        ),
    )


def resource(raw: Any, where: str, checked: Checked) -> Result:
    """Return the result of one resource. Raise InvalidData."""
    value = checked.mapping(raw, where)

    def text(name: str) -> str:
        place = f"{where}.{name}"
        longest = _LONGEST_NAME if name in ("id", "type") else None
        given = required(value, name, where)
        return checked.text(given, place, longest) if longest else checked.text(given, place)

    action = checked.choice(required(value, "action", where), f"{where}.action", ACTIONS)
    reason = text("reason")
    error = optional(value, "error", partial(_error, where=f"{where}.error", checked=checked), None)
    if action in FAILURES:
        error = error or {"message": reason, "log": ""}
    elif error is not None:
        raise InvalidData(f"{where} has an error, and its action is {action}")
    return Result(
        id=text("id"),
        type=text("type"),
        action=action,
        reason=reason,
        diff=optional(value, "diff", lambda diff: _diff(diff, f"{where}.diff", checked), None),
        error=error,
        rc=optional(value, "rc", lambda rc: checked.integer(rc, f"{where}.rc"), None),
        output=optional(value, "output", partial(checked.output, where=f"{where}.output"), None),
        stderr=optional(value, "stderr", partial(checked.output, where=f"{where}.stderr"), None),
        failed_dependency=optional(
            value,
            "failed_dependency",
            lambda id: checked.text(id, f"{where}.failed_dependency", _LONGEST_NAME),
            None,
        ),
        adopted=optional(
            value, "adopted", lambda flag: checked.flag(flag, f"{where}.adopted"), False
        ),
        duration_s=optional(
            value, "duration_s", lambda time: checked.number(time, f"{where}.duration_s"), 0.0
        ),
    )


def read(path: str) -> HostResult:
    """Return the result stored in a file. Raise InvalidData."""
    return parse(read_json(path))


def explained(error: InvalidData) -> str:
    """Return the message about a host whose result is invalid."""
    return (
        f"the host returned an invalid result: {error}; something on the host changes the output of"
        " modules, or another program runs instead of Python; -vvv shows the output"
    )


@dataclass(frozen=True)
class Sent:
    """What a host was sent: the type of each resource by its ID, and whether it may prune.

    is_partial: whether resources may have no result.
    """

    types: Mapping[str, Any]
    prunes: bool = False
    is_partial: bool = False

    def check(self, found: HostResult) -> None:
        """Raise InvalidData unless a result has one entry for each resource, and no other.

        A failure before the first resource has none.
        """
        if not found.resources and (found.failed or found.unreachable):
            return
        types = {with_whole_characters(id): kind for id, kind in self.types.items()}
        for number, each in enumerate(found.resources):
            if each.id in types:
                if each.type != types[each.id]:
                    raise InvalidData(
                        f"resources[{number}].type must be {types[each.id]!r:.40} for"
                        f" {each.id!r:.100}, not {each.type!r:.40}"
                    )
            elif not (self.prunes and each.id.startswith(PRUNED)):
                raise InvalidData(f"resources[{number}].id: {each.id!r:.100} was not sent")
        missing = types.keys() - {each.id for each in found.resources}
        if missing and not self.is_partial:
            first = next(id for id in types if id in missing)
            others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise InvalidData(f"it has no result for {first!r:.100}{others}")


def checked_result(
    raw: Mapping[str, Any], sent: Sent | None = None
) -> tuple[HostResult, dict[str, Any]]:
    """Return the result, and the same for Ansible, without undocumented keys.

    An invalid result becomes a failure that says so. sent: what it must have results for; None
    if that is not known.
    """
    try:
        found = parse(raw)
        if sent is not None:
            sent.check(found)
    except InvalidData as error:
        found = HostResult(failed=True, message=explained(error))
        return found, found.as_dict()
    added = {name: raw[name] for name in raw if name in _ANSIBLES or name.startswith("_ansible_")}
    return found, cleaned_result({**added, **found.as_dict()})


def _error(raw: Any, where: str, checked: Checked) -> dict[str, str]:
    value = checked.mapping(raw, where)
    return {
        "message": checked.text(required(value, "message", where), f"{where}.message"),
        "log": optional(value, "log", lambda log: checked.text(log, f"{where}.log"), ""),
    }


def _diff(raw: Any, where: str, checked: Checked) -> dict[str, Any]:
    value = checked.mapping(raw, where)
    diff: dict[str, Any] = {}
    for side in ("before", "after"):
        if side in value:
            diff[side] = checked.plain(value[side], f"{where}.{side}", _DEEPEST_DIFF)
    for text in ("before_header", "after_header", "prepared"):
        if value.get(text) is not None:
            diff[text] = checked.text(value[text], f"{where}.{text}")
    return diff
