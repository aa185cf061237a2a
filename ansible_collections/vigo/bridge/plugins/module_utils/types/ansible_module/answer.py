# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts what a module returned to the result of a resource. Pure."""

from __future__ import annotations

import json
from typing import Any, Iterator, Mapping

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...delivery.ansible_compat import answer_in
from ...host.forked import Ended

#: How many characters at the end of a module's output are shown.
_LONGEST_LOG = 4000
_LONGEST_QUOTE = 200


@dataclass(frozen=True)
class Answer:
    """The result that a module printed. changed: what it changed, or would change; empty for
    nothing.

    reason: its message. skipped: whether it checked nothing. warnings: for the user.
    """

    changed: str
    reason: str
    skipped: bool = False
    diff: Mapping[str, Any] | None = None
    warnings: tuple[str, ...] = ()
    rc: int | None = None
    output: str | None = None


@dataclass(frozen=True)
class _Diff:
    before: Any
    after: Any
    header: str = ""
    prepared: str = ""


class Failure(ResourceError):
    """A module that failed. warnings: as in `Answer`."""

    def __init__(self, message: str, log: str, rc: int | None, warnings: tuple[str, ...]) -> None:
        super().__init__(message, log=log, rc=rc)
        self.warnings = warnings


def read(module: str, args: Mapping[str, Any], ended: Ended, limit: float) -> Answer:
    """Return the result that a module printed. Raise Failure if it failed, or printed no result."""
    output, errors = (text.decode("utf-8", "replace") for text in (ended.stdout, ended.stderr))
    if ended.timed_out:
        message = f"{module} did not finish within {limit:g} s and was stopped; increase timeout"
        raise Failure(message, _end(errors or output), None, ())
    try:
        if ended.too_long:
            raise ValueError
        text, junk = answer_in(output)
        result = json.loads(text)
        if not isinstance(result, dict):
            raise ValueError
    except (ValueError, RecursionError):
        raise Failure(_no_answer(module, ended, output), _end(errors or output), None, ()) from None
    warnings = (*_texts(result.get("warnings")), *junk)
    rc = result.get("rc")
    rc = rc if isinstance(rc, int) and not isinstance(rc, bool) else None
    if _has_failed(result):
        log = _end("\n".join(_streams(result)) or errors)
        raise Failure(_message(result) or f"{module} failed", log, rc, warnings)
    if ended.code < 0:
        # It printed a result and was killed before it ended: the state is unknown.
        raise Failure(_no_answer(module, ended, output), _end(errors), None, warnings)
    changed = bool(result.get("changed"))
    diff = _diff(result.get("diff"))
    return Answer(
        _action(args, diff) if changed else "",
        _message(result),
        bool(result.get("skipped")),
        _shown(diff) if changed else None,
        warnings,
        rc,
        _end(result["stdout"]) if isinstance(result.get("stdout"), str) else None,
    )


def _no_answer(module: str, ended: Ended, output: str) -> str:
    if ended.code < 0:
        return f"{module} was killed by signal {-ended.code}; see the log of the target"
    if ended.too_long:
        return f"{module} printed too much output"
    said = output.strip().rpartition("\n")[2][-_LONGEST_QUOTE:]
    what = f"printed no result, but {said!r}" if said else "printed nothing"
    ending = f"ended with exit code {ended.code}"
    return f"{module} {what} and {ending}; for details, run the module in a task with -vvv"


def _has_failed(result: Mapping[str, Any]) -> bool:
    if "failed" in result:
        return bool(result["failed"])
    return "rc" in result and result["rc"] not in (0, "0")


def _message(result: Mapping[str, Any]) -> str:
    message = result.get("msg")
    if isinstance(message, str) and message:
        return message
    if message:
        return json.dumps(message)
    return _of_event(result.get("exception"))


def _of_event(summary: Any) -> str:
    """Return the text of an error or a warning as modules of newer versions write it."""
    event = summary.get("event") if isinstance(summary, Mapping) else None
    text = event.get("msg") if isinstance(event, Mapping) else None
    return text if isinstance(text, str) else ""


def _texts(warnings: Any) -> Iterator[str]:
    for warning in warnings if isinstance(warnings, list) else ():
        text = warning if isinstance(warning, str) else _of_event(warning)
        if text:
            yield text


def _streams(result: Mapping[str, Any]) -> Iterator[str]:
    for name in ("stdout", "stderr", "module_stderr"):
        text = result.get(name)
        if isinstance(text, str) and text.strip():
            yield text.rstrip("\n")


def _end(text: str) -> str:
    return text[-_LONGEST_LOG:]


def _action(args: Mapping[str, Any], diff: list[_Diff]) -> str:
    if args.get("state") == "absent":
        return "deleted"
    # Modules print the diff of the object first, and then that of its attributes.
    first = next((each for each in diff if not each.prepared), None)
    if first and _is_nothing(first.before):
        return "created"
    if first and _is_nothing(first.after):
        return "deleted"
    return "updated"


def _is_nothing(side: Any) -> bool:
    if isinstance(side, Mapping) and side.get("state") == "absent":
        return True
    return side in (None, "", {}, [])


def _diff(written: Any) -> list[_Diff]:
    """Return the parts of a diff that show a difference."""
    parts = written if isinstance(written, list) else [written]
    found = []
    for part in parts:
        if not isinstance(part, Mapping):
            continue
        before, after = part.get("before"), part.get("after")
        if part.get("prepared"):
            found.append(_Diff(None, None, prepared=str(part["prepared"])))
        elif before != after:
            header = part.get("before_header") or part.get("after_header") or ""
            found.append(_Diff(before, after, str(header)))
    return found


def _shown(diff: list[_Diff]) -> dict[str, Any] | None:
    """Return one diff for all parts."""
    if not diff:
        return None
    if len(diff) == 1 and not diff[0].prepared:
        (one,) = diff
        header = {"before_header": one.header, "after_header": one.header} if one.header else {}
        return {"before": _side(one.before), "after": _side(one.after), **header}
    if all(each.prepared for each in diff):
        return {"prepared": "\n".join(each.prepared for each in diff)}
    known = [each for each in diff if not each.prepared]
    return {
        "before": "".join(_text(each.header, each.before) for each in known),
        "after": "".join(_text(each.header, each.after) for each in known),
    }


def _side(value: Any) -> Any:
    return "" if value is None else value


def _text(header: str, side: Any) -> str:
    text = side if isinstance(side, str) else json.dumps(_side(side), indent=2, sort_keys=True)
    text = text if text.endswith("\n") or not text else f"{text}\n"
    return f"--- {header}\n{text}" if header else text
