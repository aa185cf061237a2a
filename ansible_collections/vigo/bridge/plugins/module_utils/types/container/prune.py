# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of a stack that its resources no longer name: found, and removed when asked to.

Their labels and the host's record say which are the stack's. Their volumes always stay.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Mapping

from ...common.errors import ResourceError
from ...engine.connection import address
from ..base import PRUNED, Result, as_failed
from ..target import Target
from .engine import Engine
from .named import Named, named
from .owners import Owners, is_proven, own_networks, owners, refuse_namesakes
from .spec import FAILED, NEW, OLD


def prune(
    target: Target, resources: Iterable[str], failures: Iterable[Result], wanted: bool
) -> list[Result]:
    """Tells of orphans in ``target.orphans`` and a note; removes them if that is wanted.

    resources: the ids of all resources of the stack. failures: of these; where there is one nothing
    is removed, because the run did not show all that is named. An engine that does not answer any
    more is a failure of pruning.
    """
    if not (wanted or target.check_mode):
        return []
    record, known, whose = named(target), set(resources), owners(target)
    removals: list[Result] = []
    failed = ", ".join(dict.fromkeys(result.id for result in failures))
    for engine in _engines(record, target):
        try:
            found = find_orphans(engine.all_containers(), whose, known, record)
            orphans = [orphan for orphan in found if is_proven(engine, orphan.id, whose)]
            target.orphans += [orphan.name for orphan in orphans]
            if wanted and failed and orphans:
                target.note(f"nothing was pruned, because {failed} failed")
            elif wanted:
                removals += _removed(engine, orphans, target.check_mode)
                removals += _networks_removed(engine, whose, orphans, record, target.check_mode)
        except (ResourceError, OSError) as error:
            unpruned = as_failed(Result(f"{PRUNED}{engine.host}", "container", "failed"), error)
            if wanted:
                removals.append(unpruned)
            else:
                target.note(_not_listed(engine.host, unpruned.reason))
    if target.orphans and not wanted:
        names = ", ".join(target.orphans)
        how = "run --prune removes them"
        if whose.stack is not None and not whose.stack.is_named:
            how += ", once stack.vgo names the stack"
        target.note(f"no longer in the stack, but still there: {names} ({how})")
    return removals


@dataclass(frozen=True)
class Orphan:
    """A container of the stack that no resource names. networks: those that it is on."""

    id: str
    name: str
    networks: tuple[str, ...] = ()


def find_orphans(
    entries: Iterable[Mapping[str, Any]], whose: Owners, resources: set[str], record: Named
) -> list[Orphan]:
    """From the engine's list of all containers, by name. Pure.

    A resource that had no turn (``when``, a failed dependency) keeps what is its own.
    """
    in_use = set(record.names.values())
    found = []
    for entry in entries:
        labels = entry.get("Labels") or {}
        name = (entry.get("Names") or [""])[0].lstrip("/")
        owner = whose.owner(entry["Id"], labels)
        if owner is None or not whose.owns(entry["Id"], labels) or _proper(name) in in_use:
            continue
        if owner.resource and (owner.resource not in resources or owner.resource in record.names):
            found.append(Orphan(entry["Id"], name, _networks_of(entry)))
    return sorted(found, key=lambda orphan: orphan.name)


def _proper(name: str) -> str:
    """Without what a replacement puts behind it."""
    for suffix in (NEW, OLD, FAILED):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def _networks_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple((entry.get("NetworkSettings") or {}).get("Networks") or ())


def usual_engine_is_there() -> bool:
    """Whether there can be an engine where no resource names one."""
    host = address("")
    return not host.startswith("unix://") or os.path.exists(host[len("unix://") :])


def _engines(record: Named, target: Target) -> list[Engine]:
    """Return the engines where containers of the stack may be.

    Those that this run spoke to, the usual one where no container is left in the stack, and those
    with containers that are recorded as the stack's.
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
            refuse_namesakes(engines[host], whose)
        except ResourceError as error:
            engines.pop(host, None)
            target.note(_not_listed(host, error.message))
    return list(engines.values())


def _not_listed(host: str, reason: str) -> str:
    return f"cannot list containers at {host} that are no longer in the stack: {reason}"


def _removed(engine: Engine, orphans: Iterable[Orphan], check_mode: bool) -> list[Result]:
    return [
        _result(
            f"{PRUNED}{orphan.name}",
            "container",
            "the stack no longer names it",
            (lambda: None) if check_mode else _removal(engine, orphan),
        )
        for orphan in orphans
    ]


def _removal(engine: Engine, orphan: Orphan) -> Callable[[], None]:
    def remove() -> None:
        container = engine.container(orphan.id)
        if container is not None and container.is_up:
            engine.stop(container.id, container.grace)
        engine.remove(orphan.id)

    return remove


def _networks_removed(
    engine: Engine, whose: Owners, orphans: Iterable[Orphan], record: Named, check_mode: bool
) -> list[Result]:
    """Remove networks that were created for the stack and that are no longer used."""
    gone = {orphan.id for orphan in orphans}
    used = {
        network
        for entry in engine.all_containers()
        if entry["Id"] not in gone
        for network in _networks_of(entry)
    }
    ours = own_networks(engine, whose)
    return [
        _result(
            f"{PRUNED}network/{name}",
            "network",
            "no container uses it any more",
            (lambda: None) if check_mode else _network_removal(engine, name),
        )
        for name in sorted(set(ours) - used - record.networks)
    ]


def _network_removal(engine: Engine, name: str) -> Callable[[], None]:
    return lambda: engine.remove_network(name)


def _result(result_id: str, kind: str, reason: str, remove: Callable[[], None]) -> Result:
    began = time.monotonic()
    try:
        remove()
    except (ResourceError, OSError) as error:
        return as_failed(Result(result_id, kind, "failed"), error)
    return Result(result_id, kind, "deleted", reason, duration_s=time.monotonic() - began)
