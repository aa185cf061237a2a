# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers on the network of another one (``network_mode: container:NAME``): its followers.

Engines store the ID of the container whose network is shared. If that container is replaced, its
followers must be recreated, too; otherwise they lose the network permanently.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping

from ....common.dataclass import replace
from ....common.errors import ResourceError
from .. import label
from ..decide.environment import of_engine
from ..engine import Engine
from ..label import Recorded
from ..observed import Existing, Image
from ..settings import LIMITS, SETTINGS, Settings
from ..spec import ContainerSpec
from ..values import image_name
from . import create_config, names

#: Settings that are read from the container itself. For all others, our label is exact, while
#: engines omit, extend or change them: Podman reports ``shareable`` for any IPC namespace.
_LIVE = frozenset({"command", "entrypoint", "healthcheck", *LIMITS})
#: Settings that Podman adds to each container: not carried over.
_OF_THE_CONTAINER = frozenset({"container", "HOSTNAME"})
_NOT_OURS = "was not created by vigo.bridge, and no resource of this run describes it"
#: Settings that are read from a container without our label. The others come with the shared
#: network, or are read separately.
_READABLE = tuple(
    name
    for name, setting in SETTINGS.items()
    if not setting.of_network
    and name not in ("image", "env", "env_file", "labels", "platform", "volumes", "restart")
)


def to_follow(
    engine: Engine,
    name: str,
    replaced: Existing,
    note: Callable[[str], None],
    is_adopted: Callable[[Existing], bool] = lambda container: False,
    is_foreign: Callable[[Existing], bool] = lambda container: False,
) -> list[Existing]:
    """Return the containers that must be replaced with this one.

    is_adopted: whether a container that another tool created belongs to this stack. is_foreign:
    whether a container belongs to another stack. Raise ResourceError if a follower cannot be
    replaced, or where other containers would lose the network.
    """
    found = on_its_network(engine, replaced)
    foreign = [
        other
        for other in found
        if is_foreign(other) or not (names.is_made_by_us(other) or is_adopted(other))
    ]
    for other in foreign:
        if other.is_up or engine.is_podman:
            whose = "belongs to another stack" if is_foreign(other) else _NOT_OURS
            raise ResourceError(
                f"container {other.name} shares the network of {name} and would lose it, but"
                f" {whose}. Remove it, and recreate it after {name} is replaced"
            )
        note(
            f"container {other.name} shares the network of {name}, which was replaced, so it cannot"
            " be started; recreate it"
        )
    followers = [other for other in found if other not in foreign]
    for follower in followers:
        if follower.auto_remove:
            raise ResourceError(
                f"container {follower.name} shares the network of {name} and was created with --rm,"
                " so it would be removed when stopped; remove it first"
            )
        if on_its_network(engine, follower):
            raise ResourceError(
                f"container {follower.name} shares the network of {name}, and other containers"
                f" share its network; configure all of them to use {name} instead"
            )
    _refuse_links(engine, name, replaced)
    if engine.is_podman:
        _refuse_dependents(engine, name, replaced)
    return followers


def spec_of(follower: Existing, engine: Engine, like: ContainerSpec) -> ContainerSpec:
    """Return a spec from the follower itself, because its resource may not be part of this run.

    like: the spec whose timeouts are used.
    """
    image = _image(engine, follower)
    live, recorded = follower.settings, _recorded(follower)
    fields: Iterable[str] = recorded.fields if follower.recorded else _READABLE
    chosen = {
        name: getattr(live, name)
        for name in (*fields, *LIMITS)
        if name in SETTINGS and getattr(live, name)
    }
    for name, value in recorded.fields.items():
        if name in ("command", "entrypoint"):
            chosen[name] = getattr(live, name)
        elif name in SETTINGS and name not in (*_LIVE, *recorded.hashed):
            chosen[name] = tuple(value) if isinstance(value, list) else value
    known = engine.image(live.image or "")
    return ContainerSpec(
        follower.name,
        Settings(
            **{
                **chosen,
                "image": live.image if known and known.id == image.id else image.id,
                "env": _env(follower, image, engine.is_podman),
                "env_file": None,
                "labels": None,
                "platform": None,
                "volumes": live.volumes or None,
                "restart": live.restart,
            }
        ),
        docker_host=like.docker_host,
        health_timeout=like.health_timeout,
        settle_time=like.settle_time,
    )


def payload(
    engine: Engine,
    follower: Existing,
    spec: ContainerSpec,
    shared_id: str,
    further_labels: Mapping[str, str],
) -> dict[str, Any]:
    """Return the body of the create call for the follower's successor, on the network of
    ``shared_id``.
    """
    shared: dict[str, Any] = {
        name: f"container:{shared_id}"
        for name in ("network_mode", "ipc", "pid")
        if getattr(follower.settings, name) == follower.network_mode
    }
    settings = replace(spec.settings, **shared)
    body = create_config.payload(
        replace(spec, settings=settings), _image(engine, follower), {}, str
    )
    kept = {
        name: value for name, value in follower.labels.items() if name not in label.OF_A_REPLACEMENT
    }
    # A follower of another tool gets no label, so that it is still compared by inspect.
    ours = {label.SPEC: label.encode(Settings())}
    return {**body, "Labels": {**ours, **kept, **further_labels}}


def on_its_network(engine: Engine, container: Existing) -> list[Existing]:
    """Return the containers on its network, inspected one by one where the list does not show
    this.
    """
    shared = {f"container:{container.id}", f"container:{container.name}"}
    found = []
    for entry in engine.all_containers():
        mode = (entry.get("HostConfig") or {}).get("NetworkMode") or "container:?"
        if entry["Id"] == container.id or not mode.startswith("container:"):
            continue
        other = engine.container(entry["Id"])
        if other is not None and other.network_mode in shared:
            found.append(other)
    return found


def _refuse_links(engine: Engine, name: str, replaced: Existing) -> None:
    """Raise ResourceError if a link leads to the container.

    A link is reported as an additional name of it: ``/USER/ALIAS``.
    """
    for entry in engine.running_containers():
        if entry["Id"] != replaced.id:
            continue
        for each in entry.get("Names") or []:
            user, slash, _alias = each.lstrip("/").partition("/")
            if slash:
                raise ResourceError(
                    f"container {user} has a link (--link) to {name}, and links do not move to the"
                    f" new container; put both on one network, or remove {user} first"
                )


def _refuse_dependents(engine: Engine, name: str, replaced: Existing) -> None:
    """Raise ResourceError if a container depends on it.

    Podman removes no container whose IPC or PID namespace another one shares.
    """
    shared = {f"container:{replaced.id}", f"container:{replaced.name}"}
    for entry in engine.all_containers():
        other = engine.container(entry["Id"])
        if other is None or other.network_mode in shared:
            continue
        for setting in ("ipc", "pid"):
            if getattr(other.settings, setting) in shared:
                raise ResourceError(
                    f"container {other.name} has {setting}: container:{name}, and Podman cannot"
                    f" remove {name} before it. Remove {other.name}, and recreate it after {name}"
                    " is replaced"
                )


def _image(engine: Engine, follower: Existing) -> Image:
    image = engine.image(follower.image_id)
    if image is None:
        raise ResourceError(
            f"container {follower.name} must also be recreated, but its image no longer exists;"
            f" pull {image_name.familiar(follower.settings.image or '')} first"
        )
    return image


def _env(follower: Existing, image: Image, podman: bool) -> dict[str, str] | None:
    """Return the variables that were set: neither the image's own nor those the engine adds."""
    recorded = _recorded(follower)
    added = of_engine(podman) if follower.recorded else _OF_THE_CONTAINER if podman else frozenset()
    own = dict(entry.partition("=")[::2] for entry in image.config.get("Env") or [])
    written = {*recorded.env, *(recorded.variables or ())}
    return {
        name: value
        for name, value in (follower.settings.env or {}).items()
        if name in written or (own.get(name) != value and name not in added)
    } or None


def _recorded(follower: Existing) -> Recorded:
    """Return the settings that our label recorded."""
    return follower.recorded or Recorded({})
