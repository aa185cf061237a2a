# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's result for people who read the output of ansible-playbook. Pure."""

from __future__ import annotations

import json
from typing import Any, Iterator, Mapping

from ..module_utils.types.result import Result
from .host_result import HostResult
from .printable import clean, one_line

#: How many lines at the end of the log of a failure are shown.
LOG_LINES = 10
_QUIET = ("none", "skipped")


def lines(host: str, result: HostResult) -> list[str]:
    """Return one line for each resource that changed or failed; below a failure, the end of its
    log.
    """
    return [line for resource in result.resources for line in _lines(one_line(host), resource)]


def diffs(result: HostResult) -> list[dict[str, Any]]:
    """Return the resources' diffs as Ansible shows them, each under the name of its resource."""
    return [
        _diff(one_line(resource.id), resource.diff)
        for resource in result.resources
        if resource.diff
    ]


def failures(result: HostResult) -> list[dict[str, Any]]:
    """Return the failed resources, with the ends of their logs.

    Ansible prints all of a failure, in one line of JSON.
    """
    return [
        {**resource.as_dict(), "error": _cut(resource.error)}
        for resource in result.resources
        if resource.error
    ]


def _cut(error: Mapping[str, str]) -> dict[str, str]:
    return {**error, "log": "\n".join(_end(error["log"])) + "\n" * error["log"].endswith("\n")}


def _end(log: str) -> list[str]:
    """Return the last lines of a log; a carriage return alone does not end a line."""
    return log.rstrip("\n").split("\n")[-LOG_LINES:] if log.strip("\n") else []


def _lines(host: str, resource: Result) -> Iterator[str]:
    if resource.action in _QUIET and not resource.failed_dependency:
        return
    first, *rest = clean(resource.reason).split("\n")
    yield f"  {resource.action}: [{host}] {one_line(resource.id)}" + (
        f" ({first})" if first else ""
    )
    log = resource.error["log"] if resource.error else ""
    for line in [*rest, *_end(clean(log))]:
        yield f"      {line}"


def _diff(resource_id: str, diff: Mapping[str, Any]) -> dict[str, Any]:
    header = diff.get("before_header")
    header = f"{resource_id} {one_line(header)}" if header else resource_id
    if "prepared" in diff:
        return {"prepared": f"{resource_id}: {clean(diff['prepared'])}"}
    return {
        "before_header": header,
        "after_header": header,
        "before": _text(diff.get("before", "")),
        "after": _text(diff.get("after", "")),
    }


def _text(value: Any) -> str:
    """Return text as it is; settings of a container line by line."""
    if isinstance(value, str):
        return clean(value)
    return clean(json.dumps(value, indent=2, sort_keys=True) + "\n")
