# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores of secrets, on the controller: the environment, vault files, other programs.

A stack's ``secrets.yml`` names them in the order in which they are asked. A package can add a kind
of store by an entry point of the group ``vigo_bridge.secret_stores``.
"""

from __future__ import annotations

import os
import subprocess
from importlib.metadata import entry_points
from typing import Any, Callable, Iterable, Mapping, Sequence

import yaml

from ..module_utils.secret_references import environment_name

ENTRY_POINTS = "vigo_bridge.secret_stores"
#: The file of a stack that names its stores.
CONFIGURATION = "secrets.yml"
#: What is asked where a stack says nothing; the file may be missing.
DEFAULT_VAULT_FILE = "secrets.vault.yml"
#: How long a program may take for one secret, in seconds.
COMMAND_TIMEOUT = 30.0

#: Reads a vault file, decrypted, as data.
VaultReader = Callable[[str], Any]


class StoreError(Exception):
    """A store cannot be used. The message says which, why, and what to do."""


class Store:
    """A place that has secrets."""

    #: What it is called in messages.
    description = ""

    def look_up(self, paths: Iterable[str]) -> dict[str, str]:
        """The values of those paths that it has. Raises StoreError."""
        raise NotImplementedError


class EnvironmentStore(Store):
    """``VIGO_SECRET_`` and the path in capitals, other characters as ``_``."""

    description = "env"

    def look_up(self, paths: Iterable[str]) -> dict[str, str]:
        names = {path: environment_name(path) for path in paths}
        return {path: os.environ[name] for path, name in names.items() if name in os.environ}


class VaultFileStore(Store):
    """A YAML file of ansible-vault: paths as keys, or maps in maps."""

    def __init__(self, path: str, read: VaultReader) -> None:
        self.path = path
        self._read = read
        self.description = f"vault_file {os.path.basename(path)}"

    def look_up(self, paths: Iterable[str]) -> dict[str, str]:
        known = self.all()
        return {path: known[path] for path in paths if path in known}

    def all(self) -> dict[str, str]:
        """Every secret in it. Raises StoreError."""
        content = self._read(self.path)
        if not isinstance(content, Mapping):
            raise StoreError(f"{self.path} must hold a mapping of paths to secrets")
        return dict(_flattened(content, ""))


class CommandStore(Store):
    """A program that prints a secret; ``{path}`` among its arguments is the path."""

    def __init__(self, command: Sequence[str], timeout: float = COMMAND_TIMEOUT) -> None:
        self._command = command
        self._timeout = timeout
        self.description = f"command {command[0]}"

    def look_up(self, paths: Iterable[str]) -> dict[str, str]:
        answers = {path: self._ask(path) for path in paths}
        return {path: answer for path, answer in answers.items() if answer is not None}

    def _ask(self, path: str) -> str | None:
        """What the program prints, without the last line break; None where it fails."""
        try:
            finished = subprocess.run(
                [part.replace("{path}", path) for part in self._command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._timeout,
                check=False,
            )
        except OSError as error:
            raise StoreError(
                f"the secret store {self._command[0]!r} cannot be run: {error.strerror}; install"
                " it, or take it out of secrets.yml"
            ) from error
        except subprocess.TimeoutExpired:
            raise StoreError(
                f"the secret store {self._command[0]!r} did not answer within {self._timeout:g} s"
                f" when asked for {path}"
            ) from None
        if finished.returncode != 0:
            return None
        text = finished.stdout.decode("utf-8", "surrogateescape")
        return text[:-1] if text.endswith("\n") else text


def of_stack(folder: str, read: VaultReader) -> list[Store]:
    """The stores that a stack's ``secrets.yml`` names, or the default. Raises StoreError."""
    path = os.path.join(folder, CONFIGURATION)
    try:
        with open(path, encoding="utf-8") as stream:
            content = yaml.safe_load(stream)
    except FileNotFoundError:
        return configured(None, folder, read)
    except (OSError, yaml.YAMLError) as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, Mapping) or not isinstance(content.get("stores"), list):
        raise StoreError(f"{path} must hold a list under `stores:`")
    try:
        return configured(content["stores"], folder, read)
    except StoreError as error:
        raise StoreError(f"{path}: {error}") from error


def configured(entries: Sequence[Any] | None, folder: str, read: VaultReader) -> list[Store]:
    """The stores of a ``stores:`` list; paths in it are relative to ``folder``.

    Without a list: the default vault file, where there is one, and the environment. Raises
    StoreError for what is no store.
    """
    if entries is None:
        default = os.path.join(folder, DEFAULT_VAULT_FILE)
        vault = [VaultFileStore(default, read)] if os.path.exists(default) else []
        return [*vault, EnvironmentStore()]
    return [_configured(entry, folder, read) for entry in entries]


def ask(paths: Iterable[str], stores: Sequence[Store]) -> dict[str, str]:
    """The values that the stores have: for each path the first one's. Raises StoreError."""
    wanted = set(paths)
    found: dict[str, str] = {}
    for store in stores:
        if wanted:
            found.update(store.look_up(sorted(wanted)))
            wanted -= set(found)
    empty = sorted(path for path, value in found.items() if not value)
    if empty:
        raise StoreError(f"the secret {', '.join(empty)} is empty; give it a value")
    return found


def _configured(entry: Any, folder: str, read: VaultReader) -> Store:
    if entry == "env":
        return EnvironmentStore()
    if isinstance(entry, Mapping) and len(entry) == 1:
        ((kind, value),) = entry.items()
        if kind == "vault_file" and isinstance(value, str):
            return VaultFileStore(os.path.join(folder, value), read)
        if kind == "command" and _is_command(value):
            return CommandStore(value)
        for plugin in entry_points(group=ENTRY_POINTS):
            if plugin.name == kind:
                return plugin.load()(value)
    raise StoreError(
        f"{entry!r} is no secret store; write env, vault_file: FILE, or command: [PROGRAM, ...,"
        ' "{path}"]'
    )


def _is_command(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(part, str) for part in value)


def _flattened(content: Mapping[Any, Any], prefix: str) -> Iterable[tuple[str, str]]:
    for key, value in content.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{path}/")
        else:
            yield path, str(value)
