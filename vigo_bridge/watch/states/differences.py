# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs in a resource, field by field, from its result in a plan or a run. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result

#: The most differences of a resource, and the most characters of a value, that are kept.
MOST = 20
LONGEST = 200
_CONTENT = "content"
_NOTHING = "(nothing)"
#: The action whose diff shows what runs, not what differs.
_RAN = "ran"


@dataclass(frozen=True)
class Difference:
    """One field of a resource. old: what is on the host. new: what the stack says.

    Both are texts for people: secrets are masked, and long values are cut. Either may be empty. If
    both are the same, this text describes the difference, because no values can be shown.
    """

    field: str
    old: str
    new: str


def differences(result: Result) -> tuple[Difference, ...]:
    """Return the fields that differ; none if only the reason of the result says why."""
    if not result.diff or result.action == _RAN:
        return ()
    return tuple(_of_diff(result.diff))[:MOST]


def change_text(difference: Difference, shown: Callable[[str], str]) -> str:
    """Return the two values of a difference as one text. shown: returns a value for people."""
    old, new = shown(difference.old), shown(difference.new)
    if difference.old == difference.new:
        return new
    return f"{old or _NOTHING} -> {new or _NOTHING}"


def signature(result: Result) -> str:
    """Return a text that stays the same as long as the difference does."""
    what = result.diff if result.diff else result.reason
    text = json.dumps([result.action, what], sort_keys=True, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def _of_diff(diff: Mapping[str, Any]) -> Iterator[Difference]:
    before, after = diff.get("before", ""), diff.get("after", "")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_mappings(before, after, "")
    elif isinstance(before, str) and isinstance(after, str) and (before or after):
        name = str(diff.get("after_header") or diff.get("before_header") or _CONTENT)
        yield _of_texts(name, before, after)
    elif diff.get("prepared"):
        text = shortened(str(diff["prepared"]).strip())
        yield Difference(_CONTENT, text, text)
    elif before != after:
        yield Difference(_CONTENT, _text(before), _text(after))


def _of_mappings(
    before: Mapping[str, Any], after: Mapping[str, Any], inside: str
) -> Iterator[Difference]:
    """Yield the keys that differ; those of a mapping in a mapping as `env.NAME`."""
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        name = f"{inside}{key}"
        if old == new:
            continue
        if not inside and isinstance(old or {}, Mapping) and isinstance(new or {}, Mapping):
            yield from _of_mappings(old or {}, new or {}, f"{name}.")
        else:
            yield Difference(name, _text(old), _text(new))


def _of_texts(name: str, before: str, after: str) -> Difference:
    """Return the lines between the equal beginnings and ends of two texts."""
    old, new = before.split("\n"), after.split("\n")
    start, shortest = 0, min(len(old), len(new))
    while start < shortest and old[start] == new[start]:
        start += 1
    end = 0
    while end < shortest - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return Difference(name, _lines(old, start, end), _lines(new, start, end))


def _lines(lines: Sequence[str], start: int, end: int) -> str:
    return shortened("\n".join(lines[start : len(lines) - end]))


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return shortened(text)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text of at most so many characters; what was cut ends with three dots."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
