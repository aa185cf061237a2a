# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets, lists and checks the secrets of a stack."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import mistake
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError, ask
from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import weak
from vigo_bridge.failures import Failure
from vigo_bridge.language.model import Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.secrets import secret_positions
from vigo_bridge.report.printing import echo
from vigo_bridge.secrets.stores import stores_of
from vigo_bridge.secrets.vault_file import before_vault, secrets_in, set_secret, vault_file


@dataclass(frozen=True)
class Checked:
    """One secret of a stack: "found", "missing" or "empty", and where the stack uses it."""

    path: str
    state: str
    positions: Sequence[Position]


def file_for(folder: Path, path: str) -> Path:
    """Return the file that a secret of this path is to be stored in. Raise Failure."""
    problem = mistake(path)
    if problem is not None:
        raise Failure(f"{path!r} is not the path of a secret: {problem}")
    with _explained():
        before_vault(folder)
        return vault_file(folder)


def store(file: Path, path: str, value: str) -> None:
    """Store a secret, and warn about a weak one. Raise Failure."""
    if not value:
        raise Failure(f"the secret {path} would be empty; set a value")
    with _explained():
        set_secret(file, path, value)
    echo(f"{path} is in {file}")
    _warn({path: value})


def stored(folder: Path) -> list[str]:
    """Return the paths of the secrets in the stack's vault file. Raise Failure."""
    with _explained():
        return sorted(secrets_in(vault_file(folder)))


def checked(stack: Stack) -> Sequence[Checked]:
    """Return every secret of the stack with the result of its stores. Raise Failure."""
    uses = secret_positions(stack)
    with _explained():
        found = ask(uses, stores_of(stack.folder))
    _warn({path: value for path, value in found.items() if value})
    return [Checked(path, _state(found.get(path)), places) for path, places in uses.items()]


def _state(value: str | None) -> str:
    if value is None:
        return "missing"
    return "found" if value else "empty"


def _warn(values: Mapping[str, str]) -> None:
    warning = weak(values)
    if warning is not None:
        echo(f"warning: {warning}", err=True)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        raise Failure(str(error)) from error
