# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge completion``, and the names of a stack and an inventory for the shell.

Every command's options name these completers, and only a shell calls them: so what reads a stack
or an inventory is imported when they are called.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vigo_bridge.language import Stack

Completer = Callable[[click.Context, click.Parameter, str], list[str]]

_GLOB = re.compile(r"[*?\[!]")
#: What ends a word of a shell, or makes it do something.
_OF_SHELLS = re.compile(r"""[\s$`"'\\;&|<>(){}!#~^]""")
_VARIABLE = "_VIGO_BRIDGE_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for SHELL.

    Names of hosts come from the match entries and the inventory, those of configcrates, roles and
    resources from the stack, and numbers of rollouts from the history.

    \b
    bash, in ~/.bashrc:                  eval "$(vigo-bridge completion bash)"
    zsh, in ~/.zshrc:                    eval "$(vigo-bridge completion zsh)"
    fish, in ~/.config/fish/config.fish: vigo-bridge completion fish | source
    """
    from click.shell_completion import get_completion_class

    from vigo_bridge.report.printing import echo

    kind = get_completion_class(shell)
    assert kind is not None
    root = click.get_current_context().find_root()
    echo(kind(root.command, {}, "vigo-bridge", _VARIABLE).source())


def _completer(names: Callable[[click.Context], Iterable[str]]) -> Completer:
    """Return the names that begin with the typed text.

    Names that a terminal or a shell would not read as plain text are left out: the shell inserts a
    completion as it is.
    """

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        offered = {name for name in names(context) if name.startswith(incomplete)}
        return sorted(name for name in offered if _is_plain(name))

    return complete


def _is_plain(name: str) -> bool:
    from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean

    return clean(name) == name and not _OF_SHELLS.search(name)


def _stack(context: click.Context) -> Stack:
    """Return the stack of `--stacks`, even with errors."""
    from vigo_bridge.language import load

    return load(Path(context.params.get("stacks") or "stacks"))


def _host_names(context: click.Context) -> Iterable[str]:
    from vigo_bridge.ansible.inventory import InventoryError, read_inventory
    from vigo_bridge.ansible.vault_passwords import asks_for_vault_passwords
    from vigo_bridge.failures import Refusal

    for entry in _stack(context).entries:
        for pattern in entry.patterns:
            if not _GLOB.search(pattern.text):
                yield pattern.text
    with contextlib.suppress(InventoryError, Refusal):
        if asks_for_vault_passwords():
            return  # A completion must not prompt.
        yield from read_inventory(context.params.get("inventory") or ()).hosts


def _parts(context: click.Context) -> Iterable[str]:
    """Return the values that `--only` accepts: crates and resources."""
    for crate in _stack(context).configcrates.values():
        yield crate.name
        for resource in crate.resources:
            if resource.name is not None:
                yield f"{crate.name}/{resource.name.text}"


def _build_names(context: click.Context) -> Iterable[str]:
    return _stack(context).builds


def _all_names(context: click.Context) -> Iterable[str]:
    from vigo_bridge.language.occurrences import occurrences

    return (occurrence.name for occurrence in occurrences(_stack(context)))


def _rollout_numbers(_context: click.Context) -> Iterable[str]:
    from vigo_bridge.run.history import History
    from vigo_bridge.run.state import controller_folder

    with contextlib.suppress(OSError):
        yield from map(str, History(controller_folder() / "history").numbers())


complete_hosts = _completer(_host_names)
complete_parts = _completer(_parts)
complete_builds = _completer(_build_names)
complete_names = _completer(_all_names)
complete_numbers = _completer(_rollout_numbers)
