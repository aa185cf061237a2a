# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a module's answer in the output of its target, or explains why there is none."""

from __future__ import annotations

import json
from typing import Any, Mapping

from ..module_utils.delivery.bundled_module import CALL
from .printable import one_line

_LONGEST_QUOTE = 200
#: What is used of a failure that Python or Ansible reports before a module can start.
_EARLY = ("failed", "msg", "exception")


def answer_in(output: str, call: str) -> str:
    """Return the line that is a module's answer to a call.

    Other programs of the target may print text of their own, before or after it, also JSON. So it
    is recognized by what was given to the module and to no other program. Without such a line, a
    failure counts, of which only the message is used. If no line is an answer, all of the output is
    returned, with such lines marked, so that Ansible uses none of them.
    """
    lines = [line.strip() for line in output.strip().split("\n")]
    for line in reversed(lines):
        if answer_of(line, call) is not None:
            return line
    for line in reversed(lines):
        value = _mapping(line)
        if value.get("failed") is True and (value.get("msg") or value.get("exception")):
            return json.dumps({name: value[name] for name in _EARLY if name in value})
    return "\n".join(f"> {line}" if line.startswith("{") else line for line in lines)


def answer_of(line: str, call: str) -> dict[str, Any] | None:
    """Return what a line of output contains as a module's answer to a call; None for another."""
    if call not in line:
        return None
    value = _mapping(line)
    return value if call in _call_of(value) else None


def without_call(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result whose arguments do not have the call's identifier."""
    shown = dict(result)
    if _call_of(result):
        arguments = result["invocation"]["module_args"]
        others = {name: value for name, value in arguments.items() if name != CALL}
        shown["invocation"] = {**result["invocation"], "module_args": others}
    return shown


def has_answer(result: Mapping[str, Any]) -> bool:
    """Return whether a result is a module's own, not Ansible's report on output without a
    result.
    """
    return "module_stdout" not in result


def explanation(result: Mapping[str, Any]) -> dict[str, str]:
    """Return the message to show instead of Ansible's where a module gave no answer."""
    if has_answer(result):
        return {}
    rc = result.get("rc")
    printed, errors = (_last_line(result.get(name)) for name in ("module_stdout", "module_stderr"))
    if rc == 127:
        return {
            "msg": f"the target has no usable Python ({errors or printed or 'it does not start'});"
            " install one (apt install python3), or name it in ansible_python_interpreter"
        }
    reason = f": {errors or printed}" if errors or printed else ""
    advice = "see module_stdout and module_stderr for the complete output"
    if printed:
        advice += ", which may come from a start-up file of its shell, such as .bashrc"
    return {"msg": f"the module exited without a result (exit code {rc}){reason}; {advice}"}


def _mapping(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _call_of(result: Mapping[str, Any]) -> Mapping[str, Any]:
    value: Any = result
    for name in ("invocation", "module_args", CALL):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _last_line(output: object) -> str:
    line = str(output or "").strip().rpartition("\n")[2].strip()
    return one_line(line[-_LONGEST_QUOTE:])
