# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of configcrates, roles, environments and tasks."""

from __future__ import annotations

import re

from vigo_bridge.language.reader import Reader

#: The form of a name, without '/', which separates crate and resource, and '[', which begins the
#: item of a foreach.
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def defined_name(reader: Reader, *keys: str) -> str | None:
    """Return the name that a mapping defines, under one of these keys; None if there is none."""
    found = next((key for key in keys if reader.value(key) is not None), keys[0])
    name = reader.required_text(found, f"add {keys[0]}:")
    if name is None:
        return None
    if not NAME.fullmatch(name.text):
        reader.diagnostics.error(
            "VB203",
            name.position,
            f"{name.text!r} cannot be the name of {reader.what}",
            "use letters, digits, '_', '-' and '.'",
        )
        return None
    return name.text
