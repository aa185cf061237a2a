# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of an import: what is lost, what is different, what is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from vigo_bridge.language.position import Position

Severity = Literal["error", "lost", "todo", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """One finding.

    lost: the stack would do without it. todo: the user has to do something once. warning:
    imported as Compose reads it, which is probably a mistake. note: imported, with a difference.
    """

    severity: Severity
    position: Position
    message: str
    advice: str = ""

    def __str__(self) -> str:
        text = f"{self.position}: {self.severity}: {self.message}"
        return f"{text}\n  {self.advice}" if self.advice else text


class ComposeError(Exception):
    """A file that compose itself would refuse, or that cannot be read.

    finding: the first error. findings: all that were found.
    """

    def __init__(self, position: Position, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.finding = Finding("error", position, message, advice)
        self.findings: tuple[Finding, ...] = (self.finding,)


class Findings:
    """Collects findings, each once, in reading order."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def lost(self, position: Position, message: str, advice: str) -> None:
        self._found.setdefault(Finding("lost", position, message, advice))

    def todo(self, position: Position, message: str, advice: str) -> None:
        self._found.setdefault(Finding("todo", position, message, advice))

    def warn(self, position: Position, message: str, advice: str) -> None:
        self._found.setdefault(Finding("warning", position, message, advice))

    def note(self, position: Position, message: str, advice: str = "") -> None:
        self._found.setdefault(Finding("note", position, message, advice))

    def extend(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._found.setdefault(finding)

    def __iter__(self) -> Iterator[Finding]:
        return iter(sorted(self._found, key=lambda finding: (finding.position, finding.message)))

    @property
    def losses(self) -> int:
        return sum(finding.severity == "lost" for finding in self._found)


class Errors:
    """Collects the errors of independent parts, so that all are reported at once."""

    def __init__(self) -> None:
        self._found: list[ComposeError] = []

    @contextlib.contextmanager
    def collected(self) -> Iterator[None]:
        """Continue after a ComposeError of the body."""
        try:
            yield
        except ComposeError as error:
            self._found.append(error)

    def raise_all(self) -> None:
        """Raise the first error, with the findings of all in reading order; do nothing without one.

        Of several errors at one position, the first one counts.
        """
        if self._found:
            by_position: dict[Position, Finding] = {}
            for error in self._found:
                for finding in error.findings:
                    by_position.setdefault(finding.position, finding)
            first = self._found[0]
            first.findings = tuple(sorted(by_position.values(), key=lambda one: one.position))
            raise first
