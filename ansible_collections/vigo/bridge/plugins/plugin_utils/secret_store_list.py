# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which stores of secrets a stack has, in the order in which they are queried.

Its ``secrets.yml`` names them. A package can add a kind of store by an entry point of the group
``vigo_bridge.secret_stores``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping

import yaml

from ..module_utils.common.suggest import did_you_mean
from ..module_utils.host.regular_files import read_below, resolved_below
from .secret_stores import (
    COMMAND_TIMEOUT,
    CommandStore,
    EnvironmentStore,
    Store,
    StoreError,
    VaultFileStore,
    VaultReader,
)

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from yaml._yaml import Mark as CMark  # what errors name, by the stubs

ENTRY_POINTS = "vigo_bridge.secret_stores"
#: The file of a stack that names its stores.
CONFIGURATION = "secrets.yml"
_LARGEST = 1 << 18
#: A day, in seconds.
_LONGEST_TIMEOUT = 86400
#: What is queried if a stack does not list stores; the file may be missing.
DEFAULT_VAULT_FILE = "secrets.vault.yml"


#: Creates a store from the entry point of another package, and from its value in the list.
PluggedIn = Callable[["EntryPoint", Any], Store]


class WrongList(StoreError):
    """``secrets.yml`` is invalid. line, column: from 1. reason: the message without the place."""

    def __init__(self, path: str, line: int, column: int, reason: str) -> None:
        super().__init__(f"{path}:{line}:{column}: {reason}")
        self.line = line
        self.column = column
        self.reason = reason


def of_stack(folder: str, read: VaultReader) -> list[Store]:
    """Return the stores that a stack's ``secrets.yml`` names, or the default. Raise StoreError.

    Paths of files in it are relative to the folder.
    """
    return _stores(folder, read, _plugged_in)


def check(folder: str) -> list[Store]:
    """Return the stores of a stack, neither loaded nor used. Raise StoreError for an invalid
    ``secrets.yml``.
    """
    return _stores(folder, _read_nothing, lambda plugin, value: Store())


def _read_nothing(path: str) -> str:
    raise StoreError(f"{path} is not read here")


def _stores(folder: str, read: VaultReader, plugged_in: PluggedIn) -> list[Store]:
    path = os.path.join(folder, CONFIGURATION)
    if not os.path.lexists(path):
        return _default(folder, read)
    try:
        text = read_below(folder, CONFIGURATION, _LARGEST).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise StoreError(
            f"{path} cannot be read: {reason}; it must be a file of the stack's folder, in UTF-8,"
            " that you may read"
        ) from error
    stores = []
    for entry, mark in _entries(path, text):
        try:
            stores.append(_configured(entry, folder, read, plugged_in))
        except StoreError as error:
            raise WrongList(path, *_place(mark), str(error)) from error
    return stores


def _entries(path: str, text: str) -> list[tuple[Any, yaml.Mark]]:
    """Return the entries of the list, each with its place. Raise WrongList."""
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                reason = "aliases are not supported here; write the value itself"
                raise WrongList(path, *_place(event.start_mark), reason)
        content, node = yaml.safe_load(text), yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        reason = f"invalid YAML: {error.problem}; correct it there or in the lines above"
        raise WrongList(path, *_place(error.problem_mark), reason) from error
    except yaml.YAMLError as error:
        raise WrongList(path, 1, 1, f"invalid YAML: {error}; correct it") from error
    except RecursionError as error:
        reason = "its values are nested too deeply; write a list of stores"
        raise WrongList(path, 1, 1, reason) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # PyYAML's errors for a date such as 2026-13-45, and for invalid values after tags.
        reason = f"invalid value: {error}; write it in quotes"
        raise WrongList(path, 1, 1, reason) from error
    stores = content.get("stores") if isinstance(content, Mapping) else None
    if not isinstance(stores, list) or not isinstance(node, yaml.MappingNode):
        raise WrongList(path, 1, 1, "it must contain a list under `stores:`")
    for key, value in node.value:
        if key.value != "stores":
            reason = f"unknown key {key.value!r}; it has `stores:` only"
            raise WrongList(path, *_place(key.start_mark), reason)
        marks = [entry.start_mark for entry in value.value]
    return list(zip(stores, marks))


def _place(mark: yaml.Mark | CMark | None) -> tuple[int, int]:
    """Return line and column from 1; the first ones if PyYAML reports no place."""
    return (1, 1) if mark is None else (mark.line + 1, mark.column + 1)


def _default(folder: str, read: VaultReader) -> list[Store]:
    """Return the default vault file, if it exists, and the environment."""
    path = os.path.join(folder, DEFAULT_VAULT_FILE)
    if not os.path.lexists(path):
        return [EnvironmentStore()]
    try:
        resolved_below(folder, DEFAULT_VAULT_FILE)
    except OSError as error:
        raise StoreError(
            f"{path} is not read: {error.strerror}; add the file to {CONFIGURATION}, as vault_file:"
            " PATH"
        ) from error
    return [VaultFileStore(path, read), EnvironmentStore()]


def _configured(entry: Any, folder: str, read: VaultReader, plugged_in: PluggedIn) -> Store:
    if entry == "env":
        return EnvironmentStore()
    if not isinstance(entry, Mapping):
        raise _no_store(entry)
    for key, value in entry.items():
        if any("\0" in part for part in _texts(value)):
            raise StoreError(f"{key}: it contains a NUL character, which is not allowed; remove it")
    if "command" in entry and set(entry) <= {"command", "timeout"}:
        return _command(entry["command"], entry.get("timeout", COMMAND_TIMEOUT))
    if len(entry) != 1:
        raise _no_store(entry)
    ((kind, value),) = entry.items()
    if kind == "vault_file" and isinstance(value, str):
        return VaultFileStore(os.path.join(folder, value), read)
    for plugin in _plugins():
        if plugin.name == kind:
            return plugged_in(plugin, value)
    raise _no_store(entry)


def _texts(value: Any) -> Iterable[str]:
    parts = value if isinstance(value, list) else [value]
    return (part for part in parts if isinstance(part, str))


def _command(command: Any, timeout: Any) -> CommandStore:
    if not _is_command(command):
        raise StoreError(
            f"command: {command!r} is not a list of strings; write one for each argument, such as"
            ' command: [pass, show, "{path}"]'
        )
    if not any("{path}" in part for part in command):
        raise StoreError(
            f"command: no argument of {command!r} has {{path}}, so it would return the same"
            ' value for each secret; add "{path}" for the path'
        )
    is_number = isinstance(timeout, (int, float)) and not isinstance(timeout, bool)
    if not is_number or not 0 < timeout <= _LONGEST_TIMEOUT:
        raise StoreError(
            f"timeout: {timeout!r} is not a number of seconds greater than 0 and up to"
            f" {_LONGEST_TIMEOUT}; use a number such as 30"
        )
    return CommandStore(command, timeout)


def _plugins() -> Iterable[EntryPoint]:
    """Return the kinds of stores that packages add."""
    from importlib.metadata import entry_points  # takes long, and few stacks need it

    return entry_points(group=ENTRY_POINTS)


def _plugged_in(plugin: EntryPoint, value: Any) -> Store:
    """Return a store of another package. Any error in it is reported with its name."""
    try:
        store: Store = plugin.load()(value)
    except StoreError:
        raise
    except Exception as error:
        raise StoreError(
            f"the secret store {plugin.name!r} cannot be used: {error!r}; correct its entry, or"
            " report it to the store's authors"
        ) from error
    return store


def _no_store(entry: Any) -> StoreError:
    known = ["env", "vault_file", "command", *(plugin.name for plugin in _plugins())]
    kinds = list(entry) if isinstance(entry, Mapping) else [entry]
    others = [name for name in known if name not in kinds]
    wrong = [str(kind) for kind in kinds if kind not in known]
    meant = next(filter(None, (did_you_mean(kind, others) for kind in wrong)), "")
    return StoreError(
        f"{entry!r} is not a secret store; {meant and meant + ' '}write env, vault_file: FILE, or"
        ' command: [PROGRAM, ..., "{path}"]'
    )


def _is_command(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(part, str) for part in value)
