# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that cannot be combined, which engines would detect late or not at all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Callable

from ...common.errors import ResourceError
from .values import namespaces

if TYPE_CHECKING:
    from .settings import Settings

#: Settings that a container inherits from the one whose network it shares.
_OF_THE_NETWORK = (
    "ports",
    "expose",
    "publish_all",
    "mac_address",
    "hostname",
    "dns",
    "extra_hosts",
)


def _refuse_no_command(settings: Settings) -> None:
    if settings.entrypoint == () and not settings.command:
        raise ResourceError(
            "with entrypoint: [], engines ignore the image's command, so there is no command to"
            " run",
            "also set command",
            place=("entrypoint",),
        )


def _refuse_network_mode(settings: Settings) -> None:
    if settings.network_mode and settings.networks:
        raise ResourceError(
            "network_mode cannot be combined with network or networks",
            "keep one",
            place=("network_mode",),
        )


def _refuse_memory(settings: Settings) -> None:
    swap, memory = settings.memory_swap, settings.memory
    if swap is None:
        return
    if memory is None:
        raise ResourceError("memory_swap requires memory", "set both", place=("memory_swap",))
    if memory == 0:
        raise ResourceError(
            "memory_swap requires a limit of memory, and memory: 0 means no limit",
            "increase memory, or remove memory_swap",
            place=("memory_swap",),
        )
    if swap != -1 and swap < memory:
        raise ResourceError(
            "memory_swap includes memory, so it cannot be less than memory",
            place=("memory_swap",),
        )


def _refuse_reservation(settings: Settings) -> None:
    reservation, memory = settings.memory_reservation, settings.memory
    if memory and reservation and reservation > memory:
        raise ResourceError(
            "memory_reservation cannot be more than memory", place=("memory_reservation",)
        )


def _refuse_quota(settings: Settings) -> None:
    for name in ("cpu_quota", "cpu_period"):
        if settings.cpus is not None and getattr(settings, name) is not None:
            raise ResourceError(f"{name} cannot be combined with cpus", "keep one", place=(name,))


def _refuse_sysctls(settings: Settings) -> None:
    namespaces.refuse_shared(settings.sysctls or {}, settings.network_mode, settings.ipc)


def _refuse_of_the_network(name: str, settings: Settings) -> None:
    is_shared = (settings.network_mode or "").startswith("container:")
    if is_shared and getattr(settings, name) not in (None, False):
        raise ResourceError(
            f"{name} cannot be combined with network_mode: {settings.network_mode}",
            "set it for that container",
            place=(name,),
        )


def _refuse_mac(settings: Settings) -> None:
    mac, mode = settings.mac_address, settings.network_mode
    if mac is None:
        return
    if mode in ("host", "none"):
        raise ResourceError(
            f"mac_address cannot be combined with network_mode: {mode}",
            "remove it",
            place=("mac_address",),
        )
    first = settings.networks[0] if settings.networks else None
    if first is not None and first.mac not in ("", mac):
        raise ResourceError(
            f"mac_address: {first.network} has another one, {first.mac}",
            "keep one: mac_address is that of the first network",
            place=("mac_address",),
        )


def _refuse_uts(settings: Settings) -> None:
    if settings.uts == "host" and settings.hostname is not None:
        raise ResourceError(
            "hostname cannot be combined with uts: host, which is the host's name",
            "keep one",
            place=("hostname",),
        )


def _refuse_tmpfs(settings: Settings) -> None:
    targets = {mount.target for mount in settings.volumes or ()}
    for path in settings.tmpfs or ():
        if path in targets:
            raise ResourceError(
                f"tmpfs: {path} is also in volumes", "keep one of them", place=("tmpfs",)
            )


#: Functions that raise ResourceError for a conflict, and the attributes that each depends on.
CONFLICTS: tuple[tuple[tuple[str, ...], Callable[[Settings], None]], ...] = (
    (("entrypoint", "command"), _refuse_no_command),
    (("network_mode", "network", "networks"), _refuse_network_mode),
    (("memory", "memory_swap"), _refuse_memory),
    (("memory", "memory_reservation"), _refuse_reservation),
    (("cpus", "cpu_quota", "cpu_period"), _refuse_quota),
    (("sysctls", "network_mode", "ipc"), _refuse_sysctls),
    *(((name, "network_mode"), partial(_refuse_of_the_network, name)) for name in _OF_THE_NETWORK),
    (("uts", "hostname"), _refuse_uts),
    (("mac_address", "network_mode", "network", "networks"), _refuse_mac),
    (("mounts", "volumes", "tmpfs"), _refuse_tmpfs),
)
