# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that a container runs, by its spec and its image. Pure."""

from __future__ import annotations

from typing import Any

from ..observed import Observed


def words(name: str, observed: Observed, entrypoint: Any, command: Any) -> tuple[str, ...]:
    """Return the words that run. Setting the entry point drops the image's command."""
    image = observed.image_config
    if name == "entrypoint":
        return tuple(image.get("Entrypoint") or ()) if entrypoint is None else entrypoint
    if command is None and entrypoint is None:
        return tuple(image.get("Cmd") or ())
    return command or ()
