# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's result for people who read the output of ansible-playbook. Pure."""

from __future__ import annotations

import json
from typing import Any, Iterator, Mapping

#: Of the log of what failed, so many last lines are shown.
LOG_LINES = 10
_QUIET = ("none", "skipped")


def lines(host: str, result: Mapping[str, Any]) -> list[str]:
    """One line for each resource that changed or failed; below a failure, the end of its log."""
    return [line for resource in result.get("resources", ()) for line in _lines(host, resource)]


def diffs(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The resources' diffs as Ansible shows them, each under the name of its resource."""
    return [
        _diff(resource["id"], resource["diff"])
        for resource in result.get("resources", ())
        if resource.get("diff")
    ]


def brief(result: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a failure with the failed resources alone, and the ends of their logs.

    Ansible prints all of it, in one line of JSON.
    """
    if "resources" not in result:
        return dict(result)
    failed = [item for item in result["resources"] if item.get("error")]
    return {**result, "resources": [{**item, "error": _cut(item["error"])} for item in failed]}


def _cut(error: Mapping[str, str]) -> dict[str, str]:
    if "log" not in error:
        return dict(error)
    return {**error, "log": "".join(error["log"].splitlines(keepends=True)[-LOG_LINES:])}


def _lines(host: str, resource: Mapping[str, Any]) -> Iterator[str]:
    action, error = resource["action"], resource.get("error") or {}
    if action in _QUIET and not str(resource["reason"]).endswith(" failed"):
        return
    first, *rest = str(resource["reason"]).splitlines() or [""]
    yield f"  {action}: [{host}] {resource['id']}" + (f" ({first})" if first else "")
    for line in [*rest, *str(error.get("log", "")).splitlines()[-LOG_LINES:]]:
        yield f"      {line}"


def _diff(resource_id: str, diff: Mapping[str, Any]) -> dict[str, Any]:
    header = diff.get("before_header")
    header = f"{resource_id} {header}" if header else resource_id
    if "prepared" in diff:
        return {"prepared": f"{resource_id}: {diff['prepared']}"}
    return {
        "before_header": header,
        "after_header": header,
        "before": _text(diff.get("before", "")),
        "after": _text(diff.get("after", "")),
    }


def _text(value: Any) -> str:
    """Text as it is; settings of a container line by line."""
    return value if isinstance(value, str) else json.dumps(value, indent=2, sort_keys=True) + "\n"
