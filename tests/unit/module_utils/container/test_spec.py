# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes to specs: what is understood, what is refused, and what the label makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.container import label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.container.attributes import ATTRIBUTES
from ansible_collections.vigo.bridge.plugins.module_utils.container.spec import (
    ContainerSpec,
    Settings,
)
from ansible_collections.vigo.bridge.plugins.module_utils.errors import ResourceError

DIGEST = "sha256:" + "0123456789abcdef" * 4

#: Attributes as written, and the settings as JSON has them.
UNDERSTOOD: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"image": "redis"}, {"image": "redis:latest"}),
    ({"image": "docker.io/library/redis:7"}, {"image": "redis:7"}),
    ({"image": "index.docker.io/traefik/whoami"}, {"image": "traefik/whoami:latest"}),
    ({"image": "localhost:5000/a/b:c"}, {"image": "localhost:5000/a/b:c"}),
    ({"image": f"redis@{DIGEST}"}, {"image": f"redis@{DIGEST}"}),
    ({"image": f"redis:7@{DIGEST}"}, {"image": f"redis:7@{DIGEST}"}),
    ({"command": "sh -c 'echo a  b'"}, {"command": ["sh", "-c", "echo a  b"]}),
    ({"command": ["x", 5, True]}, {"command": ["x", "5", "true"]}),
    ({"command": []}, {"command": []}),
    ({"command": ""}, {}),
    ({"command": "x --url secret:{a/b}/c"}, {"command": ["x", "--url", "secret:{a/b}/c"]}),
    ({"env": "A=1,2,B=x=y"}, {"env": {"A": "1,2", "B": "x=y"}}),
    ({"env": {"A": 1, "B": None, "C": True}}, {"env": {"A": "1", "B": "", "C": "true"}}),
    ({"ports": "80"}, {"ports": ["80"]}),
    ({"ports": 80}, {"ports": ["80"]}),
    ({"ports": "8000-8002:80-82/udp"}, {"ports": ["8000:80/udp", "8001:81/udp", "8002:82/udp"]}),
    ({"ports": "[::1]:80:80,127.0.0.1::81"}, {"ports": ["[::1]:80:80", "127.0.0.1::81"]}),
    ({"ports": "80:80,80:80/tcp"}, {"ports": ["80:80"]}),
    ({"volumes": "/a:/b:ro,data:/c,/d"}, {"volumes": ["/a:/b:ro", "data:/c", "/d"]}),
    ({"volumes": "/a//x/:/b/:rw,cached"}, {"volumes": ["/a/x:/b"]}),
    ({"volumes": ["/a:/b:z,rshared"]}, {"volumes": ["/a:/b:rshared,z"]}),
    ({"tmpfs": "/run,/tmp:size=1m,mode=700"}, {"tmpfs": {"/run": "", "/tmp": "mode=700,size=1m"}}),
    ({"devices": "/dev/a,/dev/b:/dev/c:r"}, {"devices": ["/dev/a:/dev/a:rwm", "/dev/b:/dev/c:r"]}),
    ({"network": "front"}, {"networks": ["front"]}),
    (
        {"network": "front", "networks": {"front": {"aliases": "a,b"}, "back": None}},
        {"networks": ["front (a, b)", "back"]},
    ),
    (
        {"networks": [{"name": "n", "ipv4_address": "192.0.2.3"}]},
        {"networks": ["n (192.0.2.3)"]},
    ),
    ({"network_mode": "default"}, {"network_mode": "bridge"}),
    ({"network_mode": "container:app"}, {"network_mode": "container:app"}),
    ({"restart": False}, {"restart": "no"}),
    ({"restart": "no"}, {"restart": "no"}),
    ({"restart": "on-failure:0"}, {"restart": "on-failure"}),
    ({"memory": "1.5g", "memory_swap": -1}, {"memory": 1610612736, "memory_swap": -1}),
    ({"memory": "256MB"}, {"memory": 268435456}),
    ({"cpus": "0.25"}, {"cpus": 250000000}),
    ({"shm_size": 1024}, {"shm_size": 1024}),
    ({"ulimits": "nofile=1:2,nproc=3"}, {"ulimits": {"nofile": "1:2", "nproc": "3:3"}}),
    ({"cap_add": "sys_time,CAP_CHOWN"}, {"cap_add": ["CHOWN", "SYS_TIME"]}),
    ({"extra_hosts": "a:192.0.2.1,b=::1"}, {"extra_hosts": ["a:192.0.2.1", "b:::1"]}),
    ({"privileged": "off", "init": True}, {"privileged": False, "init": True}),
    ({"stop_timeout": "1m30s"}, {"stop_timeout": 90}),
    (
        {"healthcheck": {"test": ["curl", "x"], "timeout": "1.5s", "retries": "3"}},
        {"healthcheck": {"test": ["CMD", "curl", "x"], "timeout": 1500000000, "retries": 3}},
    ),
    ({"healthcheck": {"disable": "true", "test": "x"}}, {"healthcheck": {"test": ["NONE"]}}),
]


@pytest.mark.parametrize(("attributes", "settings"), UNDERSTOOD)
def test_understood(attributes: dict[str, Any], settings: dict[str, Any]) -> None:
    parsed = parse(attributes).settings.chosen()
    found = {name: label.plain(value) for name, value in parsed.items()}
    assert json.loads(json.dumps(found)) == {"image": "x:latest", **settings}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"container": ""}, "no container name"),
    ({"container": "a b"}, "no container name"),
    ({"container": "a.vigo-old"}, "kept for replacements"),
    ({"image": ""}, "image is missing"),
    ({"image": "Redis"}, "no image reference"),
    ({"image": "redis:"}, "no image reference"),
    ({"image": "redis@sha256:1"}, "malformed digest"),
    ({"imgae": "redis"}, "did you mean 'image'"),
    ({"state": "started"}, "not one of running, stopped, absent"),
    ({"pull": "newer"}, "not one of missing, always, never"),
    ({"command": "echo 'a"}, "cannot be split"),
    ({"entrypoint": []}, "leaves no command"),
    ({"platform": "linux amd64"}, "is no platform"),
    ({"env": "A"}, "is not NAME=VALUE"),
    ({"ports": "80:80:80:80"}, "is no port"),
    ({"ports": "0:80"}, "1 to 65535"),
    ({"ports": "80-81:80-82"}, "differ in length"),
    ({"ports": "82-80"}, "the lower one first"),
    ({"ports": "80/icmp"}, "is no port"),
    ({"volumes": "./a:/b"}, "relative paths have no meaning"),
    ({"volumes": "a:b"}, "no absolute path"),
    ({"volumes": "a:/b:rx"}, "unknown option 'rx'"),
    ({"volumes": ["a:/b", "c:/b"]}, "two entries for /b"),
    ({"networks": {"a": {"alias": "b"}}}, "unknown option 'alias'"),
    ({"network": "a", "network_mode": "host"}, "cannot be combined"),
    ({"network_mode": "service:a"}, "is not bridge, host"),
    ({"restart": "sometimes"}, "is not no, always"),
    ({"restart": "always", "expect": "exited"}, "expect: exited needs"),
    ({"memory": "much"}, "is no size"),
    ({"memory_swap": "1g"}, "needs memory"),
    ({"memory": "2g", "memory_swap": "1g"}, "cannot be below memory"),
    ({"cpus": "-1"}, "no number of CPUs"),
    ({"pids_limit": "many"}, "no whole number"),
    ({"init": "maybe"}, "neither true nor false"),
    ({"devices": "null"}, "is no device"),
    ({"extra_hosts": "db"}, "is not NAME:ADDRESS"),
    ({"health_timeout": "soon"}, "no length of time"),
    ({"healthcheck": {"cmd": "x"}}, "unknown option 'cmd'"),
    ({"labels": "vigo.bridge.spec=x"}, "a name of ours"),
    ({"registry_username": "me"}, "must be given together"),
]


@pytest.mark.parametrize(("attributes", "message"), REFUSED)
def test_refused(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse(attributes)
    assert message in raised.value.message


def test_every_attribute_has_its_place() -> None:
    parsed = {*spec._SETTINGS, *spec._HANDLING, "network", "networks", "container"}
    assert parsed == {*ATTRIBUTES, "scope", "resource"}
    fields = {*Settings.__dataclass_fields__, *ContainerSpec.__dataclass_fields__}
    assert {*ATTRIBUTES} - {"container", "network"} <= fields


def test_the_label_is_read_back() -> None:
    settings = parse({"env": "A=secret:p", "memory": "1m", "ports": "80"}).settings
    recorded = label.decode(label.encode(settings))
    assert recorded is not None
    assert recorded.fields == {"image": "x:latest", "env": {"A": "secret:p"}, "ports": ["80"]}


def test_a_long_label_becomes_hashes() -> None:
    settings = parse({"env": {"A": "x" * 40000}, "user": "u"}).settings
    text = label.encode(settings)
    assert len(text) < 1000
    recorded = label.decode(text)
    assert recorded is not None
    for name in ("env", "user"):
        assert recorded.fields[name] == recorded.value(settings, name)
    other = parse({"env": {"A": "y" * 40000}, "user": "u"}).settings
    assert recorded.fields["env"] != recorded.value(other, "env")
    assert recorded.fields["user"] == recorded.value(other, "user")


def parse(attributes: dict[str, Any]) -> ContainerSpec:
    return spec.parse({"container": "app", "image": "x", **attributes})
