# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Advice for options of docker_network and docker_volume that do not exist here."""

from __future__ import annotations

from typing import Mapping

from ...common.suggest import Meant

_OPTIONS = Meant("did you mean 'options'?")
_CONNECTED = "list the network in networks of each container"
_SWARM = "not supported: it is for swarms"

_NETWORK: Mapping[str, str] = {
    "driver_options": _OPTIONS,
    "appends": "remove it: containers that the task does not name stay connected",
    "config_from": _SWARM,
    "config_only": _SWARM,
    "connected": _CONNECTED,
    "containers": _CONNECTED,
    "enable_ipv4": "not supported: the engine's default applies",
    "force": "remove it: a network that differs is recreated if no container uses it",
    "incremental": "remove it: containers that the task does not name stay connected",
    "ingress": _SWARM,
    "ipam_config": "write the list in ipam, with ip_range instead of iprange",
    "ipam_driver": "write driver in ipam",
    "ipam_driver_options": "write options in ipam",
    "scope": _SWARM,
}
_VOLUME: Mapping[str, str] = {
    "driver_options": _OPTIONS,
    "recreate": "not supported: the data would be lost; remove the volume first",
}


def network_advice(name: str, value: str = "") -> str:
    """Return what to write instead of an option of docker_network; empty if it is unknown.

    value: the invalid value of an existing attribute. This table has no advice for values.
    """
    return "" if value else _NETWORK.get(name, "")


def volume_advice(name: str, value: str = "") -> str:
    """Return the same for docker_volume."""
    return "" if value else _VOLUME.get(name, "")
