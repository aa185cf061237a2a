# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of command line options, in groups as commands use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vigo_bridge.ansible.password_source import PasswordSource
from vigo_bridge.host_counts import parse_batch_sizes, parse_budget

if TYPE_CHECKING:
    from vigo_bridge.language.model import Identity
    from vigo_bridge.run.rollout_options import RolloutOptions


@dataclass(frozen=True)
class Earlier:
    """Files that take the place of those in the stack's folder. folder: holds a copy of them.

    identity: the stack's name and ID of today, as a stack stays the same when it is rolled back.
    stores: the folder with the list of secret stores, if that is not the stack's. url: where the
    files come from, without credentials, if that is not the stack's folder.
    """

    folder: Path
    identity: Identity
    stores: Path | None = None
    url: str = ""


@dataclass(frozen=True)
class StackOptions:
    """The stack, and the variables of ``--set``.

    earlier: files that replace those in the folder.
    """

    folder: Path
    settings: Mapping[str, Any]
    earlier: Earlier | None = None

    @property
    def files(self) -> Path:
        """The folder with the files that are used."""
        return self.earlier.folder if self.earlier else self.folder

    @property
    def stores(self) -> Path:
        """The folder with the list of secret stores."""
        return (self.earlier and self.earlier.stores) or self.folder

    @property
    def label(self) -> str:
        """The folder, or the URL of the files, for people."""
        return (self.earlier and self.earlier.url) or str(self.folder)

    @property
    def subject(self) -> str:
        """The same, independent of the current folder, for the history."""
        return (self.earlier and self.earlier.url) or str(self.folder.absolute())


#: What to do where ``--mesh`` cannot be used.
REACH_THROUGH_A_NODE = (
    "remove --mesh, and let this machine reach the hosts, for example through a node with"
    " ansible_ssh_common_args='-J node-1.example.com' in the inventory"
)


@dataclass(frozen=True)
class HostOptions:
    """The hosts, and how they are reached. ``name`` is the value of ``--as``; ``mesh``, the file
    of ``--mesh``.
    """

    inventory: Sequence[str]
    limit: str | None
    local: bool
    name: str | None
    forks: int | None
    become: bool
    connection_password: PasswordSource
    become_password: PasswordSource
    verbosity: int
    mesh: Path | None = None


@dataclass(frozen=True)
class ReportOptions:
    """How to show the result. ``page`` is the file of ``--report``."""

    output: str
    page: Path | None
    keep_artifacts: bool


@dataclass(frozen=True)
class Rollout:
    """The options of a rollout, and whether to continue the last one.

    given: the names of the options that are set on the command line.
    """

    options: RolloutOptions
    resume: bool
    given: frozenset[str]


def defaulted(rollout: Rollout, texts: Mapping[str, str]) -> Rollout:
    """Return the rollout's options, with those of a task as defaults."""
    read: Mapping[str, tuple[str, Callable[[str], Any]]] = {
        "batch_size": ("batch_sizes", parse_batch_sizes),
        "max_failures": ("max_failures", parse_budget),
        "health_check": ("health_check", str),
    }
    values = {
        name: parse(texts[key])
        for key, (name, parse) in read.items()
        if key in texts and name not in rollout.given
    }
    return replace(rollout, options=replace(rollout.options, **values))
