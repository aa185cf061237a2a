# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's answer among what else its target prints, and what to say where there is none."""

from __future__ import annotations

import json
from typing import Any, Mapping

from ..module_utils.bundled_module import MISSING
from .printable import one_line

#: Each answer of a module has one of these keys.
_KEYS = frozenset({"changed", "failed", MISSING})
_LONGEST_QUOTE = 200


def answer_in(output: str) -> str:
    """Return the line that is a module's answer.

    A login shell may print text of its own, also such that begins with a brace. Where no line is an
    answer, all of the output is returned, with such lines marked, so that Ansible does not use one.
    """
    lines = [line.strip() for line in output.strip().split("\n")]
    for line in reversed(lines):
        if line.startswith("{") and _is_answer(line):
            return line
    return "\n".join(f"> {line}" if line.startswith("{") else line for line in lines)


def has_answer(result: Mapping[str, Any]) -> bool:
    """Whether a result is a module's own, and not what Ansible says of output that holds none."""
    return "module_stdout" not in result


def explanation(result: Mapping[str, Any]) -> dict[str, str]:
    """Return what to say in place of Ansible's message where a module gave no answer."""
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
    advice = "see module_stdout and module_stderr for all that the target printed"
    if printed:
        advice += ", which may come from a start-up file of its shell, such as .bashrc"
    return {"msg": f"the module ended without a result (exit code {rc}){reason}; {advice}"}


def _is_answer(line: str) -> bool:
    if not any(f'"{key}"' in line for key in _KEYS):
        return False
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and not _KEYS.isdisjoint(value)


def _last_line(output: object) -> str:
    line = str(output or "").strip().rpartition("\n")[2].strip()
    return one_line(line[-_LONGEST_QUOTE:])
