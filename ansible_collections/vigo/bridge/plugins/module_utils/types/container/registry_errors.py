# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine's words say about a registry that does not deliver an image. Pure.

Engines do not pass on the status and the headers of a registry's answer, only a sentence.
"""

from __future__ import annotations

import re
from typing import Sequence

from ...common.errors import Blocked, ResourceError
from .values.image_name import ImageName

FULL_DISK = "full disk"
LIMITED = "limited"
OTHER_PLATFORM = "other platform"
LOGIN = "login"
ABSENT = "absent"
BROKEN = "broken"
UNREACHABLE = "unreachable"

#: The first kind with a match is the one. Docker, containerd and Podman have different words.
_SIGNS = (
    (FULL_DISK, r"no space left"),
    (LIMITED, r"toomanyrequests|too many requests|(?:http|status)\D{0,20}\b429\b"),
    (OTHER_PLATFORM, r"no matching manifest|no match for platform|no image found in"),
    (
        LOGIN,
        r"unauthorized|no basic auth credentials|authentication required|\b401\b"
        r"|authorization token|(?<!permission )\bdenied\b|\bforbidden\b",
    ),
    (ABSENT, r"(?:manifest|name|blob) unknown|not found|does not exist|no such manifest"),
    (BROKEN, r"unexpected http status|unexpected status|status code 5|\b50[0234] "),
)


def kind(said: str) -> str:
    """Return what kind of error an engine reports, one of the constants. said: its message."""
    for found, signs in _SIGNS:
        if re.search(signs, said, re.IGNORECASE):
            return found
    return UNREACHABLE


def stalled(name: ImageName, seconds: float) -> Blocked:
    """Return the error of a pull that makes no progress. seconds: for how long."""
    return Blocked(
        f"image {name} cannot be pulled: nothing has arrived from {name.registry} for"
        f" {seconds:g} s",
        "check the network of this host, and any mirror or proxy of its engine",
    )


def no_platform(name: ImageName, platform: str, platforms: Sequence[str]) -> ResourceError:
    """Return the error of an image that exists for these platforms only."""
    return ResourceError(
        f"image {name} cannot be pulled for {platform}: the registry has it for"
        f" {', '.join(platforms)}",
        "use another image, or set another platform",
    )


def is_limit(said: str) -> bool:
    """Return whether the registry says that too much is pulled, so that it may work later."""
    return kind(said) == LIMITED


def is_final(said: str) -> bool:
    """Return whether a pull of the same image with the same login would fail, too."""
    return kind(said) in (OTHER_PLATFORM, LOGIN, ABSENT)


def is_of_registry(said: str) -> bool:
    """Return whether the registry, or the way to it, does not work."""
    return kind(said) in (LIMITED, BROKEN, UNREACHABLE)


def failure(
    name: ImageName, said: str, user: str = "", tries: str = "", mirrors: Sequence[str] = ()
) -> ResourceError:
    """Return the error of a pull.

    user: of the login, if there is one. tries: how often and how long it was tried, if more than
    once. mirrors: which ones the engine has tried before.
    """
    if mirrors and is_of_registry(said):
        tries += f" (the engine tried its mirrors first: {', '.join(mirrors)})"
    text = f"image {name} cannot be pulled: {said}{tries}"
    found = kind(said)
    if found == FULL_DISK:
        return Blocked(
            text, "the engine's disk is full: free some space (docker system df shows what uses it)"
        )
    if found == LIMITED:
        return Blocked(
            text,
            f"{name.registry} limits how often images are pulled: log in (registry_username and"
            " registry_password), use a mirror, or try again later",
        )
    if found == OTHER_PLATFORM:
        return ResourceError(
            text, "the image does not exist for this platform: use another one, or set platform"
        )
    if found == LOGIN and user:
        return ResourceError(
            text,
            f"{name.registry} refuses the login of {user}, or this user may not pull the image:"
            " renew the password or token (registry_password, or docker login), and check the name",
        )
    if found in (LOGIN, ABSENT):
        digest = ", and whether the digest was deleted" if name.digest else ""
        return ResourceError(
            text,
            f"check its name and tag{digest}, and for a private registry registry_username and"
            " registry_password",
        )
    if found == BROKEN:
        return Blocked(text, f"{name.registry} reports an error of its own: try again later")
    return Blocked(text, "is the registry reachable from here?")
