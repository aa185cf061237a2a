# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for the host groups of match entries that are stable and valid for Ansible."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vigo_bridge.language.model import MatchEntry

_PREFIX = "vigo_"
_EVERYONE = "all"


def group_names(entries: Sequence[MatchEntry]) -> tuple[str, ...]:
    """Return one name for each entry: `*.app.example.com` is vigo_app_example_com."""
    names: list[str] = []
    for entry in entries:
        wanted = [name.text for name in entry.patterns if not name.text.startswith("!")]
        readable = re.sub(r"[^a-z0-9]+", "_", "_".join(wanted).lower()).strip("_")
        base = _PREFIX + (readable or _EVERYONE)
        name, number = base, 1
        while name in names:
            number += 1
            name = f"{base}_{number}"
        names.append(name)
    return tuple(names)
