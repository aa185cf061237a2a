# SPDX-License-Identifier: GPL-3.0-or-later
"""The password file beside a vault file is used, unless others could have read or changed it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.secrets.vault_password import password_file, password_settings


def test_without_a_file_ansible_is_as_configured(tmp_path: Path) -> None:
    assert password_settings(tmp_path / "secrets.vault.yml") == {}


def test_with_a_file_it_is_the_only_password(tmp_path: Path) -> None:
    vault = tmp_path / "secrets.vault.yml"
    password_file(vault).write_text("x")
    password_file(vault).chmod(0o600)
    assert password_settings(vault) == {
        "ANSIBLE_VAULT_PASSWORD_FILE": str(tmp_path / "secrets.vault.password"),
        "ANSIBLE_VAULT_IDENTITY_LIST": "",
        "ANSIBLE_ASK_VAULT_PASS": "false",
    }


#: case -> the mode of the file, or None for another kind of file; the error
REFUSED = {
    "others can read it": (0o640, "can be read by other users (0640); run `chmod 600 "),
    "Ansible would run it": (0o700, "is executable, so it is not read; run `chmod 600 "),
    "a FIFO": (None, "cannot be read: it is a FIFO, not a regular file"),
}


@pytest.mark.parametrize(("mode", "error"), REFUSED.values(), ids=REFUSED)
def test_refused(mode: int | None, error: str, tmp_path: Path) -> None:
    file = password_file(tmp_path / "secrets.vault.yml")
    if mode is None:
        os.mkfifo(file)
    else:
        file.write_text("x")
        file.chmod(mode)
    with pytest.raises(StoreError) as refused:
        password_settings(tmp_path / "secrets.vault.yml")
    assert error in str(refused.value)
