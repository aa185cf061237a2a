# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares a run: its folder, options, passwords and secrets."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError, ask
from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import (
    UnknownSecrets,
    look_up,
    weak,
)
from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.ansible.login_passwords import login_passwords
from vigo_bridge.ansible.pipelining import obstacles
from vigo_bridge.app.hosts import Hosts
from vigo_bridge.app.options import HostOptions
from vigo_bridge.failures import Refusal
from vigo_bridge.language.position import Position
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.progress import Lines
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.secrets.stores import stores_of


@contextlib.contextmanager
def run_folder(keep_artifacts: bool) -> Iterator[Path]:
    """Yield a private folder for a run; if it is kept, print its path."""
    with private_folder(keep_artifacts) as private:
        if keep_artifacts:
            Lines().say(f"the files of the run are in {private}")
        yield private


def run_options(options: HostOptions, output: str, changes: Mapping[str, object]) -> RunOptions:
    """Return the options of a run, with the passwords, which the user may have to type now.

    ``-v`` shows more details; ``-vv`` and more also show Ansible's own output.
    """
    ansible_environment()  # Prompts for vault passwords now, not during the rollout.
    shows_ansible = options.verbosity >= 2 and output == "text"
    settings: dict[str, object] = {
        "forks": options.forks,
        "become": options.become,
        "ansible_verbosity": options.verbosity - 2 if shows_ansible else None,
        "passwords": login_passwords(
            options.connection_password, options.become_password, options.local
        ),
    }
    return RunOptions(**{**settings, **changes})  # type: ignore[arg-type]


def on_its_nodes(
    how: RunOptions,
    options: HostOptions,
    found: Hosts,
    secrets: Mapping[str, Collection[str]],
    output: str | None,
) -> AbstractContextManager[RunOptions]:
    """Return a context with the options of a run on the nodes of ``--mesh``; without it, as they
    are.

    secrets: the paths of those that each host uses. output: how errors of the file are printed;
    None: they are a Refusal.
    Raise Refusal if the hosts cannot be divided among the nodes.
    """
    if options.mesh is None:
        return contextlib.nullcontext(how)
    # Imported here, because few runs have a mesh.
    from vigo_bridge.app.mesh import on_mesh

    return on_mesh(how, options.mesh, found, secrets, output)


def secrets_of(
    uses: Mapping[str, Iterable[Position]], folder: Path, warn: Callable[[str], None]
) -> Secrets:
    """Return the values of all these secrets. Raise Refusal with each use of a missing one.

    warn: called with messages about the values.
    """
    try:
        stores = stores_of(folder)
        values = look_up(uses, stores)
    except StoreError as error:
        raise Refusal(str(error)) from error
    except UnknownSecrets as error:
        raise Refusal("\n".join([str(error), *uses_of(uses, folder)])) from error
    warning = weak(values)
    if warning is not None:
        warn(f"warning: {warning}")
    return Secrets(values, lambda paths: ask(paths, stores))


def refuse_arguments_on_disk(hosts: Iterable[str], found: Hosts) -> None:
    """Raise Refusal if secrets for these hosts would be written to files on them."""
    users = list(dict.fromkeys(hosts))
    problems = list(obstacles(os.environ, users, found.given)) if users else []
    if problems:
        head = "without pipelining, Ansible would write secrets to files on the targets:"
        raise Refusal("\n  ".join([head, *problems]))


def uses_of(uses: Mapping[str, Iterable[Position]], folder: Path) -> Sequence[str]:
    """Return a line of a message for each use of a secret. folder: the stack."""
    return [
        f"{folder / str(position) if position.line else position}: uses secret:{path}"
        for path, positions in uses.items()
        for position in positions
    ]
