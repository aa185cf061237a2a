# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret stores of a stack, and what they say of its secrets."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_store_list import (
    CONFIGURATION,
    WrongList,
    is_configured,
    of_stack,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import (
    Store,
    StoreError,
    ask,
)
from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.language.model import Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.secret_checks import check_answer
from vigo_bridge.language.secrets import secret_positions
from vigo_bridge.run.vault import read_vault


def stores_of(folder: Path) -> list[Store]:
    """The stores of a stack. Raises StoreError."""
    return of_stack(str(folder.absolute()), read_vault)


def findings(stack: Stack) -> Iterable[Diagnostic]:
    """What is wrong with the secrets that a stack names, and with its stores.

    Nothing where the stack has neither: its secrets may be elsewhere on the day of a run.
    """
    found = Diagnostics()
    if is_configured(str(stack.folder)):
        try:
            stores, uses = stores_of(stack.folder), secret_positions(stack)
            values = ask(uses, stores) if uses else {}
            check_answer(uses, values, [store.description for store in stores], found)
        except WrongList as error:
            position = Position(CONFIGURATION, error.line, error.column)
            found.error("VB604", position, error.reason)
        except StoreError as error:
            found.warning("VB604", None, f"the secrets of the stack are not checked: {error}")
    return found
