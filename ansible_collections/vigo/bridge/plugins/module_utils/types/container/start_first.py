# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conflicts with ``update: start-first``: settings that two containers cannot have at the same
time. Pure.

With it, the new container runs beside the old one before it takes its name.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Callable

from ...common.errors import ResourceError
from .values import paths

if TYPE_CHECKING:
    from .observed import Image
    from .spec import ContainerSpec

START_FIRST = "start-first"
#: Seconds between taking the name from the old container and stopping it. Proxies keep the
#: address of a name for some seconds.
DRAIN_TIME = 10.0
_OR = "or use update: stop-first"

Check = Callable[["ContainerSpec"], None]


def is_chosen(spec: ContainerSpec) -> bool:
    """Return whether a new container starts before the old one is stopped."""
    return spec.update == START_FIRST and spec.is_wanted


def _if_chosen(check: Check) -> Check:
    @wraps(check)
    def only_then(spec: ContainerSpec) -> None:
        if is_chosen(spec):
            check(spec)

    return only_then


@_if_chosen
def _check_ports(spec: ContainerSpec) -> None:
    for port in spec.settings.ports or ():
        if port.host:
            raise _refusal(
                "ports",
                f"{port} publishes a fixed host port, which only one container can use",
                "remove the host port and let a proxy use the container's name",
            )


@_if_chosen
def _check_addresses(spec: ContainerSpec) -> None:
    for attachment in spec.settings.networks or ():
        if attachment.fixed:
            raise _refusal(
                "networks",
                f"{attachment.network} gives it the fixed address {min(attachment.fixed)}, which"
                " only one container can have",
                "remove the address",
            )
        mac = attachment.mac or spec.settings.mac_address
        if mac:
            raise _refusal(
                "networks" if attachment.mac else "mac_address",
                f"only one container can have the MAC address {mac}",
                "remove it",
            )


@_if_chosen
def _check_aliases(spec: ContainerSpec) -> None:
    for attachment in spec.settings.networks or ():
        if spec.name.lower() in map(str.lower, attachment.aliases):
            raise _refusal(
                "networks",
                f"{attachment.network} has the alias {spec.name}, so the new container would"
                " receive requests before it is healthy",
                "remove the alias, because other containers find it by its name",
            )


@_if_chosen
def _check_hostname(spec: ContainerSpec) -> None:
    if (spec.settings.hostname or "").lower() == spec.name.lower():
        raise _refusal(
            "hostname",
            "it is the container's name, so the new container would receive requests before it is"
            " healthy",
            "remove it",
        )


@_if_chosen
def _check_network_mode(spec: ContainerSpec) -> None:
    mode = spec.settings.network_mode or ""
    if mode == "host" or mode.startswith("container:"):
        raise _refusal(
            "network_mode",
            f"with {mode}, both containers would use the same ports",
            "put the container on a network",
        )


@_if_chosen
def _check_volumes(spec: ContainerSpec) -> None:
    if spec.share_volumes:
        return
    for mount in spec.settings.volumes or ():
        if not mount.read_only and not (mount.is_anonymous and spec.renew_volumes):
            raise _refusal(
                "volumes",
                f"both containers would write to {mount.source or mount.target} at the same time",
                "mount it read-only, set share_volumes: true if the program supports this",
            )


@_if_chosen
def _check_donors(spec: ContainerSpec) -> None:
    for entry in spec.settings.volumes_from or ():
        if not spec.share_volumes and not entry.endswith(":ro"):
            raise _refusal(
                "volumes_from",
                f"both containers would write to the volumes of {entry} at the same time",
                f"write {entry}:ro, set share_volumes: true if the program supports this",
            )


@_if_chosen
def _check_expect(spec: ContainerSpec) -> None:
    if spec.expect == "exited":
        raise _refusal("expect", "a container that is expected to exit serves no requests", "")


def refuse_declared_volumes(spec: ContainerSpec, image: Image | None) -> None:
    """Raise ResourceError for a volume of the image, which the new container would take over."""
    if image is None or not is_chosen(spec) or spec.share_volumes or spec.renew_volumes:
        return
    chosen = {mount.target for mount in spec.settings.volumes or ()}
    chosen.update(spec.settings.tmpfs or ())
    for path in sorted(image.declared_volumes):
        if paths.clean(path) not in chosen:
            raise _refusal(
                "volumes",
                f"image {spec.image} declares the volume {path}, and both containers would write to"
                " it at the same time",
                "set renew_volumes: true if each may start with an empty one, share_volumes: true"
                " if the program supports two writers",
            )


def refuse_on_podman(spec: ContainerSpec) -> None:
    """Raise ResourceError, because a running container keeps the name of its start there."""
    if is_chosen(spec):
        raise ResourceError(
            "update: start-first is not supported on Podman: there, other containers find a running"
            " container by the name that it was started with, so the new one cannot take over the"
            " name; use update: stop-first"
        )


def refuse_followers(name: str, followers: list[str]) -> None:
    """Raise ResourceError if other containers share the network of the old one."""
    if followers:
        raise ResourceError(
            f"update: start-first cannot replace {name}: container {followers[0]} shares its"
            f" network and would lose it; put {followers[0]} on a network of its own, {_OR}"
        )


def remark(spec: ContainerSpec) -> str:
    """Return a remark on other names, which both containers have while they run; may be empty."""
    wanted = {alias for item in spec.settings.networks or () for alias in item.aliases}
    if spec.settings.hostname:
        wanted.add(spec.settings.hostname)
    if not wanted:
        return ""
    return (
        f"container {spec.name}: requests that use {', '.join(sorted(wanted))} may reach the new"
        f" container before it is healthy; use the name {spec.name}"
    )


def _refusal(attribute: str, problem: str, advice: str) -> ResourceError:
    return ResourceError(
        f"{attribute}: not possible with update: start-first: {problem}",
        f"{advice}, {_OR}" if advice else f"remove it, {_OR}",
        place=(attribute,),
    )


#: What is checked, and the attributes that it depends on.
CONFLICTS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("update", "state", "ports"), _check_ports),
    (("update", "state", "network", "networks"), _check_addresses),
    (("update", "state", "container", "network", "networks"), _check_aliases),
    (("update", "state", "container", "hostname"), _check_hostname),
    (("update", "state", "network_mode"), _check_network_mode),
    (("update", "state", "mounts", "volumes", "share_volumes", "renew_volumes"), _check_volumes),
    (("update", "state", "share_volumes", "volumes_from"), _check_donors),
    (("update", "state", "expect"), _check_expect),
)
