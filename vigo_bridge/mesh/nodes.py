# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a mesh, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.secrets.units import SOCKET


@dataclass(frozen=True)
class Command:
    """A node that a command reaches, usually ssh. arguments: the program and its arguments."""

    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Receptor:
    """A node of a Receptor mesh.

    socket: of the control service of this machine's receptor. node: the node's ID. tls_client: the
    name of the TLS client configuration for the connection to the node; empty for none. work_type:
    the node's work type that starts `vigo-bridge mesh worker`. sign_work: whether this machine's
    receptor signs the work.
    """

    socket: Path
    node: str
    tls_client: str
    work_type: str
    sign_work: bool


@dataclass(frozen=True)
class Node:
    """A node, and the hosts that it selects.

    hosts: globs. groups: of the inventory. traits: pairs of a name and a glob for its value, all of
    which a host must have. A host is selected if a glob, a group or the traits match.
    """

    name: str
    way: Command | Receptor
    hosts: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    traits: tuple[tuple[str, str], ...] = ()

    @property
    def selects(self) -> bool:
        """Whether the node only gets hosts that it selects."""
        return bool(self.hosts or self.groups or self.traits)


@dataclass(frozen=True)
class Mesh:
    """All nodes of a mesh, in the order of its file.

    secrets_socket: where this machine's receptor connects nodes that ask for secrets.
    """

    nodes: tuple[Node, ...]
    secrets_socket: Path = SOCKET
