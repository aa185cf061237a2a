# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and volumes with settings as resources of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    ResourceError,
    errors_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import ResourceType
from ansible_collections.vigo.bridge.plugins.module_utils.types.network.descriptor import (
    TYPE as NETWORK,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.volume.descriptor import (
    TYPE as VOLUME,
)
from vigo_bridge.compose import secret_names
from vigo_bridge.compose.conversion.job import Job
from vigo_bridge.compose.conversion.rendering import NotAllowed
from vigo_bridge.compose.model import Network, Volume
from vigo_bridge.compose.stack.content import Crate, Resource
from vigo_bridge.compose.text import Text, short

_ADVICE = "correct it in the compose file, and import again"


def add_network(job: Job, network: Network) -> None:
    """Add a resource for a network that the engine would create in another way."""
    _add(job, NETWORK, network)


def add_volume(job: Job, volume: Volume) -> None:
    """Add a resource for a volume that the engine would create in another way."""
    _add(job, VOLUME, volume)


def _add(job: Job, kind: ResourceType, thing: Network | Volume) -> None:
    name = f"{kind.name}-{thing.name}"
    if name in job.extra or not thing.settings:
        return
    place = f"{kind.name}s.{thing.key}"
    resource = Resource(name, kind.name, {kind.key: thing.name})
    resource.comments.append(f"{place}, {short(thing.position)}")
    for attribute, value in thing.settings.items():
        may_have_secrets = attribute in kind.names_where("secrets")
        try:
            rendered = _rendered(
                value, _with_references(job) if may_have_secrets else _literal(job)
            )
            kind.parse({**resource.attributes, attribute: rendered})
        except NotAllowed as error:
            _lose(job, resource, thing, f"{place}: {attribute}: {error}", "use your own variable")
        except ResourceError as error:
            problem = errors_of(error)[0].problem
            _lose(job, resource, thing, f"{place}: {problem}", _ADVICE)
        else:
            resource.attributes[attribute] = rendered
    job.extra[name] = resource


def _lose(job: Job, resource: Resource, thing: Network | Volume, message: str, advice: str) -> None:
    job.findings.lost(thing.position, message, advice)
    resource.comments.append(f"Not converted: {message}; {advice}.")


def _rendered(value: Any, render: Callable[[Text], str]) -> Any:
    if isinstance(value, Text):
        return render(value)
    if isinstance(value, Mapping):
        return {key: _rendered(item, render) for key, item in value.items()}
    if isinstance(value, list):
        return [_rendered(item, render) for item in value]
    return value


def _literal(job: Job) -> Callable[[Text], str]:
    """Return a function that renders texts with the values of their variables."""

    def render(text: Text) -> str:
        for use in text.uses:
            if secret_names.names_secret(use.name):
                raise NotAllowed(f"a secret, {use.name}, is not allowed here")
        return job.renderer.plain(text.flat())

    return render


def _with_references(job: Job) -> Callable[[Text], str]:
    """Return a function that renders texts so that secrets become references."""

    def render(text: Text) -> str:
        is_secret = any(secret_names.names_secret(use.name) for use in text.uses)
        return job.renderer.with_references(text if is_secret else text.flat())

    return render


def move_shared(crates: Mapping[str, Crate], base: Callable[[], Crate]) -> None:
    """Move what several crates have to one that is always included: each exists once.

    base: makes that crate if there is none.
    """
    kinds = (NETWORK.name, VOLUME.name)
    count = Counter(
        resource.name
        for crate in crates.values()
        for resource in crate.resources
        if resource.kind in kinds
    )
    shared = {name for name, number in count.items() if number > 1}
    if not shared:
        return
    moved: dict[str, Resource] = {}
    for crate in crates.values():
        moved.update((each.name, each) for each in crate.resources if each.name in shared)
        crate.resources[:] = [each for each in crate.resources if each.name not in shared]
    base().resources[:0] = moved.values()
