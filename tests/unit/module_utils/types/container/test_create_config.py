# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of the create call, and the volumes that are carried over."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Image,
    existing_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import (
    create_config,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.spec import parse
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.mount import Mount

PAYLOADS = Path(__file__).parent / "payloads"
IMAGE = Image(
    "sha256:1",
    {
        "Entrypoint": ["start"],
        "Healthcheck": {"Test": ["CMD", "a"], "Interval": 5},
        "Volumes": {"/data": {}},
    },
)

#: Attributes, and a part of the body: by a path of keys.
SENT: list[tuple[dict[str, Any], str, Any]] = [
    ({}, "Cmd", None),
    ({"command": "a b"}, "Cmd", ["a", "b"]),
    ({"command": []}, "Entrypoint", ["start"]),
    ({"entrypoint": [], "command": "a"}, "Entrypoint", [""]),
    ({"env": "A=secret:p"}, "Env", ["F=1", "A=sesame"]),
    ({"healthcheck": {"retries": 2}}, "Healthcheck.Interval", 5),
    ({"healthcheck": "x"}, "Healthcheck.Test", ["CMD-SHELL", "x"]),
    ({"healthcheck": "x secret:p"}, "Healthcheck.Test", ["CMD-SHELL", "x sesame"]),
    ({"healthcheck": ["CMD", "x", "secret:p"]}, "Healthcheck.Test", ["CMD", "x", "sesame"]),
    ({"healthcheck": "x secret:p"}, "Healthcheck.Interval", 5),
    ({"ports": "80"}, "HostConfig.PortBindings", {"80/tcp": [{"HostIp": "", "HostPort": ""}]}),
    ({"ports": "80:81/udp"}, "ExposedPorts", {"81/udp": {}}),
    ({"ports": "80:81", "expose": "82"}, "ExposedPorts", {"81/tcp": {}, "82/tcp": {}}),
    ({"expose": "82"}, "HostConfig.PortBindings", None),
    ({"volumes_from": "a:ro,b"}, "HostConfig.VolumesFrom", ["a:ro", "b"]),
    (
        {"volumes": "/a:/b:ro"},
        "HostConfig.Mounts",
        [{"Type": "bind", "Source": "/a", "Target": "/b", "ReadOnly": True}],
    ),
    ({"volumes": "/a:/b:z"}, "HostConfig.Binds", ["/a:/b:z"]),
    ({"volumes": "/a:/b:z"}, "HostConfig.Mounts", None),
    ({"networks": "n,m"}, "HostConfig.NetworkMode", "n"),
    (
        {"networks": {"n": {"aliases": "a", "ipv4_address": "192.0.2.3"}, "m": None}},
        "NetworkingConfig.EndpointsConfig",
        {"n": {"Aliases": ["a"], "IPAMConfig": {"IPv4Address": "192.0.2.3"}}},
    ),
    (
        {"networks": {"n": None, "m": None, "o": {"mac_address": "02:42:ac:11:00:02"}}},
        "NetworkingConfig.EndpointsConfig",
        {
            "n": {"Aliases": [], "IPAMConfig": {}},
            "o": {"Aliases": [], "IPAMConfig": {}, "MacAddress": "02:42:ac:11:00:02"},
        },
    ),
    (
        {"mac_address": "02:42:ac:11:00:02"},
        "NetworkingConfig.EndpointsConfig",
        {"default": {"MacAddress": "02:42:ac:11:00:02"}},
    ),
    (
        {"networks": {"n": {"driver_opts": "a=1", "gw_priority": 5, "link_local_ips": "fe80::1"}}},
        "NetworkingConfig.EndpointsConfig",
        {
            "n": {
                "Aliases": [],
                "IPAMConfig": {"LinkLocalIPs": ["fe80::1"]},
                "DriverOpts": {"a": "1"},
                "GwPriority": 5,
            }
        },
    ),
    ({"restart": "on-failure:2"}, "HostConfig.RestartPolicy.MaximumRetryCount", 2),
    ({"log_opts": {"a": 1}}, "HostConfig.LogConfig", {"Type": "", "Config": {"a": "1"}}),
    ({}, "HostConfig", {}),
    ({"scope": "shop", "resource": "web/app"}, f"Labels|{label.SCOPE}", "shop"),
    ({"scope": "shop", "resource": "web/app"}, f"Labels|{label.RESOURCE}", "web/app"),
]


@pytest.mark.parametrize(("attributes", "path", "value"), SENT)
def test_sent(attributes: dict[str, Any], path: str, value: Any) -> None:
    spec = parse({"container": "app", "image": "x", **attributes})
    found: Any = create_config.payload(
        spec, IMAGE, {"F": "1"}, lambda text: text.replace("secret:p", "sesame")
    )
    for key in path.split("|") if "|" in path else path.split("."):
        found = found.get(key)
        if found is None:
            break
    assert found == value


def test_a_healthcheck_without_a_test_is_not_sent() -> None:
    """So it is read from a container that has none, and Podman 5 refuses it."""
    spec = parse({"container": "app", "image": "x", "healthcheck": {"retries": 2}})
    body = create_config.payload(spec, Image("sha256:1", {}), {}, str)
    assert "Healthcheck" not in body


ANONYMOUS = "a" * 64
#: What is mounted at /data, what the label named, what the spec names; what is carried over.
CARRIED: list[tuple[str, str | None, dict[str, Any], list[str]]] = [
    (ANONYMOUS, None, {}, [ANONYMOUS]),
    (ANONYMOUS, "", {}, [ANONYMOUS]),
    ("by-hand", None, {}, ["by-hand"]),
    ("ours", "ours:/data", {}, []),
    (ANONYMOUS, None, {"volumes": "named:/data"}, []),
    (ANONYMOUS, None, {"volumes": "/data"}, [ANONYMOUS]),
    (ANONYMOUS, None, {"renew_volumes": True}, []),
]


@pytest.mark.parametrize(("mounted", "labelled", "attributes", "carried"), CARRIED)
def test_volumes_come_along(
    mounted: str, labelled: str | None, attributes: dict[str, Any], carried: list[str]
) -> None:
    payload = json.loads((PAYLOADS / "docker-20.10-plain.json").read_text())
    payload["Mounts"] = [
        {"Type": "volume", "Name": mounted, "Destination": "/data", "RW": True},
        {"Type": "volume", "Name": "b" * 64, "Destination": "/undeclared", "RW": True},
    ]
    if labelled is not None:
        made = parse({"container": "app", "image": "x", "volumes": labelled})
        payload["Config"]["Labels"] = label.labels(made)
    old = existing_of(payload)
    assert old is not None
    spec = parse({"container": "app", "image": "x", **attributes})
    found = create_config.carried_over(spec, old, IMAGE)
    assert [mount.source for mount in found] == carried


#: What the spec says, the volumes of the donor; what is carried over.
OF_DONORS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({}, ANONYMOUS, []),
    ({"volumes_from": "donor"}, ANONYMOUS, []),
    ({"volumes_from": "donor"}, "c" * 64, []),
    ({}, "c" * 64, [ANONYMOUS]),
    ({"volumes": "/data", "volumes_from": "donor"}, "c" * 64, [ANONYMOUS]),
]


@pytest.mark.parametrize(("attributes", "source", "carried"), OF_DONORS)
def test_volumes_of_donors_do_not_come_along(
    attributes: dict[str, Any], source: str, carried: list[str]
) -> None:
    """Mounted as its own, they would stay when the other container's volumes change."""
    payload = json.loads((PAYLOADS / "docker-20.10-plain.json").read_text())
    payload["Mounts"] = [
        {"Type": "volume", "Name": ANONYMOUS, "Destination": "/data", "RW": True},
    ]
    old = existing_of(payload)
    assert old is not None
    spec = parse({"container": "app", "image": "x", **attributes})
    donors = {"donor": (Mount("/data", source),)}
    found = create_config.carried_over(spec, old, IMAGE, donors)
    assert [mount.source for mount in found] == carried
