# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of the API of engines."""

from __future__ import annotations

import re

from ..common.errors import Blocked

#: The versions of the API that this code was written for: Docker 20.10 and Podman 4 have the first,
#: Docker 28.5 the last.
OLDEST_API = (1, 41)
NEWEST_API = (1, 51)
OLDEST_PODMAN = (4, 3)
_LIBPOD = re.compile(r"Libpod/(\d+)\.(\d+)")


def api_version(text: str) -> tuple[int, int]:
    """Return ``1.41`` as two numbers; the oldest supported version if an engine reports none."""
    major, _dot, minor = text.partition(".")
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else OLDEST_API


def podman_version(server: str) -> tuple[int, int] | None:
    """Return the version in the header ``Server`` of Podman; None if it is another engine's.

    It is the oldest supported version if the header has none.
    """
    if "Libpod" not in server:
        return None
    found = _LIBPOD.search(server)
    return (int(found[1]), int(found[2])) if found else OLDEST_PODMAN


def as_text(version: tuple[int, int]) -> str:
    return "{}.{}".format(*version)


def common_version(host: str, oldest: tuple[int, int], newest: tuple[int, int]) -> tuple[int, int]:
    """Return the newest version of the API that an engine and this code have. Raise Blocked.

    oldest, newest: those of the engine.
    """
    if newest < OLDEST_API:
        raise Blocked(
            f"the engine at {host} is too old: it has API version {as_text(newest)}, and"
            f" vigo.bridge needs {as_text(OLDEST_API)}; upgrade it to Docker 20.10, Podman 4.3, or"
            " a newer version"
        )
    if oldest > NEWEST_API:
        raise Blocked(
            f"the engine at {host} is too new: it has API versions from {as_text(oldest)} to"
            f" {as_text(newest)}, and this version of vigo.bridge supports none after"
            f" {as_text(NEWEST_API)}; upgrade vigo.bridge"
        )
    return min(newest, NEWEST_API)
