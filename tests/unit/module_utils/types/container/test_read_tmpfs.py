# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders in memory of a container that exists, as engines report them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import tmpfs


def mount(**more: Any) -> dict[str, Any]:
    return {"Mounts": [{"Type": "tmpfs", "Target": "/a", **more}]}


#: HostConfig -> what is read
READ: dict[str, tuple[Any, dict[str, str]]] = {
    "nothing": (None, {}),
    "none": ({"Tmpfs": None, "Mounts": None}, {}),
    "a folder": ({"Tmpfs": {"/a": ""}}, {"/a": ""}),
    "options in another order": (
        {"Tmpfs": {"/a": "size=1m,,mode=1777"}},
        {"/a": "mode=1777,size=1m"},
    ),
    "a mount": (mount(), {"/a": ""}),
    "a mount without options": (mount(TmpfsOptions=None, ReadOnly=False), {"/a": ""}),
    "read-only": (mount(ReadOnly=True), {"/a": "ro"}),
    "a size": (mount(TmpfsOptions={"SizeBytes": 65536}), {"/a": "size=65536"}),
    "a mode": (mount(TmpfsOptions={"Mode": 0o1777}), {"/a": "mode=1777"}),
    "all of these": (
        mount(ReadOnly=True, TmpfsOptions={"SizeBytes": 1, "Mode": 0o700}),
        {"/a": "mode=700,ro,size=1"},
    ),
    "both kinds": (
        {"Tmpfs": {"/b": "ro"}, **mount(TmpfsOptions={"SizeBytes": 1})},
        {"/a": "size=1", "/b": "ro"},
    ),
    "another mount": ({"Mounts": [{"Type": "bind", "Target": "/a"}]}, {}),
}


@pytest.mark.parametrize(("host", "expected"), READ.values(), ids=READ)
def test_read(host: Any, expected: dict[str, str]) -> None:
    assert tmpfs.read(host) == expected
