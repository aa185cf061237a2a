# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that an engine or its host does not support, or does not report. Pure."""

from __future__ import annotations

import ipaddress
from typing import Callable

from ....common.errors import ResourceError
from ....engine.versions import as_text
from ..observed import Observed
from ..settings import SETTINGS, Settings
from ..spec import ContainerSpec


def refuse(
    spec: ContainerSpec, api_version: tuple[int, int], podman: tuple[int, int] | None = None
) -> None:
    """Raise ResourceError if the engine does not support an attribute, and would ignore it.

    podman: its version, if it is one.
    """
    for name, value in spec.settings.chosen().items():
        refuse_value = SETTINGS[name].refuse_on_podman
        if podman and refuse_value:
            refuse_value(value)
        for needs in SETTINGS[name].needed(value, podman):
            if api_version < needs.api:
                shown = needs.what or (f"{name}.{needs.part}" if needs.part else name)
                engine = f"Podman {as_text(podman)}" if podman else "this one"
                raise ResourceError(
                    f"{shown} needs an engine with API {as_text(needs.api)} ({needs.release});"
                    f" {engine} has {as_text(api_version)}: remove it, or use a newer engine"
                )


def refuse_on_docker(spec: ContainerSpec, has_containerd_store: Callable[[], bool]) -> None:
    """Raise ResourceError for settings that this Docker does not support.

    has_containerd_store: whether containerd stores its images; called only if that matters.
    """
    for name, value in spec.settings.chosen().items():
        refuse_value = SETTINGS[name].refuse_on_docker
        if refuse_value:
            refuse_value(value)
        if SETTINGS[name].ignored_with_containerd and has_containerd_store():
            raise ResourceError(
                f"{name}: this Docker stores images in containerd, and then ignores it",
                "remove it, or turn containerd-snapshotter off in the engine's configuration",
            )


def refuse_addresses(spec: ContainerSpec, observed: Observed) -> None:
    """Raise ResourceError for a fixed address that its network does not have.

    Docker would report this only at the start, when the former container is already stopped.
    """
    for attachment in spec.settings.networks or ():
        for address in filter(None, (attachment.ipv4, attachment.ipv6)):
            _refuse_address(attachment.network, address, observed)


def _refuse_address(network: str, address: str, observed: Observed) -> None:
    subnets = observed.subnets.get(network, ())
    if network not in observed.known_networks:
        raise ResourceError(
            f"networks: {network} does not exist, and a network that is created on demand cannot"
            f" have fixed addresses; create it first: docker network create --subnet ... {network}"
        )
    inside = any(
        ipaddress.ip_address(address) in ipaddress.ip_network(subnet, strict=False)
        for subnet in subnets
    )
    reserved = [
        text
        for subnet in (ipaddress.ip_network(subnet, strict=False) for subnet in subnets)
        for text in (str(subnet.network_address), str(subnet.broadcast_address))
        if subnet.version == 4 and subnet.prefixlen < 31
    ]
    if address in reserved:
        raise ResourceError(
            f"networks: {address} is the first or last address of {network}, which is reserved;"
            " choose another one"
        )
    if subnets and not inside:
        raise ResourceError(
            f"networks: {address} is not in a subnet of {network} ({', '.join(subnets)});"
            " choose an address in one of these"
        )


def refuse_missing_source(path: str) -> None:
    """Raise ResourceError for a path that cannot be mounted; an empty path is valid."""
    if path:
        raise ResourceError(
            f"volumes: {path} does not exist on the engine's host; create it first, or mount a"
            " volume"
        )


def refuse_missing_container(spec: ContainerSpec, observed: Observed) -> None:
    """Raise ResourceError for a container that it needs and that would not exist."""
    if observed.missing_container is not None:
        observed.missing_container.refuse(spec.name, "does not exist")


def remarks(spec: ContainerSpec, observed: Observed) -> list[str]:
    """Return notes about settings that will not be as requested, or cannot be compared."""
    found = []
    limits = [name for name in spec.settings.chosen() if name in observed.incapable]
    if limits:
        found.append(
            f"{_of(spec)} this host does not support limiting {', '.join(limits)} (kernel or"
            " control groups): not limited"
        )
    if observed.podman:
        found += [f"{_of(spec)} {remark}" for remark in _podman(spec.settings)]
    unreported = _unreported(spec, observed)
    if unreported:
        found.append(
            f"{_of(spec)} the engine does not report {', '.join(unreported)} of a container that"
            " another tool created: assumed equal"
        )
    return found


def _podman(settings: Settings) -> list[str]:
    remarks = ((SETTINGS[name].on_podman, value) for name, value in settings.chosen().items())
    return [text for text in (say(value) for say, value in remarks if say) if text]


def _unreported(spec: ContainerSpec, observed: Observed) -> list[str]:
    container = observed.container
    if container is None or container.recorded is not None:
        return []
    return [
        name
        for name in spec.settings.chosen()
        if SETTINGS[name].read is not None and getattr(container.settings, name) is None
    ]


def _of(spec: ContainerSpec) -> str:
    return f"container {spec.name}:"
