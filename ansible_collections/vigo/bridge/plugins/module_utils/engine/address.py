# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address of an engine, and what is needed to reach it.

Calls that use no engine import only this module of the package, so it imports no client.
"""

from __future__ import annotations

import os

_UNIX = "unix://"
_DEFAULT_HOST = f"{_UNIX}/var/run/docker.sock"


def address(docker_host: str) -> str:
    """Return the engine's address. docker_host: as the user sets it; empty for the default
    engine.
    """
    return docker_host or os.environ.get("DOCKER_HOST") or _DEFAULT_HOST


def socket_path(host: str) -> str:
    """Return the path of the Unix socket that an address names; empty for others."""
    path = host[len(_UNIX) :]
    return path if host.startswith(_UNIX) and path.startswith("/") else ""


def needs_sdk(docker_host: str) -> bool:
    """Return whether the engine cannot be used without the SDK. docker_host: as the user sets
    it.
    """
    return not socket_path(address(docker_host)) or has_docker_config()


def usual_engine_is_there() -> bool:
    """Return whether the default engine may exist, although no resource uses it."""
    host = address("")
    return not host.startswith(_UNIX) or os.path.exists(host[len(_UNIX) :])


def has_docker_config() -> bool:
    """Return whether there is a config file where the SDK reads it."""
    folder = os.environ.get("DOCKER_CONFIG")
    places = [os.path.join(folder, "config.json")] if folder else []
    places += map(os.path.expanduser, ("~/.docker/config.json", "~/.dockercfg"))
    return any(map(os.path.exists, places))
