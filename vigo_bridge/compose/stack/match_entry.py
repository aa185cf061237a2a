# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds the role of an import to a match entry that the stack already has."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from vigo_bridge.files import write_text
from vigo_bridge.language import load
from vigo_bridge.language.model import MatchEntry, Name


def with_role(folder: Path, match: str, role: str) -> tuple[PurePosixPath, str] | None:
    """Return the file of the entry for the same hosts, and its text with the role in the entry.

    None if the stack in the folder has no such entry, or one without a list of roles. The text is
    unchanged if the entry has the role.
    """
    entry = _entry(folder, match) if folder.is_dir() else None
    if entry is None or not entry.roles:
        return None
    path = PurePosixPath(entry.position.file)
    lines = (folder / path).read_text(encoding="utf-8").split("\n")
    wanted = [name.text for name in entry.roles]
    if role not in wanted:
        _add(lines, entry.roles, role)
        wanted.append(role)
    text = "\n".join(lines)
    return (path, text) if _roles(text, match) == wanted else None


def _entry(folder: Path, match: str) -> MatchEntry | None:
    """Return the first entry of a stack with these patterns."""
    return next((entry for entry in load(folder).entries if entry.match == match), None)


def _roles(text: str, match: str) -> list[str]:
    """Return the roles of an entry as a file of match entries has them."""
    with tempfile.TemporaryDirectory() as scratch:
        write_text(Path(scratch, "envoys.vgo"), text)
        entry = _entry(Path(scratch), match)
    return [] if entry is None else [name.text for name in entry.roles]


def _add(lines: list[str], roles: Sequence[Name], role: str) -> None:
    """Add a role after the last one of an entry, in the form in which the list is written."""
    last = roles[-1].position
    line = lines[last.line - 1]
    before, after = line[: last.column - 1], line[last.column - 1 :]
    if before.strip() == "-":
        lines.insert(last.line, f"{before}{role}")
        return
    written = after[: after.index(after[0], 1) + 1] if after[0] in "\"'" else roles[-1].text
    lines[last.line - 1] = f"{before}{written}, {role}{after[len(written) :]}"
