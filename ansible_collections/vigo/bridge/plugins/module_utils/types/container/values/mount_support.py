# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts that not all engines support. Older engines, and Podman, silently ignore some options."""

from __future__ import annotations

from typing import Iterable, Iterator

from ....common.errors import ResourceError
from ..setting import Engines, Needs, Version
from .mount import Mount

ENGINES = (
    Engines(
        "error",
        "error",
        "the folder is created",
        case="a path in {} that does not exist, without `create_host_path`",
    ),
    Engines("error", "yes", "error", case="{} with `recursive: writable` or `recursive: readonly`"),
    Engines("error", "Docker 26", "error", case="{} with a `subpath` of a volume"),
    Engines("error", "Docker 28", "yes", case="{} with `type: image`"),
    Engines("error", "Docker 28", "error", case="{} with a `subpath` of an image"),
)


def needs(mounts: Iterable[Mount], podman: Version | None) -> Iterator[Needs]:
    """Yield the versions of Docker's API that mounts need."""
    for mount in () if podman else mounts:
        what = f"volumes: {mount.target}:"
        if mount.is_image:
            yield Needs((1, 48), "Docker 28", what=f"{what} type image")
        elif mount.subpath:
            yield Needs((1, 45), "Docker 26", what=f"{what} subpath")
        if mount.recursive in ("writable", "readonly"):
            yield Needs((1, 44), "Docker 25", what=f"{what} recursive: {mount.recursive}")
        if mount.recursive and mount.creates_path:
            yield Needs((1, 42), "Docker 23", what=f"{what} create_host_path with recursive")


def refuse_on_podman(mounts: Iterable[Mount]) -> None:
    """Raise ResourceError for options that Podman's Docker API ignores."""
    for mount in mounts:
        if mount.subpath:
            raise _ignored(mount, "subpath", f"mount the whole {mount.type}")
        if mount.recursive in ("writable", "readonly"):
            raise _ignored(mount, f"recursive: {mount.recursive}", "remove it")
        if mount.is_anonymous and (mount.value("volume-driver") or mount.values("volume-opt")):
            raise _ignored(mount, "driver_config of a volume without a name", "set source")


def _ignored(mount: Mount, option: str, advice: str) -> ResourceError:
    return ResourceError(
        f"volumes: {mount.target}: {option} is not supported with Podman: its Docker API ignores"
        " it",
        advice,
    )
