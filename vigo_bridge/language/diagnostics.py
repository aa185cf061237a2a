# SPDX-License-Identifier: GPL-3.0-or-later
"""The diagnostics of a stack: errors, warnings and notes, with positions and suggestions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import Meant
from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import (
    did_you_mean as did_you_mean,
)
from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import one_of as one_of
from vigo_bridge.language.position import Position

#: More names than this are not listed in a suggestion.
_FEW = 15

Severity = Literal["error", "warning", "note"]

#: Every code with its title. Codes are stable: tools may filter by them.
CODES = {
    "VB101": "the stack or one of its files cannot be read",
    "VB102": "invalid YAML, or a YAML feature that stacks do not support",
    "VB103": "duplicate key in a mapping",
    "VB104": "wrong type of value",
    "VB105": "unknown key",
    "VB106": "missing key or value",
    "VB107": "unsupported feature of Vigo",
    "VB108": "deprecated name",
    "VB109": "feature of Vigo that is accepted but ignored",
    "VB110": "value that a template prints differently from how it is written",
    "VB111": "file or entry without effect",
    "VB112": "stack that could be confused with another one",
    "VB201": "duplicate name",
    "VB202": "reference to an unknown name",
    "VB203": "invalid name",
    "VB204": "missing configcrate that another one depends on",
    "VB205": "unused configcrate or role",
    "VB206": "roles that include each other too deeply",
    "VB207": "two containers with the same name for one envoy",
    "VB208": "match entry that is never used",
    "VB209": "host with match entries in two files",
    "VB210": "case of a role without a default",
    "VB211": "two containers whose names differ only in case",
    "VB301": "invalid template",
    "VB302": "undefined variable",
    "VB303": "text in braces that is not rendered",
    "VB304": "template in a value that is not rendered",
    "VB305": "unused variable",
    "VB306": "different defaults for the same variable",
    "VB307": "secret where secrets are not allowed",
    "VB308": "value that is known only on the target but needed earlier",
    "VB309": "foreach without a list",
    "VB310": "inventory variable that overrides a variable of the stack",
    "VB311": "inventory variable with a name that Ansible reserves",
    "VB401": "circular dependency",
    "VB402": "invalid condition",
    "VB403": "trigger or dependency without effect",
    "VB404": "resource that acts on every run",
    "VB501": "invalid value of an attribute",
    "VB502": "exec that is not idempotent",
    "VB503": "guard that checks the opposite",
    "VB504": "ambiguous comma",
    "VB505": "unusable Ansible module",
    "VB601": "invalid path of a secret",
    "VB604": "invalid secrets.yml",
    "VB605": "file with secrets that other users can read",
    "VB606": "references to secrets that are not checked",
}


@dataclass(frozen=True)
class Diagnostic:
    """One finding. position is None if it is not about a file. code: a key of CODES."""

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
        """Return whether this line has an error, which may have caused another finding in the
        line.
        """
        return (position.file, position.line) in self._lines

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found.values())

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return findings by position; those without one come first."""
        return tuple(sorted(self._found.values(), key=_reading_order))


def _is_better(suggestion: str, other: str) -> bool:
    """Return whether a suggestion is better: a name is more specific than general advice."""
    return isinstance(suggestion, Meant) and not isinstance(other, Meant)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def did_you_mean_or_known(name: str, known: Collection[str]) -> str:
    """Return ``did you mean 'x'?``, or all known names where they are few."""
    suggestion = did_you_mean(name, known)
    if suggestion or not 0 < len(known) <= _FEW:
        return suggestion
    return one_of(sorted(known))


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence: `a, b and c`."""
    *most, last = sorted(names)
    return f"{', '.join(most)} and {last}" if most else last


def _reading_order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    place = diagnostic.position or Position("", 0, 0)
    return place.file, place.line, place.column, diagnostic.code, diagnostic.message
