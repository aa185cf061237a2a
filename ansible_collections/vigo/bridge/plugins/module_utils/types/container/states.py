# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collects the state of a stack's containers, for people and monitoring."""

from __future__ import annotations

import datetime
import re
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence, cast

from ...common.errors import ResourceError
from ...state.ownership import Claim
from ..on_engine.engines import engine_of
from ..target import Target
from .described_names import described_names
from .engine import Engine
from .named import named
from .observed import Existing, existing_of
from .owners import owners
from .prune import engines_of_stack

#: A time of an engine. Fractions of seconds have up to nine digits.
_TIME = re.compile(
    r"(?P<whole>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
#: What engines report for a time that is not set.
_NEVER = "0001-01-01"
_ANY_ADDRESS = ("", "0.0.0.0", "::")


def states_of_containers(target: Target, now: datetime.datetime) -> list[dict[str, Any]]:
    """Return the state of each container that is the stack's or that its resources describe.

    Called once all resources had their turn in check mode.
    """
    found = []
    for engine in _engines(target):
        try:
            found += list(_on_engine(engine, target, now))
        except (ResourceError, OSError) as error:
            target.note(f"cannot list the containers at {engine.host}: {_reason(error)}")
    return sorted(found, key=lambda one: (str(one["resource"]), str(one["name"])))


def _engines(target: Target) -> list[Engine]:
    """Return the engines of all resources, also of those that had no turn, and of other containers
    of the stack.
    """
    found = {engine.host: engine for engine in engines_of_stack(named(target), target)}
    for host in described_names(target).hosts():
        if host not in found:
            try:
                found[host] = engine_of(host, target)
            except (ResourceError, OSError) as error:
                target.note(f"cannot list the containers at {host}: {_reason(error)}")
    return list(found.values())


def _on_engine(engine: Engine, target: Target, now: datetime.datetime) -> Iterator[dict[str, Any]]:
    digest_of = digests_of(engine)
    for entry in engine.all_containers():
        names = [name.lstrip("/") for name in entry.get("Names") or ()]
        resource = _resource(engine, entry, names, target)
        payload = None if resource is None else engine.raw_container(entry["Id"])
        if payload is not None:
            state = state_of(payload, now, digest_of)
            yield {"resource": resource, "engine": engine.host, **state}


def _resource(
    engine: Engine, entry: Mapping[str, Any], names: Sequence[str], target: Target
) -> str | None:
    """Return the ID of a container's resource, which may be empty; None for one of others.

    entry: of the list of containers.
    """
    whose, labels = owners(target), entry.get("Labels") or {}
    owner = whose.owner(entry["Id"], labels)
    describing = filter(
        None, (described_names(target).resource(engine.host, name) for name in names)
    )
    resource = next(describing, "")
    if whose.owns(entry["Id"], labels):
        return resource or (owner.resource if owner else "")
    if not resource or whose.stack is None:
        return None
    return None if whose.stack.claim(owner, resource) is Claim.FOREIGN else resource


def state_of(
    payload: Mapping[str, Any], now: datetime.datetime, digest_of: Callable[[str], str]
) -> dict[str, Any]:
    """Return the state in an inspect payload. digest_of: of the ID of an image."""
    container = cast(Existing, existing_of(payload))
    started = parsed_time(container.started_at) if container.is_up else None
    return {
        "name": container.name,
        "id": container.id,
        "image": str((payload.get("Config") or {}).get("Image") or container.image_id),
        "digest": digest_of(container.image_id),
        "state": container.status,
        # Engines keep the last health of a container that has ended.
        "health": container.health if container.is_up else "",
        "exit_code": container.exit_code,
        "restarts": container.restart_count,
        "started_at": "" if container.started_at.startswith(_NEVER) else container.started_at,
        "up_s": None if started is None else max(0, int((now - started).total_seconds())),
        "ports": ports_of((payload.get("NetworkSettings") or {}).get("Ports") or {}),
    }


def parsed_time(text: str) -> datetime.datetime | None:
    """Return a time that an engine reports; None if it is not set or invalid."""
    match = _TIME.fullmatch(text)
    if match is None or text.startswith(_NEVER):
        return None
    zone = (match.group("zone") or "Z").replace("Z", "+0000").replace(":", "")
    try:
        return datetime.datetime.strptime(match.group("whole") + zone, "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None


def ports_of(bindings: Mapping[str, Sequence[Mapping[str, Any]] | None]) -> list[str]:
    """Return published ports as ``[ADDRESS:]PORT->PORT[/udp]``, each once for IPv4 and IPv6."""
    found = []
    for inside, entries in bindings.items():
        number, _slash, protocol = inside.partition("/")
        suffix = "" if protocol in ("", "tcp") else f"/{protocol}"
        for entry in entries or ():
            address = str(entry.get("HostIp") or "")
            shown = "" if address in _ANY_ADDRESS else f"{_bracketed(address)}:"
            found.append((int(number), f"{shown}{entry.get('HostPort')}->{number}{suffix}"))
    return _unique(text for _number, text in sorted(found))


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _reason(error: ResourceError | OSError) -> str:
    return error.message if isinstance(error, ResourceError) else str(error)


def digests_of(engine: Engine) -> Callable[[str], str]:
    """Return a function that returns the digest of an image in its registry, by its ID.

    Without a digest, the function returns the image's ID. For an unknown image, it returns an
    empty string.
    """
    return _Digests(engine).of


class _Digests:
    """The digests of an engine's images, each asked for once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[str, str] = {}

    def of(self, image_id: str) -> str:
        """Return the digest of an image in its registry, otherwise its ID; empty if unknown."""
        if image_id not in self._known:
            image = self._engine.image(image_id) if image_id else None
            digests = image.digests if image else ()
            self._known[image_id] = digests[0] if digests else image_id
        return self._known[image_id]
