# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores the secrets of an imported project, beside the files of its stack."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.ansible.vault_passwords import VARIABLE
from vigo_bridge.compose.stack.content import NeededSecret
from vigo_bridge.failures import Failure, WrongUsage
from vigo_bridge.secrets.adding import ENV, VAULT, Addition, addition
from vigo_bridge.secrets.vault_file import vault_file
from vigo_bridge.secrets.vault_password import password_file
from vigo_bridge.wording import counted

#: What `--store` accepts.
NAMES = "names"
KINDS = (NAMES, VAULT, ENV)


@dataclass(frozen=True)
class StoreOptions:
    """Where the values of secrets go. kind: one of KINDS; with NAMES, they are not stored.

    password_file: of the vault, as for Ansible's --vault-password-file.
    """

    kind: str = NAMES
    password_file: Path | None = None

    @property
    def is_store(self) -> bool:
        return self.kind != NAMES


def to_store(
    options: StoreOptions, folder: Path, secrets: Sequence[NeededSecret]
) -> Addition | None:
    """Return what is to be written to the store; None without a store. Raise Failure."""
    if options.password_file is not None and options.kind != VAULT:
        raise WrongUsage(f"--vault-password-file requires --store {VAULT}")
    if not options.is_store:
        return None
    values = {secret.path: secret.value for secret in secrets if secret.value}
    try:
        if options.password_file is not None:
            _use(options.password_file, folder)
        return addition(options.kind, folder, values)
    except StoreError as error:
        raise Failure(f"{error}. Nothing was written") from error


def _use(file: Path, folder: Path) -> None:
    """Let Ansible's programs use a password file. Raise StoreError if the vault has another one."""
    own = password_file(vault_file(folder))
    if own.exists() and not own.samefile(file):
        raise StoreError(
            f"the vault's password is in {own}, which is used instead of {file}; remove one of the"
            " two, or call the command without --vault-password-file"
        )
    os.environ[VARIABLE] = str(file.absolute())


def summary(secrets: Sequence[NeededSecret], stored: Addition | None) -> Iterator[str]:
    """Yield lines about the secrets of an import: what was stored, and what a person has to do."""
    if stored is not None and stored.added:
        yield f"stored {counted(len(stored.added), 'secret')} in {_shown(stored.file)}"
    if stored is not None and stored.password_file is not None:
        yield (
            f"Its password is in {_shown(stored.password_file)}, which Git ignores. Keep a copy in"
            " a safe place: without it, the vault cannot be read."
        )
    missing = [secret for secret in secrets if not (stored and secret.value)]
    if missing:
        yield "Add these secrets to a store; the files of the stack do not contain their values:"
    for secret in missing:
        where = "they have no value" if stored else f"currently in {secret.origin}"
        yield f"  vigo-bridge secrets set {secret.path}    # {where}"


def before_next_step(options: StoreOptions, stored: Addition | None) -> str:
    """Return what has to be run first, so that `plan` finds the secrets; may be empty."""
    if options.kind == ENV and stored is not None:
        return f". {_sourced(stored.file)}"
    if options.password_file is not None:
        return f"export {VARIABLE}={shlex.quote(str(options.password_file.absolute()))}"
    return ""


def _shown(path: Path) -> str:
    """Return a path as the user would write it here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def _sourced(file: Path) -> str:
    """Return the argument of the shell's `.`, which searches names without a slash in PATH."""
    shown = _shown(file)
    return shlex.quote(shown if "/" in shown else f"./{shown}")
