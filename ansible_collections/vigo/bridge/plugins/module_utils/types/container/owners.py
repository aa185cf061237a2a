# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owners of an engine's containers and networks, by their labels and the host's record."""

from __future__ import annotations

from typing import Any, Callable, Iterable, Iterator, Mapping

from ...common.dataclass import dataclass, field
from ...common.errors import ResourceError
from ...state.owners_file import OwnersFile
from ...state.ownership import Claim, NameConflict, Owner, Stack, refusal
from ..result import Result, as_failed
from ..target import Target
from . import label
from .engine import Engine
from .named import Named
from .observed import Existing
from .spec import ContainerSpec


@dataclass(frozen=True)
class Found:
    """An existing container without a label of the stack."""

    engine: Engine
    container_id: str
    name: str
    resource: str
    claim: Claim


@dataclass
class Owners:
    """The owners in one call. stack: None if a single resource is applied.

    resources: the IDs of all resources of the stack. found: filled as resources have their turn.
    """

    stack: Stack | None = None
    record: OwnersFile | None = None
    resources: frozenset[str] = frozenset()
    found: list[Found] = field(default_factory=list)

    def owner(self, container_id: str, labels: Mapping[str, str]) -> Owner | None:
        """Return the owner of a container; None if it belongs to no stack."""
        recorded = self.record.owner("containers", container_id) if self.record else None
        return recorded or label.owner(labels)

    def owns(self, container_id: str, labels: Mapping[str, str]) -> bool:
        return self.stack is not None and self.stack.owns(self.owner(container_id, labels))

    def owns_object(self, kind: str, identity: str, owner: Owner | None) -> bool:
        """Return whether a network or volume may be changed: it is this stack's.

        owner: by its labels. For a single resource, any object that the user names may be changed.
        """
        if self.stack is None:
            return True
        recorded = self.record.owner(f"{kind}s", identity) if self.record else None
        found = recorded or owner
        if found is None:
            return False
        return self.stack.owns(found) or (not found.id and found.scope in self.stack.earlier)

    def is_ours(self, container: Existing) -> bool:
        """Return whether a container belongs to this stack."""
        return self.owns(container.id, container.labels)

    def is_foreign(self, container: Existing) -> bool:
        """Return whether a container belongs to another stack."""
        return self._claim(container, self.resources) is Claim.FOREIGN

    def refuse_foreign(self, container: Existing | None, resource: str | None = None) -> None:
        """Raise ResourceError if a container belongs to another stack.

        resource: the one to which the container must belong; None for any of the stack.
        """
        resources = self.resources if resource is None else (resource,)
        if container is None or self._claim(container, resources) is not Claim.FOREIGN:
            return
        owner = self.owner(container.id, container.labels)
        if self.stack is not None and owner is not None:
            raise refusal(self.stack, owner, f"container {container.name}")

    def other_resource(self, container: Existing, resource: str) -> str:
        """Return the ID of another resource of the stack that has a container; empty if there is
        none.

        Raise ResourceError for a container that the stack neither created nor adopted.
        """
        self.refuse_foreign(container, resource)
        if not self.is_ours(container):
            raise ResourceError(
                f"container {container.name} was not created by this stack, and no run has adopted"
                " it",
                "use `vigo-bridge run` first",
            )
        owner = self.owner(container.id, container.labels)
        other = owner.resource if owner is not None else ""
        return other if other != resource and other in self.resources else ""

    def note_found(
        self, engine: Engine, spec: ContainerSpec, container: Existing | None, target: Target
    ) -> bool:
        """Record a container that the stack will own without a new label if its resource succeeds.

        Return whether it is such a container.
        """
        if self.stack is None or container is None or not spec.is_wanted:
            return False
        claim = self._claim(container, (spec.resource,))
        if claim is Claim.FORMER:
            target.note(
                f"container {spec.name} is labelled with a former name of this stack,"
                f" {container.labels.get(label.SCOPE)!r}, and is adopted without changes"
            )
        if claim in (Claim.FREE, Claim.FORMER) and not target.check_mode:
            found = Found(engine, container.id, spec.name, spec.resource, claim)
            self.found.append(found)
        return claim in (Claim.FREE, Claim.FORMER)

    def labels(self, container: Existing, resource: str = "") -> dict[str, str]:
        """Return the labels that a container would have if it were created today.

        resource: the one that describes it, where it belongs to no stack yet.
        """
        owner = self.owner(container.id, container.labels)
        resource = owner.resource if owner is not None else resource
        if self.stack is None or not (owner or resource):
            return {}
        return label.of_owner(Owner(self.stack.scope, self.stack.id, resource))

    def _claim(self, container: Existing, resources: Iterable[str]) -> Claim:
        if self.stack is None:
            return Claim.OURS
        owner = self.owner(container.id, container.labels)
        resource = owner.resource if owner is not None and owner.resource in resources else ""
        return self.stack.claim(owner, resource)


def owners(target: Target) -> Owners:
    """Return the owners of this call."""
    return target.service("owners", Owners)


def refuse_name_conflicts(
    engine: Engine, known: Owners, containers: Callable[[], Iterable[Mapping[str, Any]]]
) -> None:
    """Raise NameConflict if an engine has containers of another stack of the same name.

    containers: returns the engine's list of all containers.
    """
    if known.stack is None:
        return
    for name, owner in _with_same_name(engine, known, known.stack, containers()):
        raise NameConflict(known.stack, owner, f"container {name}")


def _with_same_name(
    engine: Engine, known: Owners, stack: Stack, containers: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, Owner]]:
    for entry in containers:
        labels = entry.get("Labels") or {}
        if labels.get(label.SCOPE) != stack.scope:
            continue
        owner = known.owner(entry["Id"], labels)
        renamed = known.record.name_of(owner.id) if known.record and owner else None
        if owner and stack.conflicts_with(owner) and renamed in (None, stack.scope):
            yield (entry.get("Names") or [entry["Id"]])[0].lstrip("/"), owner
    for identity, name in (
        known.record.entries("containers", engine.host).items() if known.record else ()
    ):
        owner = known.owner(identity, {})
        if owner and stack.conflicts_with(owner) and engine.container(identity) is not None:
            yield name, owner


def record_found(target: Target, named: Named, results: Iterable[Result]) -> list[Result]:
    """Record objects that the stack has adopted without a label, and delete entries of objects that
    no longer exist.

    Nothing is recorded for a resource that failed. Return the results of those that fail here.
    """
    known = owners(target)
    stack, record = known.stack, known.record
    if stack is None or record is None or target.check_mode:
        return []
    brought = {result.id: result for result in results if not result.failed}
    unrecorded = []
    for found in known.found:
        if found.resource in brought:
            try:
                _record(found, stack, record, named)
            except (ResourceError, OSError) as error:
                unrecorded.append(as_failed(brought[found.resource], error))
    for engine in named.engines.values():
        try:
            _drop_gone(engine, record)
        except (ResourceError, OSError):
            target.note(
                f"records of objects that no longer exist at {engine.host} are kept until the"
                " next run"
            )
    return unrecorded


def _record(found: Found, stack: Stack, record: OwnersFile, named: Named) -> None:
    engine = found.engine
    container = engine.container(found.container_id)
    if container is not None and container.name == found.name:
        record.put("containers", container.id, stack, found.resource, found.name, engine.host)
    if found.claim is Claim.FORMER:
        _record_networks(engine, stack, record, named.networks)


def _record_networks(engine: Engine, stack: Stack, record: OwnersFile, wanted: set[str]) -> None:
    for scope in stack.earlier:
        for entry in engine.networks_labelled(f"{label.NETWORK}={scope}"):
            identity, has_id = entry["Id"], (entry.get("Labels") or {}).get(label.STACK_ID)
            if entry["Name"] in wanted and not has_id and not record.owner("networks", identity):
                record.put("networks", identity, stack, "", entry["Name"], engine.host)


def is_proven(engine: Engine, container_id: str, known: Owners) -> bool:
    """Return whether a container's owner is known for certain, and not only from its image.

    An image that was committed from a container has the container's labels, and passes them on.
    """
    if known.record is not None and known.record.owner("containers", container_id) is not None:
        return True
    container = engine.container(container_id)
    image = engine.image(container.image_id) if container is not None else None
    inherited = (image.config.get("Labels") or {}) if image is not None else {}
    return container is not None and label.RESOURCE not in inherited


def own_networks(engine: Engine, known: Owners) -> dict[str, tuple[str, str]]:
    """Return the networks created for the stack, by name: their ID and resource."""
    stack = known.stack
    if stack is None:
        return {}
    names = (stack.scope, *stack.earlier)
    wanted = [f"{label.STACK_ID}={stack.id}"] if stack.id else []
    wanted += [f"{label.NETWORK}={name}" for name in dict.fromkeys(names)]
    entries = {entry["Id"]: entry for each in wanted for entry in engine.networks_labelled(each)}
    found = {}
    for identity, entry in entries.items():
        labels = entry.get("Labels") or {}
        scope = labels.get(label.NETWORK) or ""
        recorded = known.record.owner("networks", identity) if known.record else None
        if scope and stack.owns(recorded or Owner(scope, labels.get(label.STACK_ID) or "")):
            found[entry["Name"]] = (identity, labels.get(label.RESOURCE) or "")
    return found


def _drop_gone(engine: Engine, record: OwnersFile) -> None:
    """Delete the entries of containers and networks that an engine no longer has."""
    if record.entries("containers", engine.host):
        there = {entry["Id"] for entry in engine.all_containers()}
        record.keep_only("containers", engine.host, there)
    if record.entries("networks", engine.host):
        there = {entry["Id"] for entry in engine.networks_labelled(label.NETWORK)}
        record.keep_only("networks", engine.host, there)
