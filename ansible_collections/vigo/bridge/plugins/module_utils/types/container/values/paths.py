# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths inside containers and on the engine's host."""

from __future__ import annotations

import posixpath

from ....common.errors import ResourceError


def clean(path: str) -> str:
    """Return the shortest form of an absolute path, as engines keep it."""
    return posixpath.normpath("/" + path.lstrip("/")) if path.startswith("/") else path


def absolute(path: str, attribute: str) -> str:
    """Return a clean path in a container. Raise ResourceError if it is relative."""
    if not path.startswith("/"):
        raise ResourceError(
            f"{attribute}: {path!r} is not an absolute path in the container: write it with a"
            " leading /"
        )
    return clean(path)


def mount_point(path: str, attribute: str) -> str:
    """Return a clean path to mount on. Raise ResourceError for the root."""
    target = absolute(path, attribute)
    if target == "/":
        raise ResourceError(
            f"{attribute}: {path!r} is the container's root, on which nothing can be mounted",
            "use a subfolder",
        )
    return target
