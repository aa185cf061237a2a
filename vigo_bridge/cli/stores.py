# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret stores of a stack, and what is wrong with their list."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_store_list import (
    CONFIGURATION,
    WrongList,
    check,
    of_stack,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import (
    Store,
    StoreError,
)
from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.language.model import Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.secrets import secret_positions
from vigo_bridge.run.vault import read_vault


def stores_of(folder: Path) -> list[Store]:
    """The stores of a stack. Raises StoreError."""
    return of_stack(str(folder.absolute()), read_vault)


def findings(stack: Stack) -> Iterable[Diagnostic]:
    """What is wrong with the list of stores, and how many secrets nobody looked up.

    No store is asked: a stack that is only looked at must not run or fetch anything.
    """
    found = Diagnostics()
    try:
        check(str(stack.folder.absolute()))
    except WrongList as error:
        position = Position(CONFIGURATION, error.line, error.column)
        found.error("VB604", position, error.reason)
    except StoreError as error:
        found.error("VB604", None, str(error))
    positions = sorted(
        position for places in secret_positions(stack).values() for position in places
    )
    if positions:
        more = len(positions) - 1
        others = f" and {more} other{'s' if more > 1 else ''} are" if more else " is"
        found.note(
            "VB606",
            positions[0],
            f"this reference to a secret{others} not checked: no secret store is asked here",
            "`vigo-bridge secrets check` asks the stores",
        )
    return found
