# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores of secrets, on the controller: the environment, vault files, other programs.

``secret_store_list.py`` reads which of them a stack has.
"""

from __future__ import annotations

import os
import subprocess
from types import MappingProxyType
from typing import Any, Callable, Iterable, Mapping, Sequence

import yaml

from ..module_utils.host.regular_files import open_regular
from ..module_utils.secrets.references import environment_name

#: How long a program may take for one secret, in seconds.
COMMAND_TIMEOUT = 30.0

#: Reads a vault file, decrypted. Raises StoreError.
VaultReader = Callable[[str], str]

_LARGEST_VAULT = 16 << 20
_VAULT_HEADER = b"$ANSIBLE_VAULT;"


class StoreError(Exception):
    """A store cannot be used. The message says which, why, and what to do."""


class Store:
    """A place that has secrets."""

    #: What it is called in messages.
    description = ""
    #: By path, why it did not give a secret: for messages, if no other store has it.
    refusals: Mapping[str, str] = MappingProxyType({})

    def look_up(self, paths: Iterable[str]) -> dict[str, str]:
        """Return the values of those paths that it has. Raise StoreError."""
        raise NotImplementedError


class EnvironmentStore(Store):
    """Environment variables: ``VIGO_SECRET_`` and the path in capitals, with ``_`` for all
    characters other than letters and digits.
    """

    description = "env"

    def look_up(self, paths: Iterable[str]) -> dict[str, str]:
        names = {path: environment_name(path) for path in paths}
        return {path: os.environ[name] for path, name in names.items() if name in os.environ}


class VaultFileStore(Store):
    """A YAML file of ansible-vault: its keys are paths, or parts of paths in nested mappings.

    Values are texts as written.
    """

    def __init__(self, path: str, read: VaultReader) -> None:
        self.path = path
        self._read = read
        self.description = f"vault_file {os.path.basename(path)}"

    def look_up(self, paths: Iterable[str]) -> dict[str, str]:
        known = self.all()
        return {path: known[path] for path in paths if path in known}

    def all(self) -> dict[str, str]:
        """Return every secret in it. Raise StoreError."""
        self._refuse_what_others_can_read()
        try:
            content = yaml.load(self._read(self.path), Loader=yaml.BaseLoader)
        except RecursionError:
            raise StoreError(
                f"{self.path}: after decryption, its values are nested too deeply; correct it with"
                f" `ansible-vault edit {self.path}`"
            ) from None
        except yaml.YAMLError as error:
            # What YAML says of the place may quote a secret.
            mark = getattr(error, "problem_mark", None)
            place = "an unknown position"
            if mark:
                place = f"line {mark.line + 1}, column {mark.column + 1}"
            raise StoreError(
                f"{self.path}: after decryption, it is invalid YAML at {place}; correct it with"
                f" `ansible-vault edit {self.path}`"
            ) from None
        if not isinstance(content, Mapping):
            raise StoreError(
                f"{self.path} must contain a mapping of paths to secrets; correct it with"
                f" `ansible-vault edit {self.path}`"
            )
        return dict(self._flattened(content, ""))

    def _refuse_what_others_can_read(self) -> None:
        try:
            descriptor = open_regular(self.path)
            try:
                header, found = os.read(descriptor, len(_VAULT_HEADER)), os.fstat(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StoreError(
                f"{self.path} cannot be read: {error.strerror}; create it with `vigo-bridge secrets"
                " set`, or correct secrets.yml"
            ) from error
        if header != _VAULT_HEADER:
            raise StoreError(
                f"{self.path} is not encrypted; encrypt it with `ansible-vault encrypt {self.path}`"
            )
        if found.st_size > _LARGEST_VAULT:
            raise StoreError(f"{self.path} is larger than {_LARGEST_VAULT >> 20} MiB; split it")
        mode = found.st_mode & 0o777
        if mode & 0o077:
            raise StoreError(
                f"{self.path} can be read by other users ({mode:04o}); run `chmod 600 {self.path}`"
            )

    def _flattened(self, content: Mapping[Any, Any], prefix: str) -> Iterable[tuple[str, str]]:
        for key, value in content.items():
            path = f"{prefix}{key}"
            if isinstance(value, Mapping):
                yield from self._flattened(value, f"{path}/")
            elif isinstance(value, str):
                yield path, value
            else:
                raise StoreError(
                    f"{self.path}: {path} is a list; a secret must be a string; correct it with"
                    f" `ansible-vault edit {self.path}`"
                )


class CommandStore(Store):
    """A program that prints a secret; ``{path}`` among its arguments is the path."""

    def __init__(self, command: Sequence[str], timeout: float = COMMAND_TIMEOUT) -> None:
        self._command = command
        self._timeout = timeout
        self.description = f"command {command[0]}"
        self.refusals: dict[str, str] = {}

    def look_up(self, paths: Iterable[str]) -> dict[str, str]:
        answers = {path: self._ask(path) for path in paths}
        return {path: answer for path, answer in answers.items() if answer is not None}

    def _ask(self, path: str) -> str | None:
        """Return what the program prints, without the last line break; None if it fails."""
        try:
            process = subprocess.Popen(
                [part.replace("{path}", path) for part in self._command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise StoreError(
                f"the secret store {self._command[0]!r} cannot be run: {error.strerror}; install"
                " it, or remove it from secrets.yml"
            ) from error
        # Its children may hold the pipes open: leaving this block does not wait for them.
        with process.stdout, process.stderr:  # type: ignore[union-attr]
            try:
                output, errors = process.communicate(timeout=self._timeout)
            except subprocess.TimeoutExpired:
                raise StoreError(
                    f"the secret store {self._command[0]!r} did not return {path} within"
                    f" {self._timeout:g} s; increase `timeout:` next to `command:`"
                ) from None
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        if process.returncode != 0:
            said = errors.decode("utf-8", "replace").strip().rsplit("\n", 1)[-1]
            self.refusals[path] = f"exit code {process.returncode}" + (f": {said}" if said else "")
            return None
        text = output.decode("utf-8", "surrogateescape")
        return text[:-1] if text.endswith("\n") else text


def ask(paths: Iterable[str], stores: Sequence[Store]) -> dict[str, str]:
    """Return the values that the stores have, empty ones too: for each path the first store's.

    Raise StoreError.
    """
    wanted = set(paths)
    found: dict[str, str] = {}
    for store in stores:
        if wanted:
            found.update(_asked(store, sorted(wanted)))
            wanted -= set(found)
    return found


def _asked(store: Store, paths: list[str]) -> dict[str, str]:
    """Return a store's values.

    It may be another package's: any error in it is reported with its name.
    """
    try:
        values = store.look_up(paths)
    except StoreError:
        raise
    except Exception as error:
        raise StoreError(
            f"the secret store {store.description} failed: {error!r}; report it to the store's"
            " authors, or remove it from secrets.yml"
        ) from error
    for path, value in values.items():
        if not isinstance(value, str):
            raise StoreError(
                f"the secret store {store.description} returned an invalid value for {path}; report"
                " it to the store's authors, or remove it from secrets.yml"
            )
    return {path: values[path] for path in paths if path in values}
