# SPDX-License-Identifier: GPL-3.0-or-later
"""Mounts of a container that exists, as engines report them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import mounts
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.mount import Mount

VOLUME = {"Type": "volume", "Name": "v", "Source": "/var/lib/v/_data", "Destination": "/b"}
BIND = {"Type": "bind", "Source": "/a", "Destination": "/b"}
IMAGE = {"Type": "image", "Source": "docker.io/library/redis:7", "Destination": "/b"}


def asked(**more: Any) -> dict[str, Any]:
    """Return the mounts of the request that created the container."""
    return {"Mounts": [{"Target": "/b/", **more}]}


#: the mounts, the rest of HostConfig -> what is read
READ: dict[str, tuple[list[dict[str, Any]], dict[str, Any], list[Mount]]] = {
    "none": ([], {}, []),
    "a volume": ([VOLUME], {}, [Mount("/b", "v")]),
    "a path": ([{**BIND, "RW": True}], {}, [Mount("/b", "/a")]),
    "read-only": ([{**BIND, "RW": False}], {}, [Mount("/b", "/a", True)]),
    "an image": ([IMAGE], {}, [Mount("/b", "redis:7", True, (), "image")]),
    "an image by its name": (
        [{"Type": "image", "Name": "redis:7", "Destination": "/b", "RW": True}],
        {},
        [Mount("/b", "redis:7", True, (), "image")],
    ),
    "an image, and where Podman has mounted it": (
        [IMAGE, {**BIND, "Source": "/var/lib/containers/x"}],
        {},
        [Mount("/b", "redis:7", True, (), "image")],
    ),
    "memory": ([{"Type": "tmpfs", "Destination": "/b"}], {}, []),
    "nothing but a type": ([{"Type": "volume"}], {}, [Mount("/", "")]),
    "in order": (
        [{**VOLUME, "Destination": "/c"}, VOLUME],
        {},
        [Mount("/b", "v"), Mount("/c", "v")],
    ),
    "the usual propagation": ([{**BIND, "Propagation": "rprivate"}], {}, [Mount("/b", "/a")]),
    "another propagation": (
        [{**BIND, "Propagation": "rslave"}],
        {},
        [Mount("/b", "/a", False, ("rslave",))],
    ),
    "options of Binds": (
        [{**BIND, "Propagation": "rslave"}],
        {"Binds": ["/a:/b/:ro,z,rslave", "/c:/d"]},
        [Mount("/b", "/a", False, ("rslave", "z"))],
    ),
    "a path that is created": (
        [BIND],
        asked(BindOptions={"CreateMountpoint": True}),
        [Mount("/b", "/a", False, ("bind-create-src",))],
    ),
    **{
        f"recursive: {word}": (
            [BIND],
            asked(BindOptions={key: True}),
            [Mount("/b", "/a", False, (f"bind-recursive={word}",))],
        )
        for word, key in {
            "disabled": "NonRecursive",
            "writable": "ReadOnlyNonRecursive",
            "readonly": "ReadOnlyForceRecursive",
        }.items()
    },
    "a volume that is not filled": (
        [VOLUME],
        asked(VolumeOptions={"NoCopy": True}),
        [Mount("/b", "v", False, ("nocopy",))],
    ),
    **{
        f"the driver {name!r}": (
            [VOLUME],
            asked(VolumeOptions={"DriverConfig": {"Name": name}}),
            [Mount("/b", "v", False, ("volume-driver=nfs",) if name == "nfs" else ())],
        )
        for name in (None, "", "local", "nfs")
    },
    "options and labels of a volume": (
        [VOLUME],
        asked(VolumeOptions={"DriverConfig": {"Options": {"o": "x"}}, "Labels": {"a": "b"}}),
        [Mount("/b", "v", False, ("volume-label=a=b", "volume-opt=o=x"))],
    ),
    "a part of a volume": (
        [VOLUME],
        asked(VolumeOptions={"Subpath": "c"}),
        [Mount("/b", "v", False, ("volume-subpath=c",))],
    ),
    "a part of an image": (
        [IMAGE],
        asked(ImageOptions={"Subpath": "c"}),
        [Mount("/b", "redis:7", True, ("image-subpath=c",), "image")],
    ),
    "no options": (
        [VOLUME],
        asked(BindOptions=None, VolumeOptions=None, ImageOptions=None),
        [Mount("/b", "v")],
    ),
}


@pytest.mark.parametrize(("found", "host", "expected"), READ.values(), ids=READ)
def test_read(found: list[dict[str, Any]], host: dict[str, Any], expected: list[Mount]) -> None:
    assert mounts.read({"Mounts": found, "HostConfig": host}) == tuple(expected)


@pytest.mark.parametrize("payload", [{}, {"Mounts": None, "HostConfig": None}])
def test_nothing_is_reported(payload: dict[str, Any]) -> None:
    assert mounts.read(payload) == ()
