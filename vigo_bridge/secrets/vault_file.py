# SPDX-License-Identifier: GPL-3.0-or-later
"""The vault file of a stack: where `vigo-bridge secrets set` keeps secrets."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_store_list import (
    DEFAULT_VAULT_FILE,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import Store, VaultFileStore
from vigo_bridge.secrets.stores import stores_before, stores_of
from vigo_bridge.secrets.vault import read_vault, write_vault


def vault_file(folder: Path) -> Path:
    """Return the vault file that the stack's stores name first, or else the default one.

    Raise StoreError.
    """
    files = [store for store in stores_of(folder) if isinstance(store, VaultFileStore)]
    return Path(files[0].path) if files else folder / DEFAULT_VAULT_FILE


def before_vault(folder: Path) -> list[Store]:
    """Return the stores that are queried before that file. Raise StoreError as `stores_before`."""
    return stores_before(folder, VaultFileStore, f"vault_file: {DEFAULT_VAULT_FILE}")


def secrets_in(file: Path) -> dict[str, str]:
    """Return every secret of the file by its path; none if there is no file. Raise StoreError."""
    return dict(VaultFileStore(str(file), read_vault).all()) if file.exists() else {}


def set_secret(file: Path, path: str, value: str) -> None:
    """Write one secret into the file, which is created if it is missing. Raise StoreError."""
    write_vault(file, {**secrets_in(file), path: value})
