# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file should be: attributes to a frozen spec."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Mapping

from .. import secret_references
from ..errors import ResourceError


@dataclass(frozen=True)
class FileSpec:
    """content: text with its references to secrets, or None; source: a path on the target.

    With neither, an existing file keeps its content. stream_edit: scripts that the content goes
    through, one after the other. backup: the suffix of the copy that a changed file leaves,
    ``{epoch}`` stands for the time; empty: no copy.
    """

    path: str
    state: str
    content: str | None
    source: str | None
    stream_edit: tuple[str, ...]
    mode: int
    owner: str | None
    group: str | None
    secontext: str | None
    backup: str
    validate: str | None

    @property
    def names_content(self) -> bool:
        """Whether the spec says anything of the content."""
        return self.content is not None or bool(self.source or self.stream_edit)


def parse(attributes: Mapping[str, Any]) -> FileSpec:
    """Raises ResourceError for attributes that make no sense."""
    path = str(attributes.get("target_path") or "")
    if not os.path.isabs(path):
        raise ResourceError(f"target_path: {path!r} is not absolute; write it from / on")
    content, source = attributes.get("content"), attributes.get("source") or None
    if content is not None and source:
        raise ResourceError("content and source exclude one another; keep one of them")
    if source and not os.path.isabs(source):
        raise ResourceError(
            f"source: {source!r} is neither templates/... of the stack nor an absolute path"
        )
    if content is not None:
        content = _indented(str(content), _spaces(attributes.get("baseindent")))
    return FileSpec(
        path=os.path.normpath(path),
        state=_state(attributes.get("state") or "present"),
        content=content,
        source=source,
        stream_edit=_scripts(attributes.get("stream_edit")),
        mode=_mode(
            attributes.get("mode"), 0o600 if secret_references.find(content or "") else 0o644
        ),
        owner=attributes.get("owner") or None,
        group=attributes.get("group") or None,
        secontext=attributes.get("secontext") or None,
        backup=_backup(attributes.get("backup")),
        validate=attributes.get("validate") or None,
    )


def _state(state: str) -> str:
    if state not in ("present", "absent"):
        raise ResourceError(f"state: {state!r} is neither present nor absent")
    return state


def _spaces(value: Any) -> int:
    spaces = int(value or 0)
    if spaces < 0:
        raise ResourceError(f"baseindent: {spaces} is less than 0")
    return spaces


def _scripts(value: Any) -> tuple[str, ...]:
    """One script, or a list of them; a script may hold commas."""
    if isinstance(value, Mapping):
        raise ResourceError(f"stream_edit: {value!r} is neither a script nor a list of scripts")
    scripts = value if isinstance(value, (list, tuple)) else [value]
    return tuple(str(script) for script in scripts if script not in (None, ""))


def _indented(content: str, spaces: int) -> str:
    lines = content.split("\n")
    return "\n".join(" " * spaces + line if line.strip() else line for line in lines)


def _mode(value: Any, default: int) -> int:
    """Octal text, as in ``0644``. A YAML 1.1 reader has already made a number of 0644."""
    if value in (None, ""):
        return default
    try:
        mode = value if isinstance(value, int) else int(str(value), 8)
    except ValueError:
        mode = -1
    if isinstance(value, bool):
        mode = -1
    if not 0 <= mode <= 0o7777:
        raise ResourceError(f"mode: {value!r} is no octal mode such as 0644")
    return mode


def _backup(value: Any) -> str:
    if value in (None, "", False, "false", "no"):
        return ""
    if value in (True, "true", "yes"):
        return ".{epoch}.bak"
    if not isinstance(value, str) or "/" in value:
        raise ResourceError(f"backup: {value!r} is neither true nor a suffix such as .bak")
    return value
