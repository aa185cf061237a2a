# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stores' answer says of the secrets that a stack names. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.vigo.bridge.plugins.module_utils.secret_references import (
    SHORTEST,
    environment_name,
)
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.position import Position


def check_answer(
    uses: Mapping[str, Sequence[Position]],
    values: Mapping[str, str],
    stores: Sequence[str],
    diagnostics: Diagnostics,
) -> None:
    """Reports secrets that are missing, empty or very short, wherever they are named.

    values: those that the stores have, by path. stores: what the stores are called.
    """
    for path, positions in uses.items():
        for position in positions:
            _check(path, values.get(path), stores, position, diagnostics)


def _check(
    path: str,
    value: str | None,
    stores: Sequence[str],
    position: Position,
    diagnostics: Diagnostics,
) -> None:
    if value is None:
        asked = ", ".join(stores) or "there is none"
        advice = f"`vigo-bridge secrets set {path}` puts it into the stack's vault file"
        if "env" in stores:
            advice += f"; or set {environment_name(path)}"
        diagnostics.warning("VB602", position, f"no secret store has {path!r} ({asked})", advice)
    elif not value:
        diagnostics.error("VB603", position, f"the secret {path!r} is empty", "give it a value")
    elif len(value) < SHORTEST:
        diagnostics.warning(
            "VB603",
            position,
            f"the secret {path!r} is shorter than {SHORTEST} characters, and is masked only in the"
            " output of commands and engines",
            "choose a longer one",
        )
