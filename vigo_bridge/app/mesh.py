# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares the nodes of ``--mesh`` for a run."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.app.hosts import Hosts
from vigo_bridge.app.stack_loading import refuse_errors
from vigo_bridge.app.targets import traits_of
from vigo_bridge.failures import Refusal
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean
from vigo_bridge.mesh.inventory import UserInventory, refuse_encrypted, refuse_passwords
from vigo_bridge.mesh.links import link_maker
from vigo_bridge.mesh.mesh_file import read_mesh
from vigo_bridge.mesh.nodes import Mesh, Receptor
from vigo_bridge.mesh.permissions import Permissions, used_by
from vigo_bridge.mesh.player import MeshPlayer
from vigo_bridge.mesh.receptor_control import Control
from vigo_bridge.mesh.recovery import recover, remove_abandoned
from vigo_bridge.mesh.sharding import Facts, homeless, unknown_groups
from vigo_bridge.mesh.unit_journal import UnitJournal
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.diagnostics import as_text
from vigo_bridge.report.progress import Lines
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.state import controller_folder
from vigo_bridge.secrets.units import unit_secrets
from vigo_bridge.wording import some

_LARGEST = 1 << 20


@contextlib.contextmanager
def on_mesh(
    how: RunOptions,
    file: Path,
    found: Hosts,
    secrets: Mapping[str, Collection[str]],
    output: str | None,
) -> Iterator[RunOptions]:
    """Yield the options with what runs them on the mesh of a file, and serve the nodes' requests
    for secrets in the block.

    secrets: the paths of those that each host uses. output: how errors of the file are printed,
    which end the command; None: they are a Refusal.
    Raise Refusal if a host has no node, or if nodes do not get what a host needs.
    """
    mesh = _mesh(file, output)
    inventory = UserInventory(found.groups, found.given)
    refuse_encrypted(inventory)
    facts = Facts(inventory.members(), _traits(mesh, found, how))
    _refuse_unfit(file, mesh, facts, found.names)
    journal = UnitJournal(controller_folder() / "mesh", Lines().say)
    sockets = {node.way.socket for node in mesh.nodes if isinstance(node.way, Receptor)}
    for socket in sockets:
        Control(socket)  # now, not in the middle of the rollout
    permissions = _permissions(found, secrets)
    with contextlib.ExitStack() as held:
        if sockets:
            refuse_passwords(inventory, found.names)
            remove_abandoned(journal)
            if any(permissions.by_host.values()):
                service = held.enter_context(unit_secrets(mesh.secrets_socket))
                permissions = replace(permissions, service=service)
        player = MeshPlayer(mesh, facts, link_maker(inventory, journal, permissions))
        yield replace(how, play=player, recover=partial(recover, journal))


def _permissions(found: Hosts, secrets: Mapping[str, Collection[str]]) -> Permissions:
    return Permissions(
        {
            host: frozenset((*secrets.get(host, ()), *used_by(found.given.get(host, {}))))
            for host in found.names
        }
    )


def _mesh(path: Path, output: str | None) -> Mesh:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise Refusal(f"--mesh: cannot read the file: {explained(error)}") from error
    if len(content) > _LARGEST:
        raise Refusal(f"--mesh: {path} is larger than {_LARGEST >> 20} MiB")
    diagnostics = Diagnostics()
    mesh = read_mesh(path.name, content, diagnostics)
    if output is None and not mesh:
        raise Refusal("\n".join(as_text(each, path.parent) for each in diagnostics.sorted()))
    refuse_errors(diagnostics.sorted(), path.parent, output or "text")
    assert mesh
    return mesh


def _refuse_unfit(path: Path, mesh: Mesh, facts: Facts, hosts: Sequence[str]) -> None:
    for node, group in unknown_groups(mesh, facts):
        advice = did_you_mean(group, facts.groups) or f"it has {some(sorted(facts.groups))}"
        raise Refusal(
            f"{path}: node {node.name} selects the group {group!r}, which the inventory does not"
            f" have; {advice}"
        )
    without = homeless(hosts, mesh, facts)
    if without:
        raise Refusal(
            f"{path}: no node selects {some(without)}; add a node without hosts, groups and traits,"
            " which gets the rest, or select these hosts"
        )


def _traits(mesh: Mesh, found: Hosts, how: RunOptions) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Ask the hosts for the traits that nodes select by; this machine asks them itself."""
    names = sorted({name for node in mesh.nodes for name, _ in node.traits})
    if not names:
        return {}
    # What the run is limited to is not for the question.
    asking = RunOptions(forks=how.forks, become=how.become)
    with private_folder() as private:
        return traits_of(names, found.names, found, asking, private / "traits")
