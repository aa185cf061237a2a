# SPDX-License-Identifier: GPL-3.0-or-later
"""The same setting as users and as engines write it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import (
    comparing,
    differences,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Image,
    Observed,
    existing_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.pull import is_for

DEVICE = {"PathOnHost": "/dev/a"}
TMPFS = {
    "Type": "tmpfs",
    "Target": "/a",
    "TmpfsOptions": {"SizeBytes": 1048576, "Mode": 0o700},
}
#: The attribute, as written, the part of the inspect payload, on Podman, whether they agree.
CASES: list[tuple[str, Any, dict[str, Any], bool, bool]] = [
    ("devices", "/dev/a", {"Devices": [DEVICE]}, True, True),
    ("devices", "/dev/a:/dev/a:r", {"Devices": [DEVICE]}, True, True),
    ("devices", "/dev/a:/dev/b", {"Devices": [DEVICE]}, True, False),
    ("devices", "/dev/a", {"Devices": [{**DEVICE, "CgroupPermissions": "r"}]}, False, False),
    ("devices", "/dev/a:r", {"Devices": [{**DEVICE, "CgroupPermissions": "r"}]}, False, True),
    ("devices", [], {"Devices": [DEVICE]}, False, True),
    ("devices", "/dev/a:wr", {"Devices": [{**DEVICE, "CgroupPermissions": "rw"}]}, False, True),
    ("devices", "/dev/a", {"Devices": [DEVICE, {"PathOnHost": "/dev/b"}]}, False, False),
    ("security_opt", "no-new-privileges", {"SecurityOpt": ["no-new-privileges:true"]}, False, True),
    ("security_opt", "label:disable", {"SecurityOpt": ["label=disable"]}, False, True),
    ("security_opt", "a=b", {"SecurityOpt": ["a=c"]}, False, False),
    ("security_opt", "a=b", {"SecurityOpt": ["a=b", "label=disable"]}, False, False),
    (
        "security_opt",
        "a=b",
        {"SecurityOpt": ["a=b", "label=disable"], "PidMode": "host"},
        False,
        True,
    ),
    (
        "security_opt",
        "a=b",
        {"SecurityOpt": ["a=b", "label=disable"], "IpcMode": "host"},
        False,
        True,
    ),
    (
        "security_opt",
        "a=b",
        {"SecurityOpt": ["a=b", "label=disable"], "Privileged": True},
        False,
        True,
    ),
    (
        "security_opt",
        "a=b",
        {"SecurityOpt": ["a=b", "label=user:x", "label=role:y"], "PidMode": "container:1"},
        False,
        True,
    ),
    ("security_opt", "a=b", {"SecurityOpt": ["a=b", "c=d"], "PidMode": "host"}, False, False),
    ("tmpfs", "/a:size=1m", {"Tmpfs": {"/a": "size=1m"}}, False, True),
    ("tmpfs", "/a:size=1m", {"Tmpfs": {"/a": "rw,size=1m", "/run": "rw"}}, False, False),
    ("tmpfs", "/a:size=1m", {"Tmpfs": {"/a": "rw,size=1m", "/run": "rw"}}, True, True),
    ("tmpfs", "/a:size=2m", {"Tmpfs": {"/a": "rw,size=1m"}}, True, False),
    ("tmpfs", "/b", {"Tmpfs": {"/a": "rw"}}, True, False),
    ("tmpfs", "/a:size=1m,mode=700", {"Mounts": [TMPFS]}, False, True),
    ("tmpfs", "/a:size=2m,mode=700", {"Mounts": [TMPFS]}, False, False),
    ("tmpfs", "/a", {"Mounts": [{"Type": "tmpfs", "Target": "/a"}]}, False, True),
    ("tmpfs", "/a", {"Mounts": [{"Type": "volume", "Target": "/a"}]}, False, False),
    ("ipc", "private", {"IpcMode": "shareable"}, True, True),
    ("ipc", "private", {"IpcMode": "shareable"}, False, False),
    ("ipc", "private", {"IpcMode": "host"}, True, False),
    ("ipc", "private", {"IpcMode": "private"}, True, True),
    ("ipc", "shareable", {"IpcMode": "private"}, True, False),
    ("ports", "80", {"PortBindings": {"80/tcp": None}}, True, False),
    ("ports", [], {"PortBindings": {"80/tcp": None}}, True, True),
    (
        "ulimits",
        "nofile=1",
        {"Ulimits": [{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 1}]},
        True,
        True,
    ),
    ("dns", "::2,::1", {"Dns": ["::1", "::2"]}, False, False),
    ("dns", "::1,::2", {"Dns": ["::1", "::2"]}, False, True),
    ("dns_opt", "b,a", {"DnsOptions": ["a", "b"]}, False, True),
    ("dns_search", "b,a", {"DnsSearch": ["a", "b"]}, False, False),
    ("group_add", "b,5", {"GroupAdd": ["5", "b"]}, False, True),
    ("cap_drop", "cap_kill", {"CapDrop": ["KILL"]}, False, True),
]

USUAL = ["AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_RAW"]
USUAL += ["NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"]
#: What was dropped when we created it, what Podman says of it, what is wanted, whether it differs.
DROPPED: list[tuple[list[str], list[str], list[str], bool]] = [
    (["ALL"], USUAL, [], True),
    (["ALL"], USUAL, ["MKNOD"], True),
    (["ALL"], USUAL, ["all"], False),
    (["MKNOD"], ["MKNOD"], ["ALL"], True),
    (["MKNOD"], ["MKNOD"], [], True),
    ([], [], ["ALL"], True),
]


@pytest.mark.parametrize(("before", "actual", "wanted", "differs"), DROPPED)
def test_dropped_on_podman(
    before: list[str], actual: list[str], wanted: list[str], differs: bool
) -> None:
    made = spec.parse({"container": "app", "image": "x", "cap_drop": before})
    config = {"Labels": label.labels(made)}
    payload = {"Id": "1", "Config": config, "HostConfig": {"CapDrop": actual}}
    observed = Observed(existing_of(payload), podman=True)
    settings = spec.parse({"container": "app", "image": "x", "cap_drop": wanted}).settings
    assert bool(comparing.differing("cap_drop", settings, observed, str)) is differs


#: What was set when we created it, what Podman says of it, what is wanted, whether it differs.
IPC: list[tuple[dict[str, str], str, dict[str, str], bool]] = [
    ({}, "shareable", {"ipc": "shareable"}, False),
    ({"ipc": "shareable"}, "shareable", {}, False),
    ({}, "shareable", {"ipc": "private"}, True),
    ({"ipc": "private"}, "shareable", {"ipc": "private"}, False),  # Podman 4
    ({"ipc": "private"}, "shareable", {}, True),  # Podman 4
    ({"ipc": "private"}, "private", {"ipc": "private"}, False),
    ({"ipc": "private"}, "private", {"ipc": "shareable"}, True),
    ({"ipc": "private"}, "private", {}, True),
]


@pytest.mark.parametrize(("before", "actual", "wanted", "differs"), IPC)
def test_ipc_on_podman(
    before: dict[str, str], actual: str, wanted: dict[str, str], differs: bool
) -> None:
    made = spec.parse({"container": "app", "image": "x", **before})
    config = {"Labels": label.labels(made)}
    payload = {"Id": "1", "Config": config, "HostConfig": {"IpcMode": actual}}
    observed = Observed(existing_of(payload), podman=True)
    settings = spec.parse({"container": "app", "image": "x", **wanted}).settings
    assert bool(comparing.differing("ipc", settings, observed, str)) is differs


@pytest.mark.parametrize(("name", "written", "host", "podman", "agree"), CASES)
def test_agree(name: str, written: Any, host: dict[str, Any], podman: bool, agree: bool) -> None:
    settings = spec.parse({"container": "app", "image": "x", name: written}).settings
    existing = existing_of({"Id": "1", "HostConfig": host})
    observed = Observed(existing, podman=podman)
    assert (not comparing.differing(name, settings, observed, str)) is agree


#: The platform that is asked for, that of the image, whether it fits.
PLATFORMS = [
    ("", "linux/amd64", True),
    ("linux", "linux/amd64", True),
    ("linux/amd64", "linux/amd64", True),
    ("linux/arm64", "linux/amd64", False),
    ("linux/arm64", "linux/arm64/v8", True),
    ("linux/arm64/v8", "linux/arm64", True),
    ("linux/arm/v6", "linux/arm/v7", False),
    ("linux/arm", "linux/arm64", False),
]


@pytest.mark.parametrize(("platform", "actual", "fits"), PLATFORMS)
def test_platforms(platform: str, actual: str, fits: bool) -> None:
    assert is_for(Image("sha256:1", platform=actual), platform) is fits


A, B, ID = (f"sha256:{letter * 64}" for letter in "abc")
#: On Podman: the image that is reported, its ID, the wanted one, its ID; the reason.
IMAGES_ON_PODMAN = [
    ("x:1", ID, "x:1", ID, ""),
    ("localhost/x:1", ID, "x:1", ID, ""),
    (ID[7:], ID, f"x@{A}", ID, ""),
    (f"x@{B}", ID, f"x@{A}", ID, ""),
    (f"x@{B}", ID, f"x:1@{A}", ID, ""),
    (f"x@{B}", B, f"x@{A}", A, f"image x@{B} -> x@{A}"),
    (f"x@{B}", B, f"x@{A}", None, f"image x@{B} -> x@{A}"),
    (f"x@{B}", ID, "x:1", ID, f"image x@{B} -> x:1"),
    ("x:1", ID, f"x@{A}", ID, f"image x:1 -> x@{A}"),
]


@pytest.mark.parametrize(("name", "id", "wanted", "new", "reason"), IMAGES_ON_PODMAN)
def test_images_on_podman(name: str, id: str, wanted: str, new: str | None, reason: str) -> None:
    existing = existing_of({"Id": "1", "Image": id, "Config": {"Image": name}})
    observed = Observed(existing, Image(new) if new else None, podman=True)
    settings = spec.parse({"container": "app", "image": wanted}).settings
    found = [
        each.reason for each in differences.find(settings, observed, str) if each.field == "image"
    ]
    assert found == ([reason] if reason else [])


#: The platform at creation and the wanted one, in a store where both have one ID; the reason.
PLATFORMS_OF_A_LIST = [
    (None, None, ""),
    (None, "amd64", ""),
    ("amd64", None, ""),
    ("arm64", "linux/arm64/v8", ""),
    (None, "arm64", "platform linux/amd64 -> linux/arm64"),
    ("arm64", None, "platform linux/arm64 -> linux/amd64"),
    ("arm64", "amd64", "platform linux/arm64 -> linux/amd64"),
]


@pytest.mark.parametrize(("before", "after", "reason"), PLATFORMS_OF_A_LIST)
@pytest.mark.parametrize("is_list", [True, False])
def test_platforms_of_a_list(
    before: str | None, after: str | None, reason: str, is_list: bool
) -> None:
    made = spec.parse({"container": "app", "image": "x", "platform": before})
    config = {"Image": "x:latest", "Labels": label.labels(made)}
    image = Image(ID, digests=(ID,) if is_list else (A,), platform="linux/amd64")
    observed = Observed(existing_of({"Id": "1", "Image": ID, "Config": config}), image)
    settings = spec.parse({"container": "app", "image": "x", "platform": after}).settings
    found = [each.reason for each in differences.find(settings, observed, str)]
    assert found == ([reason] if reason and is_list else [])
