# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers as a resource type.

What only a change or a rollback needs is slow to load, so it is imported where it is used: most
containers are as desired.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator, Mapping, Sequence

from ...common.errors import ResourceError
from ..base import Call, Decision, Outcome, Pending, Turn
from ..on_engine.engines import OnEngine, engine_of
from ..result import Result
from ..target import Target
from . import pull, shared_pulls, start_first
from . import spec as container_spec
from .decide import capabilities
from .decide.decide import decide, wanted_networks
from .described_names import described_names
from .descriptor import TYPE
from .engine import Engine
from .health_watch import unhealthy
from .named import named
from .observe import observe
from .observed import Observed
from .owners import record_found
from .prefetch import prefetch
from .prune import prune
from .spec import ContainerSpec


class Container(OnEngine):
    """A container of Docker, or of Podman by its Docker API."""

    type = TYPE
    expected_by = ("container", "docker_host")
    prepared_by = (
        "container",
        "image",
        "state",
        "pull",
        "platform",
        "docker_host",
        "registry_username",
        "registry_password",
        "volumes",
    )

    def observe(self, spec: ContainerSpec, target: Target) -> Observed:
        """Return the present state; outside check mode the image is pulled first, as its policy
        says.
        """
        with target.concealing():
            engine = engine_of(spec.docker_host, target)
            named(target).add(spec, engine, wanted_networks(spec) if spec.is_wanted else [])
            if spec.is_wanted:
                capabilities.refuse(spec, engine.api_version, engine.podman_version)
                if engine.is_podman:
                    start_first.refuse_on_podman(spec)
                else:
                    capabilities.refuse_on_docker(spec, engine.has_containerd_store)
            observed = observe(engine, spec, target)
            for remark in capabilities.remarks(spec, observed):
                target.note(remark)
            return observed

    def decide(self, spec: ContainerSpec, observed: Observed, turn: Turn) -> Decision:
        return decide(spec, observed, turn)

    def expect(
        self, resource: str, attributes: Callable[[], Mapping[str, Any] | None], target: Target
    ) -> None:
        """Note a container that this run describes, for replacements of other containers."""
        described_names(target).add(resource, attributes)

    def confirm(
        self, spec: ContainerSpec, observed: Observed, decision: Decision, target: Target
    ) -> None:
        if not decision.steps:
            return
        from .act import Work, confirm

        with target.concealing():
            confirm(Work(engine_of(spec.docker_host, target), spec, observed, target), decision)

    def prepare(self, resources: Sequence[Mapping[str, Any]], target: Target) -> None:
        """Pull their images in parallel."""
        wanted = []
        for spec, engine in _to_pull(resources, target):
            if spec is not None and engine is not None:
                _engines(target)[spec.docker_host] = engine
                wanted.append((engine, spec))
        prefetch(wanted, target)

    def would_pull(
        self, resources: Sequence[Mapping[str, Any]], target: Target
    ) -> Sequence[bool | None]:
        with target.concealing():
            return [
                None if spec is None or engine is None else pull.is_needed(engine, spec, target)
                for spec, engine in _to_pull(resources, target)
            ]

    def pulls(self, target: Target) -> tuple[Mapping[str, Any], bool]:
        made = shared_pulls.as_data(_engines(target), target)
        return made, any(each["failed"] for each in made.values())

    def take_pulls(self, pulls: Mapping[str, Any], target: Target) -> None:
        for docker_host, made in pulls.items():
            with contextlib.suppress(ResourceError):
                shared_pulls.take(engine_of(docker_host, target), made, target)

    def finish(self, call: Call, results: Sequence[Result], target: Target) -> list[Result]:
        """Record containers taken over; watch that all stay healthy; report orphans, and remove
        them if requested.
        """
        changed = record_found(target, named(target), results)
        if not changed:
            with target.concealing():
                changed = unhealthy(named(target), results, call.min_healthy_time, target)
        failed = [result for result in (*results, *changed) if result.failed]
        return [*changed, *prune(target, call.resources, failed, call.wants_prune)]

    is_restored_last = True

    def former_state(
        self, spec: ContainerSpec, observed: Observed, decision: Decision, target: Target
    ) -> Mapping[str, Any] | None:
        from . import former

        with target.concealing():
            engine = engine_of(spec.docker_host, target)
            return former.state_of(spec, observed, decision, engine)

    def restore(self, state: Mapping[str, Any], target: Target) -> Decision:
        from . import former

        with target.concealing():
            return former.restore(state, target)

    def undoes_all(self, state: Mapping[str, Any]) -> bool:
        from . import former

        return former.undoes_all(state)

    def discard_former(self, state: Mapping[str, Any], target: Target) -> None:
        from . import former

        with target.concealing():
            former.discard_former(state, target)

    def may_alter(self, spec: ContainerSpec) -> Sequence[str]:
        """Return the folders of the host that it can write to."""
        mounts = spec.settings.volumes or ()
        return tuple(mount.source for mount in mounts if mount.is_bind and not mount.read_only)

    def predict(self, spec: ContainerSpec, observed: Observed, target: Target) -> None:
        """Note as well whether it would exist: others may need it, and what it uses is in use."""
        super().predict(spec, observed, target)
        host = engine_of(spec.docker_host, target).host
        target.overlay.objects[TYPE.name, host, spec.name] = spec.name if spec.is_wanted else None

    def act(
        self, spec: ContainerSpec, observed: Observed, decision: Decision, target: Target
    ) -> Outcome | Pending:
        from .act import Work, act

        with target.concealing():
            return act(Work(engine_of(spec.docker_host, target), spec, observed, target), decision)


def _to_pull(
    resources: Sequence[Mapping[str, Any]], target: Target
) -> Iterator[tuple[ContainerSpec | None, Engine | None]]:
    """Yield the containers whose image may be pulled, with their engines; None for an engine that
    does not respond, and for a container whose attributes are invalid, perhaps only for now.
    """
    silent: set[str] = set()
    for attributes in resources:
        try:
            spec = container_spec.parse(attributes)
        except ResourceError:
            yield None, None
            continue
        if not spec.is_wanted or spec.pull == "never":
            continue
        engine = None
        if spec.docker_host not in silent:
            try:
                engine = engine_of(spec.docker_host, target)
            except ResourceError:
                silent.add(spec.docker_host)
        yield spec, engine


def _engines(target: Target) -> dict[str, Engine]:
    """Return the engines that have pulled for this call, by the address that users set."""
    return target.service("engines that have pulled", dict)
