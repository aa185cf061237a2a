# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge secrets``: the stack's secret stores."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import mistake
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_store_list import (
    DEFAULT_VAULT_FILE,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import (
    StoreError,
    VaultFileStore,
    ask,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import weak
from vigo_bridge.app.stack_loading import load_valid
from vigo_bridge.cli.options import StackOptions, output_option, stack_options
from vigo_bridge.language.secrets import secret_positions
from vigo_bridge.report import exit_status
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.secrets.stores import stores_of
from vigo_bridge.secrets.vault import read_vault, write_vault


@click.group()
def secrets() -> None:
    """Keep the secrets that a stack names by `secret:PATH`."""


@secrets.command("set")
@click.argument("path")
@stack_options
def set_(path: str, stack: StackOptions) -> None:
    """Store a secret: typed without echo, or read from standard input.

    It goes into the stack's vault file, which is made, encrypted, where there is none.
    """
    problem = mistake(path)
    if problem is not None:
        raise click.ClickException(f"{path!r} is not the path of a secret: {problem}")
    file = _vault_file(stack.folder)
    value = _typed(path)
    with _explained():
        write_vault(file, {**_content(file), path: value})
    echo(f"{path} is in {file}")
    warning = weak({path: value})
    if warning is not None:
        echo(f"warning: {warning}", err=True)


@secrets.command("list")
@stack_options
def list_(stack: StackOptions) -> None:
    """Print the paths of the secrets in the stack's vault file, never their values."""
    file = _vault_file(stack.folder)
    with _explained():
        for path in sorted(_content(file)):
            echo(path)


@secrets.command()
@output_option
@stack_options
@click.pass_context
def check(context: click.Context, stack: StackOptions, output: str) -> None:
    """Name every secret of the stack, where it is used, and whether a store has it."""
    uses = secret_positions(load_valid(stack, output))
    with _explained():
        found = ask(uses, stores_of(stack.folder))
    states = {path: _state(found.get(path)) for path in uses}
    if output == "json":
        document = {
            path: {
                "found": states[path] == "found",
                "state": states[path],
                "positions": [str(position) for position in positions],
            }
            for path, positions in uses.items()
        }
        echo_json(document)
    else:
        for path, positions in uses.items():
            echo(f"{states[path]:7}  {path}")
            for position in positions:
                echo(f"         {stack.folder / position.file}:{position.line}")
    warning = weak({path: value for path, value in found.items() if value})
    if warning is not None:
        echo(f"warning: {warning}", err=True)
    if set(states.values()) - {"found"}:
        context.exit(exit_status.INVALID)


def _state(value: str | None) -> str:
    if value is None:
        return "missing"
    return "found" if value else "empty"


def _vault_file(folder: Path) -> Path:
    """The vault file that the stack's stores name first, or the default one."""
    with _explained():
        files = [store for store in stores_of(folder) if isinstance(store, VaultFileStore)]
    return Path(files[0].path) if files else folder / DEFAULT_VAULT_FILE


def _content(file: Path) -> dict[str, Any]:
    """Every secret of the file by its path; nothing if there is no file yet."""
    store = VaultFileStore(str(file), read_vault)
    known: Mapping[str, str] = store.all() if file.exists() else {}
    return dict(known)


def _typed(path: str) -> str:
    if sys.stdin.isatty():
        value = str(click.prompt(path, hide_input=True, confirmation_prompt=True))
    else:
        try:
            value = sys.stdin.buffer.read().decode().removesuffix("\n")
        except UnicodeDecodeError as error:
            raise click.ClickException(
                f"the secret {path} would be no UTF-8 text; encode it, in base64 for instance"
            ) from error
    if not value:
        raise click.ClickException(f"the secret {path} would be empty; give it a value")
    return value


class _explained:
    """Store errors end the command with their message."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, StoreError):
            raise click.ClickException(str(error)) from error
