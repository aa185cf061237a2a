# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds many secrets to a store of a stack at once. Nothing that it has is replaced."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import read_regular
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at
from ansible_collections.vigo.bridge.plugins.module_utils.host.temporary_files import (
    write_atomically,
)
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import environment_name
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import (
    EnvironmentStore,
    StoreError,
    ask,
)
from vigo_bridge.ansible import vault_passwords
from vigo_bridge.ansible.typed_password import in_memory
from vigo_bridge.files import create_folder
from vigo_bridge.secrets.env_file import DEFAULT_ENV_FILE, read_env_file, variables, with_secrets
from vigo_bridge.secrets.stores import stores_before
from vigo_bridge.secrets.vault import encrypted
from vigo_bridge.secrets.vault_file import before_vault, secrets_in, vault_file
from vigo_bridge.secrets.vault_password import new_password, password_file, settings_of

#: The kinds of stores that secrets can be added to.
VAULT, ENV = "vault", "env"
_PRIVATE, _USUAL = 0o600, 0o644
_IGNORED = ".gitignore"
_LARGEST = 1 << 20


@dataclass(frozen=True)
class NewFile:
    """A file to write. mode: its permissions."""

    path: Path
    content: bytes = field(repr=False)
    mode: int = _PRIVATE


@dataclass(frozen=True)
class Addition:
    """What is added to a store. file: of the store. added: the paths that it did not have.

    password_file: with the generated password of a new vault file, or None. files: all that must
    be written, in this order: a process that is killed in between leaves no secret that Git would
    see, and no vault without its password.
    """

    file: Path
    added: Sequence[str]
    password_file: Path | None = None
    files: Sequence[NewFile] = ()


def addition(kind: str, folder: Path, secrets: Mapping[str, str]) -> Addition:
    """Return how secrets are added to the vault file or the env file of a stack.

    folder: of the stack, which need not exist. secrets: values by path. Raise StoreError if a store
    has another value for one of them, or if the stack would not read the store.
    """
    return {VAULT: _to_vault, ENV: _to_env_file}[kind](folder, secrets)


def _to_vault(folder: Path, secrets: Mapping[str, str]) -> Addition:
    file = vault_file(folder)
    earlier = before_vault(folder)
    present = secrets_in(file)
    missing = _missing(secrets, {**present, **ask(secrets, earlier)}, file)
    if not missing:
        return Addition(file, ())
    password, settings = None, None
    if not (file.exists() or password_file(file).exists() or vault_passwords.are_configured()):
        password = NewFile(password_file(file), new_password())
        settings = settings_of(in_memory(password.content))
    content = encrypted(file, {**present, **missing}, settings)
    files = [NewFile(file, content)]
    if password is not None:
        files = [*_ignored(folder, password.path), password, *files]
    return Addition(file, sorted(missing), password.path if password else None, files)


def _to_env_file(folder: Path, secrets: Mapping[str, str]) -> Addition:
    file = folder / DEFAULT_ENV_FILE
    text = read_env_file(file)
    present = variables(text, file)
    names = {path: environment_name(path) for path in secrets}
    known = {path: present[name] for path, name in names.items() if name in present}
    known |= ask(secrets, stores_before(folder, EnvironmentStore, "env"))
    missing = _missing(secrets, known, file)
    if not missing:
        return Addition(file, ())
    store = NewFile(file, with_secrets(text, missing, file).encode())
    return Addition(file, sorted(missing), files=[*_ignored(folder, file), store])


def _missing(secrets: Mapping[str, str], known: Mapping[str, str], file: Path) -> dict[str, str]:
    """Return the secrets that are not known. Raise StoreError for those with another value."""
    others = [path for path in sorted(secrets) if known.get(path, secrets[path]) != secrets[path]]
    if others:
        raise StoreError(
            f"a store of this stack already has another value for {', '.join(others)}. Decide which"
            f" value is right: change it in {file} or in the imported files, and import again"
        )
    return {path: value for path, value in secrets.items() if path not in known}


def _ignored(folder: Path, file: Path) -> list[NewFile]:
    """Return the stack's .gitignore with a further line for the file; empty if it has it."""
    path = folder.absolute() / _IGNORED
    if path.parent != file.absolute().parent:
        return []
    text, line = b"", os.fsencode(f"/{file.name}")
    try:
        text = read_regular(str(path), _LARGEST)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}; correct it") from error
    if line in text.split(b"\n"):
        return []
    start = text if text.endswith(b"\n") or not text else text + b"\n"
    return [NewFile(path, start + line + b"\n", _USUAL)]


@contextlib.contextmanager
def written(files: Sequence[NewFile]) -> Iterator[None]:
    """Write files one after the other, each in one step; an error in the block restores all.

    Raise OSError, with the name of the file.
    """
    with contextlib.ExitStack() as undo:
        for file in files:
            _write(file, undo)
        yield
        undo.pop_all()


def _write(file: NewFile, undo: contextlib.ExitStack) -> None:
    path = file.path.absolute()
    create_folder(path.parent, undo)
    with at(str(path)):
        try:
            old, mode = path.read_bytes(), path.stat().st_mode
        except FileNotFoundError:
            _replace(path, file.content, file.mode)
            undo.callback(path.unlink, missing_ok=True)
            return
        is_private = file.mode == _PRIVATE
        _replace(path, file.content, file.mode if is_private else mode)
        undo.callback(_replace, path, old, mode)


def _replace(path: Path, content: bytes, mode: int) -> None:
    write_atomically(str(path), content)
    if mode != _PRIVATE:
        path.chmod(mode & 0o7777)
