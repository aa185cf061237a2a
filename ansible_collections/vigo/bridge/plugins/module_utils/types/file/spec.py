# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file should be: attributes to a frozen spec."""

from __future__ import annotations

import base64
import os
import re
import shlex
from typing import Any, Mapping

from ...common.comma_strings import text
from ...common.dataclass import dataclass, replace
from ...common.errors import Problems, ResourceError
from ...common.integers import integer_within
from ...common.switches import is_absent
from ...host.home_folder import expanded
from ...secrets import references as secret_references
from . import mode
from .descriptor import CONTENT, CONTENTS, REVERTED, VAULTED
from .mode import Mode

#: The permissions of new files.
NEW_MODE, NEW_SECRET_MODE = 0o644, 0o600
#: The largest ``baseindent``.
_MOST_SPACES = 1000
#: Placeholders in ``validate`` for the path of the temporary file.
_PLACEHOLDER = re.compile("%%|%s")


@dataclass(frozen=True)
class FileSpec:
    """content: text with its references to secrets, or None; data: bytes as they are, or None.

    source: a path on the target. With none of these, an existing file keeps its content.
    is_secret: whether the data holds secrets, or comes from an encrypted file. stream_edit:
    scripts that the content goes through, one after the other. mode: None leaves that of an
    existing file. backup: the suffix of the copy that is made before a change; ``{epoch}`` is
    replaced by the time in seconds; empty: no copy.
    """

    path: str
    state: str
    content: str | None
    data: bytes | None
    is_secret: bool
    source: str | None
    stream_edit: tuple[str, ...]
    mode: Mode | None
    owner: str | None
    group: str | None
    secontext: str | None
    backup: str
    validate: str | None

    @property
    def names_content(self) -> bool:
        """Whether the spec sets the content."""
        return self.makes_content or bool(self.stream_edit)

    @property
    def makes_content(self) -> bool:
        """Whether the content comes from elsewhere, not from the file itself."""
        return self.content is not None or self.data is not None or bool(self.source)

    @property
    def holds_secrets(self) -> bool:
        return self.is_secret or bool(secret_references.find(self.content or ""))

    def mode_of(self, existing: int | None) -> int:
        """Return the mode to set. existing: that of the existing file, None without one.

        An existing file keeps its mode if none is set, except for permissions that let others read
        secrets.
        """
        if existing is None:
            existing = NEW_SECRET_MODE if self.holds_secrets else NEW_MODE
        if self.mode is not None:
            return self.mode.of(existing)
        return existing & ~0o077 if self.holds_secrets else existing

    def backup_path(self, epoch: float) -> str:
        return self.path + self.backup.replace("{epoch}", str(int(epoch)))

    def validation(self, temporary: str) -> str:
        """Return the command of ``validate`` for a temporary file."""
        command, path = self.validate or "", shlex.quote(temporary)
        if "%s" not in command:
            return command.replace("%", path)
        return _PLACEHOLDER.sub(lambda match: "%" if match[0] == "%%" else path, command)


def parse(attributes: Mapping[str, Any]) -> FileSpec:
    """Return the spec. Raise ResourceError for invalid attributes."""
    problems = Problems()
    source = attributes.get("source") or None
    with problems.collected():
        _check_contents(attributes, source)
    indent = attributes.get("baseindent")
    spaces = problems.of("baseindent", integer_within, indent, "baseindent", 0, _MOST_SPACES)
    content = attributes.get("content")
    spec = FileSpec(
        path=problems.of("target_path", target_path, str(attributes.get("target_path") or "")),
        state=problems.of("state", _state, attributes.get("state") or "present"),
        content=None if content is None else _indented(str(content), spaces or 0),
        data=problems.of("content_base64", _data, attributes),
        is_secret=bool(attributes.get(VAULTED)),
        source=source,
        stream_edit=problems.of("stream_edit", _scripts, attributes.get("stream_edit")),
        mode=problems.of("mode", mode.parse, attributes.get("mode")),
        owner=attributes.get("owner") or None,
        group=attributes.get("group") or None,
        secontext=attributes.get("secontext") or None,
        backup=problems.of("backup", _backup, attributes.get("backup")),
        validate=problems.of("validate", _validate, attributes.get("validate") or None),
    )
    problems.refuse()
    return spec


def _check_contents(attributes: Mapping[str, Any], source: Any) -> None:
    if attributes.get("src") is not None:
        raise ResourceError(
            "src: only the action plugin of vigo.bridge.file can use it", place=("src",)
        )
    given = [name for name in CONTENTS if attributes.get(name) is not None]
    if "source" in given and not source:
        given.remove("source")
    if len(given) > 1:
        raise ResourceError(
            f"{given[0]} and {given[1]} are mutually exclusive",
            "keep one of them",
            place=(given[0],),
        )
    if source and not is_path(source):
        raise ResourceError(
            f"source: {source!r} is neither templates/... of the stack nor an absolute path",
            place=("source",),
        )


def on_this_machine(spec: FileSpec) -> FileSpec:
    """Return the spec with the home folders of this machine. Raise ResourceError."""
    return replace(
        spec,
        path=os.path.normpath(expanded(spec.path, "target_path")),
        source=spec.source and expanded(spec.source, "source"),
    )


def is_path(text: str) -> bool:
    """Return whether a text is a path on the target: one that begins with ``/`` or ``~``."""
    return text.startswith(("/", "~"))


def target_path(path: str) -> str:
    """Return the normal form of the path of a file. Raise ResourceError."""
    if not is_path(path):
        raise ResourceError(
            f"target_path: {path!r} is not absolute", "write it with a leading / or ~/"
        )
    if path.rpartition("/")[2] in ("", ".", "..") or "/" not in path:
        raise ResourceError(
            f"target_path: {path!r} is a directory", "write the path of the file, with its name"
        )
    return os.path.normpath(path)


def _validate(command: str | None) -> str | None:
    if command is not None and "%" not in command:
        raise ResourceError(
            f"validate: {command!r} does not contain %s",
            "use %s for the path of the temporary file",
        )
    return command


def _data(attributes: Mapping[str, Any]) -> bytes | None:
    written = attributes.get(CONTENT)
    if written is None:
        written = attributes.get("content_base64")
    if written is None:
        return None
    try:
        return base64.b64decode("".join(str(written).split()), validate=True)
    except ValueError:
        raise ResourceError(
            "content_base64: invalid base64: expected the output of base64 or of the filter"
            " b64encode"
        ) from None


def _state(state: str) -> str:
    if state != REVERTED:
        is_absent(state)
    return state


def _scripts(value: Any) -> tuple[str, ...]:
    """Return one script, or a list of them; a script may hold commas."""
    scripts = value if isinstance(value, (list, tuple)) else [value]
    found = [text(script, place) for place, script in enumerate(scripts)]
    return tuple(script for script in found if script)


def _indented(content: str, spaces: int) -> str:
    lines = content.split("\n")
    return "\n".join(" " * spaces + line if line.strip() else line for line in lines)


def _backup(value: Any) -> str:
    if value in (None, "", False, "false", "no"):
        return ""
    if value in (True, "true", "yes"):
        return ".{epoch}.bak"
    if not isinstance(value, str) or "/" in value:
        raise ResourceError(f"backup: {value!r} is neither true nor a suffix such as .bak")
    return value
