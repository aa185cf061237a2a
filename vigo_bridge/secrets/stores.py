# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the secret stores of a stack, and checks their list."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import resolved_below
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_store_list import (
    CONFIGURATION,
    WrongList,
    check,
    of_stack,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import (
    EnvironmentStore,
    Store,
    StoreError,
    VaultFileStore,
)
from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.language.model import Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.secrets import secret_positions
from vigo_bridge.wording import counted

_OUTSIDE = (
    "which a repository cannot use on this machine; write the list in a folder of this machine,"
    " and set it with --secrets"
)


def stores_of(folder: Path) -> list[Store]:
    """Return the stores of a stack. Raise StoreError."""
    # Imported here, because validation does not read vaults.
    from vigo_bridge.secrets.vault import read_vault

    return of_stack(str(folder.absolute()), read_vault)


def stores_before(folder: Path, kind: type[Store], entry: str) -> list[Store]:
    """Return the stores that are queried before the first one of a kind.

    Raise StoreError if the stack's list has none, so that a secret in it would not be found. entry:
    what to add to the list then.
    """
    stores = stores_of(folder)
    for number, store in enumerate(stores):
        if isinstance(store, kind):
            return stores[:number]
    if (folder / CONFIGURATION).exists():
        raise StoreError(
            f"{folder / CONFIGURATION} does not list this store, so the secrets would not be found;"
            f" add `- {entry}` to it"
        )
    return []


def outside_store(folder: Path) -> str | None:
    """Return why the stores of a stack from a repository are not used; None if they can be.

    A list of stores in a repository must neither start programs on the controller nor read other
    files there.
    """
    try:
        found = check(str(folder))
    except StoreError:
        return None  # It is reported when a secret is looked up.
    for store in found:
        if isinstance(store, VaultFileStore):
            try:
                resolved_below(str(folder), os.path.relpath(store.path, folder))
            except (OSError, ValueError):
                return f"{CONFIGURATION} lists a vault file in another folder, {_OUTSIDE}"
        elif not isinstance(store, EnvironmentStore):
            return f"{CONFIGURATION} lists a program or plugin, {_OUTSIDE}"
    return None


def findings(stack: Stack) -> Iterable[Diagnostic]:
    """Return errors in the list of stores, and how many secrets are not checked.

    No store is used: validating a stack must not run or fetch anything.
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
        others = f" and {counted(more, 'other reference')} to secrets are" if more else " is"
        found.note(
            "VB606",
            positions[0],
            f"this reference to a secret{others} not checked: this command does not query secret"
            " stores",
            "run `vigo-bridge secrets check` to look them up",
        )
    return found
