# SPDX-License-Identifier: GPL-3.0-or-later
"""The password file beside a vault file, such as ``secrets.vault.password``.

The import of secrets creates it if Ansible is not configured to find a vault password. It is the
password of that vault file alone.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import open_regular
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.ansible.vault_passwords import VARIABLE

_BYTES = 32


def password_file(vault: Path) -> Path:
    """Return the path of the password file that belongs to a vault file."""
    return vault.with_suffix(".password")


def new_password() -> bytes:
    """Return the content of a new password file."""
    return f"{secrets.token_urlsafe(_BYTES)}\n".encode()


def password_settings(vault: Path) -> dict[str, str]:
    """Return the environment variables with which Ansible uses the password file of a vault file.

    Empty if there is none. Raise StoreError for a file that other users can read, and for one that
    Ansible would run instead of reading it.
    """
    file = password_file(vault)
    if not os.path.lexists(file):
        return {}
    _check(file)
    return settings_of(str(file.absolute()))


def settings_of(file: str) -> dict[str, str]:
    """Return the environment variables with which Ansible uses this password file alone."""
    return {
        VARIABLE: file,
        "ANSIBLE_VAULT_IDENTITY_LIST": "",
        "ANSIBLE_ASK_VAULT_PASS": "false",
    }


def _check(file: Path) -> None:
    try:
        descriptor = open_regular(str(file))
        try:
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(
            f"{file} cannot be read: {error.strerror}; it must contain the password of the vault"
            " file beside it"
        ) from error
    if mode & 0o077:
        raise StoreError(f"{file} can be read by other users ({mode:04o}); run `chmod 600 {file}`")
    if mode & 0o100:
        raise StoreError(f"{file} is executable, so it is not read; run `chmod 600 {file}`")
