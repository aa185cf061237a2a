# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes vault files with ansible-vault.

So their passwords are found as by Ansible: in a file, from a program, by vault ID.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import (
    explained,
    named_in,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host.temporary_files import (
    write_atomically,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.ansible import program as ansible_program
from vigo_bridge.ansible.configuration import check_configuration
from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.ansible.vault_passwords import VARIABLE
from vigo_bridge.secrets.vault_password import password_settings


def read_vault(path: str) -> str:
    """Return the decrypted text of a vault file. Raise StoreError."""
    return _vault(["view", path], path)


def write_vault(path: Path, content: Mapping[str, str]) -> None:
    """Encrypt the content into the file, under the vault id that it has. Raise StoreError."""
    ciphertext = encrypted(path, content)
    try:
        # ansible-vault does not replace files atomically.
        write_atomically(str(path.absolute()), ciphertext)
    except OSError as error:
        named = OSError(error.errno, error.strerror, str(path))
        raise StoreError(explained(named)) from error


def encrypted(
    path: Path, content: Mapping[str, str], settings: Mapping[str, str] | None = None
) -> bytes:
    """Return the content as a vault file for this path, under the vault id that it has.

    settings: environment variables with the password, instead of those of the file. Raise
    StoreError.
    """
    text = vault_text(content)
    # Imported here, because most commands do not write vaults.
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "vault")
        arguments = ["encrypt", "--output", str(file), *_vault_id(path), "-"]
        _vault(arguments, str(path), text, settings)
        return file.read_bytes()


def vault_text(content: Mapping[str, str]) -> str:
    """Return secrets by path as the YAML text of a vault file."""
    # Some invisible characters must be escaped, because YAML would read them back as others.
    legible = all(letter.isprintable() or letter == "\n" for letter in "".join(content.values()))
    return yaml.safe_dump(dict(content), sort_keys=True, allow_unicode=legible)


def _vault_id(path: Path) -> list[str]:
    """Return the option that keeps an existing file's vault id: its header's fourth field."""
    if not path.exists():
        return []
    fields = path.read_text(encoding="utf-8").split("\n", 1)[0].split(";")
    return ["--encrypt-vault-id", fields[3].strip()] if len(fields) > 3 else []


def _vault(
    arguments: Sequence[str],
    path: str,
    text: str | None = None,
    settings: Mapping[str, str] | None = None,
) -> str:
    """Run ansible-vault, after asking for a password that must be typed."""
    own = password_settings(Path(path)) if settings is None else settings
    finished = subprocess.run(
        ansible_program.command("vault", *arguments),
        env={**ansible_environment(), **own, "PAGER": "cat"},
        input=text or "",
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        start_new_session=True,
    )
    if finished.returncode != 0:
        check_configuration()
        fault = named_in(finished.stderr)
        if fault is not None:
            raise StoreError(f"{path}: {explained(fault)}")
        raise StoreError(f"{path}: {_reason(finished.stderr)}. {_where_from(own)}")
    return finished.stdout


def _where_from(settings: Mapping[str, str]) -> str:
    """Return where the password came from, or is expected."""
    if settings:
        return f"Its password was read from {settings[VARIABLE]}"
    return (
        f"Ansible finds the vault password in {VARIABLE}, ansible.cfg's vault_password_file or"
        " vault_identity_list"
    )


def _reason(complaint: str) -> str:
    """Return its last sentence. Newer cores repeat the name of the file after it."""
    lines = [line for line in complaint.split("\n") if line and not line.startswith("Origin:")]
    return lines[-1].rstrip(".") if lines else "ansible-vault failed"
