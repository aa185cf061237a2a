# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds containers of a stack that its resources no longer name, and removes them if requested.

Their labels and the host's record show which ones belong to the stack. Their volumes are always
kept.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, Container, Iterable, Iterator, Mapping, Sequence

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...engine.address import address, usual_engine_is_there
from ..result import PRUNED, Result, as_failed
from ..target import Target
from .ending import end
from .engine import Engine
from .named import Named, named
from .owners import Owners, is_proven, own_networks, owners, refuse_name_conflicts
from .replace import names
from .replace.swap_names import other_case

CONTAINER, NETWORK = "container", "network"


def prune(
    target: Target, resources: Iterable[str], failures: Iterable[Result], wanted: bool
) -> list[Result]:
    """Report orphans in ``target.orphans`` and in a note; remove them if requested.

    resources: the ids of all resources of the stack. failures: the failed ones; if there is one,
        nothing is removed, because not all named objects are known. An engine that does not respond
        is a failure of pruning.
    """
    if not (wanted or target.check_mode):
        return []
    record, known, whose = named(target), set(resources), owners(target)
    failed = ", ".join(dict.fromkeys(result.id for result in failures))
    unlisted: list[Result] = []
    found: list[Unnamed] = []
    for engine in engines_of_stack(record, target):
        try:
            found += _unnamed(engine, whose, known, record, with_networks=wanted and not failed)
        except (ResourceError, OSError) as error:
            unpruned = as_failed(Result(f"{PRUNED}{engine.host}", "container", "failed"), error)
            if wanted:
                unlisted.append(unpruned)
            else:
                target.note(_not_listed(engine.host, unpruned.reason))
    found = list({(each.kind, each.id): each for each in found}.values())
    labels = distinct([(each.label, each.engine.host) for each in found], known)
    target.orphans += [label for each, label in zip(found, labels) if each.kind == CONTAINER]
    if wanted and failed:
        if target.orphans:
            target.note(f"nothing was pruned because {failed} failed")
        return unlisted
    if wanted:
        removals = zip(found, labels)
        return [*unlisted, *(_removed(each, label, target.check_mode) for each, label in removals)]
    if target.orphans:
        orphans = ", ".join(target.orphans)
        how = "run --prune removes them"
        if whose.stack is not None and not whose.stack.is_named:
            how += ", after you set a name in stack.vgo"
        target.note(f"no longer in the stack, but still on the host: {orphans} ({how})")
    return []


def distinct(labels: Sequence[tuple[str, str]], known: Container[str]) -> list[str]:
    """Return a different label for each, with the engine's address where labels would be equal.

    Pure. labels: each with the address of its engine. known: the ids of resources.
    """
    count = Counter(label for label, _engine in labels)
    return [
        f"{label}@{engine}" if count[label] > 1 or f"{PRUNED}{label}" in known else label
        for label, engine in labels
    ]


@dataclass(frozen=True)
class Unnamed:
    """A container or a network that no resource names. label: its name in results."""

    engine: Engine
    kind: str
    id: str
    label: str
    reason: str


def _unnamed(
    engine: Engine, whose: Owners, known: set[str], record: Named, with_networks: bool
) -> list[Unnamed]:
    orphans = [
        orphan
        for orphan in find_orphans(engine.all_containers(), whose, known, record)
        if is_proven(engine, orphan.id, whose)
    ]
    orphans.sort(key=lambda orphan: not _shares_a_network(engine, orphan))
    found = [
        Unnamed(engine, CONTAINER, orphan.id, orphan.name, "no longer in the stack")
        for orphan in orphans
    ]
    if with_networks:
        found += _unused_networks(engine, whose, orphans, record, known)
    return found


@dataclass(frozen=True)
class Orphan:
    """A container of the stack that no resource names. networks: those that it is on."""

    id: str
    name: str
    networks: tuple[str, ...] = ()


def find_orphans(
    entries: Iterable[Mapping[str, Any]], whose: Owners, resources: set[str], record: Named
) -> list[Orphan]:
    """Return the orphans in the engine's list of all containers, by name. Pure.

    A resource that was not applied (``when``, a failed dependency) keeps its containers.
    """
    listed = {(entry.get("Names") or [""])[0].lstrip("/"): entry for entry in entries}
    in_use = set(record.names.values())
    # Their containers may have these names after an interrupted replacement.
    in_use.update(other_case(name) for name in in_use - listed.keys())
    found = []
    for name, entry in listed.items():
        labels = entry.get("Labels") or {}
        owner = whose.owner(entry["Id"], labels)
        if owner is None or not whose.owns(entry["Id"], labels) or names.proper(name) in in_use:
            continue
        if owner.resource and (owner.resource not in resources or owner.resource in record.names):
            found.append(Orphan(entry["Id"], name, _networks_of(entry)))
    return sorted(found, key=lambda orphan: orphan.name)


def _shares_a_network(engine: Engine, orphan: Orphan) -> bool:
    """Return whether an orphan uses another container's network.

    It is removed first: Podman removes no container whose network another one uses.
    """
    container = engine.container(orphan.id)
    return container is not None and container.network_mode.startswith("container:")


def _networks_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple((entry.get("NetworkSettings") or {}).get("Networks") or ())


def engines_of_stack(record: Named, target: Target) -> list[Engine]:
    """Return the engines where something of the stack may be, once all resources had their turn."""
    return target.service("engines of the stack", lambda: _engines(record, target))


def _engines(record: Named, target: Target) -> list[Engine]:
    """Find the engines where containers of the stack may be.

    These are the engines that this run used, the usual one if no container is left in the stack,
    and those with containers that are recorded as the stack's.
    """
    whose = owners(target)
    engines = dict(record.engines)
    hosts = [] if engines or not usual_engine_is_there() else [address("")]
    if whose.stack is not None and whose.record is not None:
        hosts += whose.record.engines(whose.stack)
    for host in hosts:
        if host in engines:
            continue
        try:
            engines[host] = Engine(host)
            refuse_name_conflicts(engines[host], whose, engines[host].all_containers)
        except ResourceError as error:
            engines.pop(host, None)
            target.note(_not_listed(host, error.message))
    return list(engines.values())


def _not_listed(host: str, reason: str) -> str:
    return f"cannot list containers at {host} that are no longer in the stack: {reason}"


def _unused_networks(
    engine: Engine, whose: Owners, orphans: Iterable[Orphan], record: Named, resources: set[str]
) -> Iterator[Unnamed]:
    """Yield networks that were created for the stack and that no other container uses.

    A resource that was not applied keeps its network.
    """
    gone = {orphan.id for orphan in orphans}
    used = {
        network
        for entry in engine.all_containers()
        if entry["Id"] not in gone
        for network in _networks_of(entry)
    }
    networks = own_networks(engine, whose)
    for name in sorted(set(networks) - used - record.networks):
        identity, resource = networks[name]
        if resource in resources and resource not in record.described:
            continue
        reason = "no container uses it any more"
        yield Unnamed(engine, NETWORK, identity, f"network/{name}", reason)


def _removed(found: Unnamed, label: str, check_mode: bool) -> Result:
    began = time.monotonic()
    result_id = f"{PRUNED}{label}"
    try:
        if not check_mode:
            _remove(found)
    except (ResourceError, OSError) as error:
        return as_failed(Result(result_id, found.kind, "failed"), error)
    duration = time.monotonic() - began
    return Result(result_id, found.kind, "deleted", found.reason, duration_s=duration)


def _remove(found: Unnamed) -> None:
    if found.kind == NETWORK:
        found.engine.remove_network(found.id)
        return
    container = found.engine.container(found.id)
    if container is not None:
        end(found.engine, container)
    found.engine.remove(found.id)
