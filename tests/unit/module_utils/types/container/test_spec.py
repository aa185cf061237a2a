# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes to specs: what is accepted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.descriptor import TYPE
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import (
    SETTINGS,
    Settings,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.spec import ContainerSpec
from tests.unit.module_utils.types.container.specs import parse

CHECKED = {"test": ["CMD-SHELL", "x"]}
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
    ({"ports": "0:80,127.0.0.1:0:81,0:90-91"}, {"ports": ["80", "127.0.0.1::81", "90", "91"]}),
    ({"ports": "80:80,80:80/tcp"}, {"ports": ["80:80"]}),
    ({"volumes": "/a:/b:ro,data:/c,/d"}, {"volumes": ["/a:/b:ro", "data:/c", "/d"]}),
    ({"volumes": "/a//x/:/b/:rw,cached"}, {"volumes": ["/a/x:/b"]}),
    ({"volumes": ["/a:/b:z,rshared"]}, {"volumes": ["/a:/b:rshared,z"]}),
    (
        {"volumes": [{"type": "bind", "source": "/a/", "target": "/b", "read_only": True}, "/c"]},
        {"volumes": ["/a:/b:ro", "/c"]},
    ),
    (
        {"mounts": [{"source": "data", "target": "/b", "no_copy": True}], "volumes": "/c"},
        {"volumes": ["data:/b:nocopy", "/c"]},
    ),
    (
        {"volumes": ["type=bind,src=/a,dst=/b,ro,bind-propagation=rslave"]},
        {"volumes": ["/a:/b:ro,rslave"]},
    ),
    (
        {"volumes": [{"type": "tmpfs", "target": "/a", "tmpfs": {"size": "64k", "mode": 0o700}}]},
        {"tmpfs": {"/a": "mode=700,size=65536"}},
    ),
    (
        {"mounts": {"type": "tmpfs", "target": "/a", "tmpfs_mode": "0700"}, "tmpfs": "/b"},
        {"tmpfs": {"/a": "mode=0700", "/b": ""}},
    ),
    (
        {"volumes": [{"type": "image", "source": "docker.io/library/redis", "target": "/a"}]},
        {"volumes": ["type=image,source=redis:latest,target=/a"]},
    ),
    ({"tmpfs": "/run,/tmp:size=1m,mode=700"}, {"tmpfs": {"/run": "", "/tmp": "mode=700,size=1m"}}),
    ({"devices": "/dev/a,/dev/b:/dev/c:r"}, {"devices": ["/dev/a:/dev/a:rwm", "/dev/b:/dev/c:r"]}),
    ({"devices": "nvidia.com/gpu=all"}, {"devices": ["nvidia.com/gpu=all"]}),
    (
        {"devices": ["a.b/c-d=e:0", "/dev/a"]},
        {"devices": ["/dev/a:/dev/a:rwm", "a.b/c-d=e:0"]},
    ),
    ({"gpus": "all"}, {"device_requests": ['{"capabilities": [["gpu"]], "count": -1}']}),
    ({"gpus": 2}, {"device_requests": ['{"capabilities": [["gpu"]], "count": 2}']}),
    ({"gpus": [{"count": "1"}]}, {"device_requests": ['{"capabilities": [["gpu"]], "count": 1}']}),
    (
        {"gpus": "driver=nvidia,device=1"},
        {
            "device_requests": [
                '{"capabilities": [["gpu"]], "device_ids": ["1"], "driver": "nvidia"}'
            ]
        },
    ),
    (
        {"gpus": {"driver": "nvidia", "capabilities": ["utility"], "options": {"a": 1}}},
        {
            "device_requests": [
                '{"capabilities": [["gpu", "utility"]], "count": -1, "driver": "nvidia",'
                ' "options": {"a": "1"}}'
            ]
        },
    ),
    (
        {"device_requests": [{"capabilities": [["b", "a"], ["c"]], "device_ids": ["1", "0"]}]},
        {"device_requests": ['{"capabilities": [["a", "b"], ["c"]], "device_ids": ["0", "1"]}']},
    ),
    ({"runtime": "nvidia"}, {"runtime": "nvidia"}),
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
    ({"network_mode": "container:db"}, {"network_mode": "container:db"}),
    ({"restart": False}, {"restart": "no"}),
    ({"restart": "no"}, {"restart": "no"}),
    ({"restart": "on-failure:0"}, {"restart": "on-failure"}),
    ({"restart": "on-failure:00"}, {"restart": "on-failure"}),
    ({"restart": "on-failure:03"}, {"restart": "on-failure:3"}),
    ({"memory": "9007199254740993"}, {"memory": 9007199254740993}),
    ({"memory": "0.1g"}, {"memory": 107374182}),
    ({"memory": "1.5g", "memory_swap": -1}, {"memory": 1610612736, "memory_swap": -1}),
    ({"memory": "256MB"}, {"memory": 268435456}),
    ({"cpus": "0.25"}, {"cpus": 250000000}),
    ({"shm_size": 1024}, {"shm_size": 1024}),
    ({"ulimits": "nofile=1:2,nproc=3"}, {"ulimits": {"nofile": "1:2", "nproc": "3:3"}}),
    ({"cap_add": "sys_time,CAP_CHOWN"}, {"cap_add": ["CHOWN", "SYS_TIME"]}),
    ({"group_add": [5, "audio"]}, {"group_add": ["5", "audio"]}),
    ({"tty": "on", "stdin_open": False}, {"tty": True, "stdin_open": False}),
    ({"extra_hosts": "a:192.0.2.1,b=::1"}, {"extra_hosts": ["a:192.0.2.1", "b:::1"]}),
    ({"privileged": "off", "init": True}, {"privileged": False, "init": True}),
    ({"stop_timeout": "1m30s"}, {"stop_timeout": 90}),
    (
        {"healthcheck": {"test": ["curl", "x"], "timeout": "1.5s", "retries": "3"}},
        {"healthcheck": {"test": ["CMD", "curl", "x"], "timeout": 1500000000, "retries": 3}},
    ),
    (
        {"healthcheck": {"test": "x", "interval": "1500us", "timeout": "2000000ns"}},
        {"healthcheck": {**CHECKED, "interval": 1500000, "timeout": 2000000}},
    ),
    ({"healthcheck": {"disable": "true", "test": "x"}}, {"healthcheck": {"test": ["NONE"]}}),
    ({"healthcheck": ["NONE"]}, {"healthcheck": {"test": ["NONE"]}}),
    ({"healthcheck": ["CMD-SHELL", "a b"]}, {"healthcheck": {"test": ["CMD-SHELL", "a b"]}}),
    ({"healthcheck": ["CMD", "a", ""]}, {"healthcheck": {"test": ["CMD", "a", ""]}}),
    (
        {"healthcheck": {"test": "x", "interval": "1ms"}},
        {"healthcheck": {**CHECKED, "interval": 1000000}},
    ),
    ({"healthcheck": {"test": "x", "interval": "0s", "retries": 0}}, {"healthcheck": CHECKED}),
    (
        {"healthcheck": {"test": "NONEXISTENT"}},
        {"healthcheck": {"test": ["CMD-SHELL", "NONEXISTENT"]}},
    ),
]


@pytest.mark.parametrize(("attributes", "settings"), UNDERSTOOD)
def test_understood(attributes: dict[str, Any], settings: dict[str, Any]) -> None:
    parsed = parse(attributes).settings.chosen()
    found = {name: label.plain(value) for name, value in parsed.items()}
    assert json.loads(json.dumps(found)) == {"image": "x:latest", **settings}


def test_every_attribute_has_its_place() -> None:
    parsed = {*SETTINGS, *spec.HANDLING, "network", "mounts", "gpus", "container"}
    assert parsed == {*TYPE.options, "scope", "stack_id", "resource"}
    fields = {*Settings.__dataclass_fields__, *ContainerSpec.__dataclass_fields__}
    assert fields == {*SETTINGS, *spec.HANDLING, "name", "settings"}
