# SPDX-License-Identifier: GPL-3.0-or-later
"""stack.vgo, at the top of a stack's folder: the stack's name and ID."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Identity
from vigo_bridge.language.names import defined_name
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.shapes import STACK
from vigo_bridge.language.values import Fields

FILE = "stack.vgo"

#: The form of an ID, which becomes the value of a label.
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")
#: The shortest ID: shorter ones could occur twice.
_SHORTEST = 16
#: Names of folders that are too common to name a stack.
_GENERIC = frozenset({"stacks"})
_ANY_NAME = "stack"
_PLAIN = re.compile(r"(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9_.-]*", re.I)


def new_id() -> str:
    """Return an ID that no other stack has."""
    return os.urandom(16).hex()


def relocated(found: Identity, copy: Path, folder: Path) -> Identity:
    """Return the identity of a stack that was read from a copy of its folder."""
    of_copy, there = unnamed(copy), unnamed(folder)
    if not found.is_named:
        return there
    own = [name for name in found.former if name not in (of_copy.name, *of_copy.former)]
    return replace(found, former=_without(found.name, [*own, there.name, *there.former]))


def lines(name: str, stack_id: str) -> str:
    """Return the two lines of a stack.vgo."""
    return f'name: {_quoted(name)}\nid: "{stack_id}"\n'


def suggested_name(folder: Path) -> str:
    """Return a name made from the folder's, valid in a stack.vgo."""
    return valid_name(unnamed(folder).name)


def valid_name(text: str) -> str:
    """Return a text as a name that is valid in a stack.vgo."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.") or _ANY_NAME


def unnamed(folder: Path) -> Identity:
    """Return the identity of a stack without a stack.vgo: named after its folder, or the one
    above.
    """
    path = Path(os.path.normpath(folder.absolute()))
    candidates = [part.name for part in (path, *path.parents) if part.name]
    base = candidates[0] if candidates else _ANY_NAME
    name = next((part for part in candidates if part not in _GENERIC), base)
    return Identity(name, former=_without(name, [base]))


def is_identity(path: PurePosixPath, fields: Fields) -> bool:
    """Return whether a file is a stack.vgo, by its name and its keys, wherever it is."""
    return path.name == FILE and all(key.text in STACK.keys for key, _ in fields.entries)


def read_identity(fields: Fields, folder: Path, diagnostics: Diagnostics) -> Identity | None:
    """Return the identity of a file; None when it lacks a valid name or has an invalid ID."""
    reader = Reader(fields, FILE, diagnostics, STACK)
    name = defined_name(reader, "name")
    written = reader.text("id")
    former = [item.text for item in reader.texts("former_names")]
    reader.finish()
    if name is None or (written is None and reader.value("id") is not None):
        return None
    if written is None:
        diagnostics.warning(
            "VB112",
            reader.key_position("name"),
            f"the stack {name!r} has no 'id': another stack with that name is treated as the same",
            f'add the line: id: "{new_id()}"',
        )
        return _named(name, "", former, folder)
    if not ID.fullmatch(written.text):
        diagnostics.error(
            "VB203",
            written.position,
            f"{written.text!r} cannot be the ID of a stack",
            f'write 16 or more random letters and digits: id: "{new_id()}"',
        )
        return None
    if len(written.text) < _SHORTEST:
        diagnostics.warning(
            "VB112",
            written.position,
            f"the ID {written.text!r} is too short: another stack could have the same",
            f'write 16 or more random letters and digits: id: "{new_id()}"',
        )
    return _named(name, written.text, former, folder)


def _named(name: str, stack_id: str, former: list[str], folder: Path) -> Identity:
    earlier = unnamed(folder)
    names = [*former, earlier.name, *earlier.former]
    return Identity(name, stack_id, is_named=True, former=_without(name, names))


def _without(name: str, names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for other in names if other != name))


def _quoted(name: str) -> str:
    """Return a name in quotes where YAML may read it as something other than a string."""
    return name if _PLAIN.fullmatch(name) else f'"{name}"'
