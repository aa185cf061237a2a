# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a stack, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import Meant
from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import (
    did_you_mean as did_you_mean,
)
from vigo_bridge.language.position import Position

#: More names than this are not listed in a suggestion.
_FEW = 15

Severity = Literal["error", "warning", "note"]

#: Every code and what it is about. Codes are stable: tools may filter by them.
CODES = {
    "VB101": "the stack or one of its files cannot be read",
    "VB102": "a file is not YAML, or uses YAML that stacks do not have",
    "VB103": "duplicate key in a mapping",
    "VB104": "a value has the wrong shape",
    "VB105": "a key is unknown",
    "VB106": "something that must be there is missing",
    "VB107": "a part of Vigo that is not supported",
    "VB108": "an older name",
    "VB109": "a part of Vigo that is accepted and ignored",
    "VB110": "a value is printed differently from how it is written",
    "VB111": "a file or an entry that does nothing",
    "VB112": "a stack that may be taken for another",
    "VB201": "a name is defined twice",
    "VB202": "a name that nothing has",
    "VB203": "a name that cannot be a name",
    "VB204": "a configcrate that another depends on is not included",
    "VB205": "a configcrate or role that nothing includes",
    "VB206": "roles include one another too deeply",
    "VB207": "two containers of one name for one envoy",
    "VB208": "a match entry that no host can reach",
    "VB209": "a host that two files match",
    "VB210": "a role's case without a default",
    "VB301": "a template is wrong",
    "VB302": "a variable that is not defined",
    "VB303": "text in braces that stays as it is",
    "VB304": "a value that looks like a template but is data",
    "VB305": "a variable that nothing uses",
    "VB306": "two configcrates have different defaults for one variable",
    "VB307": "a secret where none may stand",
    "VB308": "a value that is needed at load is known only on the target",
    "VB309": "a foreach without a list",
    "VB310": "a variable of the user's inventory wins over the stack's",
    "VB311": "a variable of the user's inventory with a name that Ansible reserves",
    "VB401": "the order of resources",
    "VB402": "a condition is wrong",
    "VB403": "a trigger or a dependency that has no effect",
    "VB501": "an attribute's value is not allowed",
    "VB502": "an exec that is not idempotent",
    "VB503": "a guard that asks the opposite",
    "VB504": "a comma whose meaning is doubtful",
    "VB601": "the path of a secret is wrong",
    "VB604": "secrets.yml is wrong",
    "VB605": "a file with secrets that others may read",
    "VB606": "references to secrets that are not checked",
}


@dataclass(frozen=True)
class Diagnostic:
    """One finding. position is None where no file is to blame. code: a key of CODES."""

    severity: Severity
    message: str
    position: Position | None
    code: str
    suggestion: str = ""

    def __str__(self) -> str:
        place = f"{self.position}: " if self.position else ""
        text = f"{place}{self.severity}: {self.message}"
        return f"{text}\n  {self.suggestion}" if self.suggestion else text


class Diagnostics:
    """Collects findings; the same finding is kept once, with the better suggestion."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, Diagnostic] = {}
        self._lines: set[tuple[str, int]] = set()

    def error(
        self, code: str, position: Position | None, message: str, suggestion: str = ""
    ) -> None:
        self.add(Diagnostic("error", message, position, code, suggestion))

    def warning(
        self, code: str, position: Position | None, message: str, suggestion: str = ""
    ) -> None:
        self.add(Diagnostic("warning", message, position, code, suggestion))

    def note(
        self, code: str, position: Position | None, message: str, suggestion: str = ""
    ) -> None:
        self.add(Diagnostic("note", message, position, code, suggestion))

    def add(self, diagnostic: Diagnostic) -> None:
        same = replace(diagnostic, suggestion="")
        known = self._found.get(same)
        if known is None or _is_better(diagnostic.suggestion, known.suggestion):
            self._found[same] = diagnostic
        if diagnostic.severity == "error" and diagnostic.position is not None:
            self._lines.add((diagnostic.position.file, diagnostic.position.line))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def has_error_in_line_of(self, position: Position) -> bool:
        """Whether another finding there might only be a consequence."""
        return (position.file, position.line) in self._lines

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found.values())

    def sorted(self) -> tuple[Diagnostic, ...]:
        """By position; findings without one come first."""
        return tuple(sorted(self._found.values(), key=_reading_order))


def _is_better(suggestion: str, other: str) -> bool:
    """A name that was probably meant says more than general advice."""
    return isinstance(suggestion, Meant) and not isinstance(other, Meant)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def did_you_mean_or_known(name: str, known: Collection[str]) -> str:
    """Return ``did you mean 'x'?``, or all known names where they are few."""
    suggestion = did_you_mean(name, known)
    if suggestion or not 0 < len(known) <= _FEW:
        return suggestion
    return f"known: {listed(known)}"


def listed(names: Iterable[str]) -> str:
    """Names for a sentence: `a, b and c`."""
    *most, last = sorted(names)
    return f"{', '.join(most)} and {last}" if most else last


def _reading_order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    place = diagnostic.position or Position("", 0, 0)
    return place.file, place.line, place.column, diagnostic.code, diagnostic.message
