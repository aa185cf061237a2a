# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles: a list of them under `roles:`, or one to a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Name, Role
from vigo_bridge.language.names import defined_name
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.shapes import ROLE, ROLES_FILE
from vigo_bridge.language.values import Fields

#: The form of the name of an OS family.
FAMILY = re.compile(r"[A-Za-z0-9_.-]+")


def read_roles(fields: Fields, diagnostics: Diagnostics) -> Iterator[Role]:
    """Yield the roles of one file."""
    if not any(key.text == "roles" for key, _ in fields.entries):
        candidates: tuple[Fields, ...] = (fields,)
    else:
        reader = Reader(fields, "a file of roles", diagnostics, ROLES_FILE)
        candidates = tuple(reader.mappings("roles"))
        reader.finish()
    for candidate in candidates:
        role = _read_role(candidate, diagnostics)
        if role is not None:
            yield role


def _read_role(fields: Fields, diagnostics: Diagnostics) -> Role | None:
    reader = Reader(fields, "a role", diagnostics, ROLE)
    name = defined_name(reader, "name")
    role = Role(
        name=name or "",
        includes=reader.names("includes"),
        configcrates=reader.names("configcrates"),
        case=_case(reader, diagnostics),
        vars=reader.variables("vars"),
        position=fields.position,
    )
    reader.finish()
    return role if name else None


def _case(reader: Reader, diagnostics: Diagnostics) -> Mapping[str, tuple[Name, ...]]:
    fields = reader.mapping("case")
    if fields is None:
        return {}
    arms = Reader(fields, "case", diagnostics)
    case = {key.text: arms.names(key.text) for key, _ in fields.entries}
    for key, _ in fields.entries:
        if not FAMILY.fullmatch(key.text):
            reader.diagnostics.error(
                "VB203",
                key.position,
                f"{key.text!r} is not an OS family",
                "write debian, rhel, suse, arch, ... or default",
            )
    if "default" not in case:
        diagnostics.note(
            "VB210",
            reader.key_position("case"),
            "envoys of other OS families get none of these configcrates",
            "if this is intended, add 'default: []'",
        )
    return case
