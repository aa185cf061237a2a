# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes to specs: what is accepted, what is rejected, and what the label stores."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.descriptor import TYPE
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import (
    SETTINGS,
    Settings,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.spec import ContainerSpec

CHECKED = {"test": ["CMD-SHELL", "x"]}
LIVE = {name for name, setting in SETTINGS.items() if setting.is_live}
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
    ({"network_mode": "container:app"}, {"network_mode": "container:app"}),
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


_LONG = "9" * 400
_ENDLESS = "9" * 5000
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"memory": _LONG}, "is too large"),
    ({"memory": _ENDLESS}, "is too large"),
    ({"memory": "8388608t"}, "is too large"),
    ({"shm_size": f"{_LONG}g"}, "is too large"),
    ({"stop_timeout": _LONG}, "is too long"),
    ({"health_timeout": _LONG}, "is too long"),
    ({"healthcheck": {"test": "x", "interval": "999999999h"}}, "is too long"),
    ({"pids_limit": _ENDLESS}, "pids_limit"),
    ({"ports": f"{_ENDLESS}:80"}, "invalid port"),
    ({"ports": f"80:{_ENDLESS}"}, "invalid port"),
    ({"user": _ENDLESS}, "invalid user"),
    ({"user": "-1"}, "invalid user"),
    ({"user": "app:-1"}, "invalid user"),
    ({"ulimits": {"nofile": 10**30}}, "invalid limit"),
    ({"restart": "on-failure:2147483648"}, "restart"),
    ({"restart": f"on-failure:{_ENDLESS}"}, "restart"),
    ({"container": ""}, "not a container name"),
    ({"container": "a b"}, "not a container name"),
    ({"pre_stop": "echo 'x"}, "cannot be split into words"),
    ({"pre_stop_on": "host"}, "pre_stop_on requires pre_stop; set both"),
    ({"pre_stop_failure": "warning"}, "pre_stop_failure requires pre_stop"),
    ({"pre_stop": "x", "pre_stop_on": "moon"}, "pre_stop_on: 'moon' is not one of container, host"),
    ({"drain_time": "soon"}, "drain_time: 'soon' is not a duration"),
    ({"update": "rolling"}, "update: 'rolling' is not one of stop-first, start-first"),
    ({"container": "a.vigo-old"}, "reserved for replacements; choose another one"),
    ({"image": ""}, "image is missing"),
    ({"image": "Redis"}, "invalid image reference"),
    ({"image": "redis:"}, "invalid image reference"),
    ({"image": "redis@sha256:1"}, "malformed digest"),
    ({"imgae": "redis"}, "did you mean 'image'"),
    ({"links": "db:store"}, "unknown attribute 'links'; not supported: use networks, in which"),
    ({"mem_limit": "1g"}, "unknown attribute 'mem_limit'; did you mean 'memory'?"),
    ({"xyzzy": 1}, "unknown attribute 'xyzzy'; see `ansible-doc vigo.bridge.container`"),
    ({"state": "started"}, "not one of running, stopped, absent"),
    ({"pull": "newer"}, "not one of missing, always, never"),
    ({"command": "echo 'a"}, "No closing quotation; close the quote, or write a list"),
    ({"entrypoint": []}, "there is no command to run"),
    ({"platform": "linux amd64"}, "invalid platform"),
    ({"platform": "linux/arm64/v8/x"}, "invalid platform"),
    ({"platform": "linux/"}, "invalid platform"),
    ({"env": "A"}, "is not NAME=VALUE"),
    ({"ports": "80:80:80:80"}, "invalid port"),
    ({"ports": "0"}, "1 to 65535"),
    ({"ports": "80:0"}, "1 to 65535"),
    ({"ports": "0-1:80-81"}, "1 to 65535"),
    ({"ports": "70000:80"}, "1 to 65535"),
    ({"ports": "80-81:80-82"}, "have different lengths"),
    ({"ports": "82-80"}, "the lower one first"),
    ({"ports": "80/icmp"}, "invalid port"),
    ({"volumes": "./a:/b"}, "relative paths are not allowed"),
    ({"volumes": "a:b"}, "not an absolute path in the container: write it with a leading /"),
    ({"volumes": "a:/b:rx"}, "unknown option 'rx'"),
    ({"volumes": ["a:/b", "c:/b"]}, "duplicate entry for /b; keep one of them"),
    ({"networks": {"a": {"alias": "b"}}}, "unknown option 'alias'"),
    (
        {"networks": {"a": {"ipv4_address": "10.0.0"}}},
        "not a valid address; write one such as 172.20.0.5",
    ),
    ({"networks": {"a": {"ipv6_address": "10.0.0.1"}}}, "is not a valid address"),
    ({"network": "a", "network_mode": "host"}, "cannot be combined"),
    ({"network_mode": "service:a"}, "is not bridge, host"),
    ({"restart": "sometimes"}, "is not no, always"),
    (
        {"restart": "always", "expect": "exited"},
        "restart: always: otherwise the engine restarts it",
    ),
    ({"memory": "much"}, "is not a size"),
    ({"memory_swap": "1g"}, "requires memory; set both"),
    ({"memory": "2g", "memory_swap": "1g"}, "cannot be less than memory"),
    ({"cpus": "-1"}, "not a number of CPUs"),
    ({"pids_limit": "many"}, "not an integer"),
    ({"pids_limit": float("inf")}, "not an integer"),
    ({"cpu_shares": "1_000"}, "not an integer"),
    ({"networks": {"n": "front"}}, "networks: n: expected a mapping; write n: {aliases: [NAME]}"),
    ({"networks": {"n": 5}}, "networks: n: expected a mapping"),
    ({"init": "maybe"}, "neither true nor false"),
    ({"devices": "null"}, "invalid device"),
    ({"extra_hosts": "db"}, "is not NAME:ADDRESS"),
    ({"health_timeout": "soon"}, "not a duration"),
    ({"healthcheck": {"cmd": "x"}}, "unknown option 'cmd'"),
    ({"healthcheck": False}, "is not a healthcheck; write"),
    ({"healthcheck": {"test": "x", "interval": "0.5ms"}}, "interval: '0.5ms' is out of range"),
    ({"healthcheck": {"test": "x", "timeout": "0.0000000001s"}}, "expected 1ms or more"),
    ({"healthcheck": {"test": "x", "timeout": "9999999h"}}, "is too long"),
    ({"healthcheck": {"test": "x", "start_period": "-1s"}}, "not a duration"),
    ({"healthcheck": {"test": "x", "retries": -1}}, "expected 1 to 2147483647"),
    ({"healthcheck": {"test": "x", "retries": "3.5"}}, "not an integer"),
    ({"healthcheck": {"test": "x", "retries": 1 << 31}}, "out of range"),
    ({"labels": "vigo.bridge.spec=x"}, "is reserved; choose another name"),
    # What engines would refuse late, or change silently.
    ({"restart": "on-failure:3", "expect": "exited"}, "the first exit code is the result"),
    ({"stop_signal": "SIGTREM"}, "unknown signal 'SIGTREM'; did you mean SIGTERM?"),
    ({"cap_add": "NET_ADMINN"}, "unknown capability 'NET_ADMINN'; did you mean 'NET_ADMIN'?"),
    ({"cap_drop": ["CAP_FLY"]}, "cap_drop: unknown capability 'CAP_FLY'"),
    ({"stop_signal": "0"}, "write SIGTERM, TERM or 15"),
    ({"stop_signal": 65}, "unknown signal '65'"),
    ({"stop_signal": "RTMAX-31"}, "unknown signal"),
    ({"stop_timeout": "500ms"}, "expected whole seconds"),
    ({"stop_timeout": "1.5"}, "expected whole seconds"),
    ({"stop_timeout": "9999999h"}, "is too long"),
    ({"workdir": "app"}, "workdir: 'app' is not an absolute path"),
    ({"user": "a b"}, "invalid user"),
    ({"user": "a:"}, "invalid user"),
    ({"user": ":a"}, "invalid user"),
    ({"user": "a:b:c"}, "invalid user"),
    ({"user": "4294967295"}, "invalid user"),
    ({"hostname": "a b"}, "hostname: invalid name"),
    ({"hostname": "a" * 65}, "hostname: invalid name"),
    ({"hostname": "-a"}, "hostname: invalid name"),
    ({"domainname": "a/b"}, "domainname: invalid name"),
    ({"volumes": "data:/"}, "volumes: '/' is the container's root"),
    ({"volumes": "data://"}, "is the container's root"),
    ({"volumes": "/a:/x/.."}, "is the container's root"),
    ({"volumes": "/"}, "is the container's root"),
    ({"volumes": ["/a:/b", "/c://b/"]}, "duplicate entry for /b"),
    ({"volumes": "/a:/b:ro,rw"}, "ro and rw are mutually exclusive"),
    ({"volumes": "/a:/b:z,Z"}, "Z and z are mutually exclusive"),
    ({"volumes": "/a:/b:shared,rslave"}, "rslave and shared are mutually exclusive"),
    ({"volumes": "/a:/b:nocopy"}, "nocopy is for volumes"),
    ({"volumes": "data:/b:rslave"}, "rslave is for paths of the host"),
    ({"volumes": ["type=npipe,source=a,target=/b"]}, "volumes: type npipe is not supported; it is"),
    ({"volumes": [{"type": "cluster", "target": "/b"}]}, "it is for Swarm; use type: volume"),
    ({"volumes": [{"type": "bin", "target": "/b"}]}, "unknown type 'bin'; did you mean 'bind'?"),
    ({"volumes": [{"type": "bind", "target": "/b"}]}, "a mount of type bind needs a source"),
    ({"volumes": [{"type": "bind", "source": "a", "target": "/b"}]}, "'a' is not an absolute path"),
    (
        {"volumes": [{"source": "/a", "target": "/b"}]},
        "'/a' is not a volume name; for a path, write",
    ),
    ({"volumes": [{"source": "a"}]}, "a mount needs a target"),
    ({"mounts": [{"source": "a", "traget": "/b"}]}, "unknown key 'traget'; did you mean 'target'?"),
    ({"mounts": [{"type": "tmpfs", "source": "a", "target": "/b"}]}, "a tmpfs has no source"),
    ({"mounts": [{"target": "/b", "bind": {}}]}, "bind has options of another type than volume"),
    ({"mounts": [{"target": "/b", "volume": "x"}]}, "mounts: /b: volume: expected a mapping"),
    ({"mounts": [{"target": "/b", "volume": {"sub": "x"}}]}, "unknown key 'sub'; did you mean"),
    ({"mounts": [{"target": "/b", "subpath": "x"}]}, "subpath requires a volume with a name"),
    ({"mounts": [{"source": "a", "target": "/b", "subpath": "/x"}]}, "subpath: invalid path '/x'"),
    ({"mounts": [{"source": "a", "target": "/b", "subpath": "../x"}]}, "invalid path '../x'"),
    ({"mounts": [{"target": "/b", "consistency": "no"}]}, "consistency: invalid value 'no'"),
    ({"mounts": [{"target": "/b", "read_only": "x"}]}, "read_only: 'x' is neither true nor false"),
    ({"mounts": ["type=tmpfs,target=/b,tmpfs-mode=rwx"]}, "tmpfs-mode: invalid mode 'rwx'"),
    ({"mounts": ["type=tmpfs,target=/b,tmpfs-size=much"]}, "tmpfs-size: 'much' is not a size"),
    ({"mounts": ["type=volume,target=/b,oops"]}, "'oops' is not NAME=VALUE"),
    ({"mounts": ['type=volume,target=/b,"x']}, "cannot be split at its commas"),
    ({"mounts": ["type=bind,source=/a,target=/b,bind-recursive=readonly"]}, "requires read_only"),
    (
        {"mounts": ["type=bind,source=/a,target=/b,ro,bind-recursive=readonly,propagation=slave"]},
        "recursive: readonly requires propagation: rprivate; remove slave",
    ),
    (
        {"mounts": ["type=bind,source=/a,target=/b,bind-recursive=disabled,bind-selinux=z"]},
        "recursive cannot be combined with selinux",
    ),
    ({"mounts": ["/a:/b"], "volumes": ["c:/b"]}, "volumes: duplicate entry for /b"),
    (
        {"mounts": [{"type": "tmpfs", "target": "/b"}], "tmpfs": "/b"},
        "tmpfs: /b is also in volumes",
    ),
    ({"gpus": "none"}, "gpus: invalid count 'none'; write all, or 1 or more"),
    ({"gpus": 0}, "gpus: invalid count '0'"),
    ({"gpus": [{"count": 1, "device_ids": [0]}]}, "count and device_ids are mutually exclusive"),
    ({"gpus": [{"counts": 1}]}, "unknown key 'counts'; did you mean 'count'?"),
    ({"gpus": [{"options": "x"}]}, "gpus: options: 'x' is not NAME=VALUE"),
    ({"gpus": "{x"}, "is not valid JSON"),
    ({"device_requests": [{"count": 1}]}, "a request needs capabilities or a driver"),
    ({"device_requests": [{"driver": "cdi", "device_ids": "a.b/c=d"}]}, "write their names in dev"),
    ({"devices": "nvidia.com/gpu"}, "or a CDI name VENDOR/CLASS=NAME"),
    ({"tmpfs": "/"}, "tmpfs: '/' is the container's root"),
    ({"tmpfs": "run"}, "tmpfs: 'run' is not an absolute path"),
    ({"tmpfs": ["/a", "/a/:size=1m"]}, "tmpfs: duplicate entry for /a"),
    ({"tmpfs": "/a:sise=1m"}, "tmpfs: /a: unknown option 'sise=1m'"),
    ({"tmpfs": "/a:size"}, "unknown option 'size'"),
    ({"tmpfs": "/a:size=much"}, "unknown option 'size=much'"),
    ({"tmpfs": "/a:mode=rwx"}, "unknown option 'mode=rwx'"),
    ({"networks": {"bridge": {"aliases": "a"}}}, "is a built-in network of the engine"),
    ({"networks": {"host": {"ipv4_address": "192.0.2.1"}}}, "is a built-in network of the engine"),
    ({"networks": "host,n"}, "host cannot be combined with other networks"),
    ({"network": "n", "networks": ["none"]}, "none cannot be combined with other networks"),
    ({"tmpfs": "/a:noexec=1"}, "unknown option 'noexec=1'"),
    ({"tmpfs": "/a", "volumes": "data:/a/"}, "tmpfs: /a is also in volumes"),
    ({"devices": "/dev/a:b"}, "invalid device"),
    ({"devices": "/dev/a:"}, "invalid device"),
    ({"devices": ["/dev/a:/dev/x", "/dev/b:/dev/x"]}, "duplicate entry for /dev/x"),
    ({"ports": ["80:80", "80:81"]}, "80:80 and 80:81 publish the same host port"),
    ({"ports": ["127.0.0.1:80:80", "80:81"]}, "publish the same host port"),
    ({"ports": ["8000-8002:80-82", "8001:9"]}, "publish the same host port"),
    ({"ports": "::1:8080:80"}, "an IPv6 address is written in brackets: [::1]:8080:80"),
    ({"ports": "2001:db8::7::53/udp"}, "in brackets: [2001:db8::7]::53/udp"),
    ({"ports": "999.0.0.1:80:80"}, "invalid IP address '999.0.0.1'"),
    ({"ports": "[::g]:80:80"}, "invalid port"),
    ({"ports": "[1::2::3]:80:80"}, "invalid IP address"),
    ({"dns": "dns.example.com"}, "invalid IP address 'dns.example.com'"),
    ({"dns": ["192.0.2.300"]}, "invalid IP address"),
    ({"extra_hosts": "db:192.0.2"}, "extra_hosts: db: invalid IP address '192.0.2'"),
    ({"extra_hosts": {"a b": "::1"}}, "invalid host name 'a b'"),
    ({"extra_hosts": {"": "::1"}}, "invalid host name ''"),
    ({"extra_hosts": {"db": ""}}, "invalid IP address ''"),
    ({"extra_hosts": [":192.0.2.1"]}, "is not NAME:ADDRESS"),
    ({"memory": "5m"}, "memory: '5m' is too small: expected 6m or more"),
    ({"memory": -1}, "is too small"),
    ({"memory": "99999999t"}, "is too large"),
    ({"memory": 0, "memory_swap": "1g"}, "memory_swap requires memory"),
    ({"memory": "64m", "memory_swap": 0}, "cannot be less than memory"),
    ({"memory_reservation": "1m"}, "is too small: expected 6m or more"),
    ({"memory": "64m", "memory_reservation": "65m"}, "memory_reservation cannot be more than"),
    ({"memory": "64m", "memory_swap": "endless"}, "memory_swap: 'endless' is not a size"),
    ({"memory_swappiness": 101}, "memory_swappiness: 101 is out of range: expected -1 to 100"),
    ({"oom_score_adj": -1001}, "oom_score_adj: -1001 is out of range: expected -1000 to 1000"),
    ({"oom_kill_disable": "maybe"}, "oom_kill_disable: 'maybe' is neither true nor false"),
    ({"cpu_quota": 999}, "cpu_quota: 999 is out of range: expected 1000 to"),
    ({"cpu_quota": -2}, "cpu_quota: -2 is out of range"),
    ({"cpu_period": 999}, "expected 1000 to 1000000 microseconds"),
    ({"cpu_period": 1000001}, "expected 1000 to 1000000 microseconds"),
    ({"cpus": 1, "cpu_quota": 50000}, "cpu_quota cannot be combined with cpus; keep one"),
    ({"cpus": 1, "cpu_period": 50000}, "cpu_period cannot be combined with cpus; keep one"),
    ({"cpuset_cpus": "a"}, "cpuset_cpus: 'a' is not a number or a range; write 0, 0-3 or 0,2-3"),
    ({"cpuset_cpus": "3-1"}, "cpuset_cpus: '3-1' is not a number or a range"),
    ({"cpuset_mems": "-1"}, "cpuset_mems: '-1' is not a number or a range"),
    ({"cpuset_cpus": _ENDLESS}, "is not a number or a range"),
    ({"blkio_weight": 5}, "blkio_weight: 5 is out of range: expected 10 to 1000"),
    ({"blkio_weight_device": "/dev/sda:5"}, "blkio_weight_device: /dev/sda: 5 is out of range"),
    ({"blkio_weight_device": "sda:50"}, "invalid device 'sda'; write its path and the weight"),
    ({"device_read_bps": "/dev/sda"}, "invalid device ''; write its path and the rate"),
    ({"device_read_bps": {"/dev/sda": 0}}, "invalid rate '0': expected bytes per second"),
    ({"device_read_bps": {"/dev/sda": -1}}, "invalid rate '-1': expected bytes per second"),
    ({"device_read_bps": "/dev/a:1,/dev/a:2"}, "device_read_bps: /dev/a is written twice"),
    ({"device_read_bps": [{"path": "/dev/a"}]}, "expected a mapping with path and rate"),
    ({"device_write_iops": "/dev/a:0"}, "invalid rate '0': expected operations per second"),
    ({"device_write_iops": "/dev/a:1m"}, "device_write_iops: /dev/a: '1m' is not an integer"),
    ({"shm_size": -1}, "shm_size: invalid size '-1'"),
    ({"cpus": 0.001}, "not a number of CPUs"),
    ({"cpu_shares": -2}, "expected 2 to 262144"),
    ({"cpu_shares": 1}, "expected 2 to 262144"),
    ({"pids_limit": -2}, "expected 1 to 2147483647, or -1"),
    ({"ulimits": {"nofile": "2:1"}}, "ulimits: nofile: invalid limit 2:1"),
    ({"ulimits": {"nofile": "-1:1"}}, "invalid limit -1:1"),
    ({"ulimits": {"nofile": -2}}, "invalid limit -2:-2"),
    ({"ulimits": {"nofile": {"soft": 1}}}, "a mapping with soft and hard"),
    ({"ulimits": {"nofiles": 1}}, "unknown limit 'nofiles'; did you mean 'nofile'?"),
    ({"ulimits": {"nofile": 1, "RLIMIT_NOFILE": 2}}, "is written twice"),
    ({"sysctls": "vm.swappiness=1"}, "is a setting of the whole host"),
    ({"sysctls": "net.=1"}, "is a setting of the whole host"),
    ({"sysctls": "net.a=1", "network_mode": "host"}, "which network_mode: host shares"),
    ({"sysctls": "net.a=1", "network_mode": "container:b"}, "which network_mode: container:b"),
    ({"sysctls": "kernel.sem=1", "ipc": "host"}, "which ipc: host shares"),
    ({"ipc": "shared"}, "ipc: 'shared' is not none, private, shareable, host or container:NAME"),
    ({"ipc": "container:"}, "or container:NAME"),
    ({"uts": "container:x"}, "uts: 'container:x' is not private or host; remove it"),
    ({"cgroupns": "shared"}, "cgroupns: 'shared' is not private or host"),
    ({"userns_mode": "keepid"}, "userns_mode: 'keepid' is not host, private, nomap, keep-id or"),
    ({"uts": "host", "hostname": "a"}, "hostname cannot be combined with uts: host"),
    ({"device_cgroup_rules": "c 1:3"}, "device_cgroup_rules: invalid rule 'c 1:3'; write TYPE"),
    ({"device_cgroup_rules": "d 1:3 r"}, "invalid rule 'd 1:3 r'"),
    ({"device_cgroup_rules": "c 1:3 rr"}, "invalid rule 'c 1:3 rr'"),
    ({"annotations": "a"}, "annotations: 'a' is not NAME=VALUE"),
    ({"storage_opt": ["size"]}, "storage_opt: 'size' is not NAME=VALUE"),
    (
        {"expose": "80:80"},
        "expose: invalid port '80:80'; write a port of the container: 80, 53/udp",
    ),
    ({"expose": "81-80"}, "expose: '81-80': expected ports from 1 to 65535, the lower one first"),
    ({"expose": 0}, "expose: '0': expected ports from 1 to 65535"),
    ({"network_mode": "container:b", "expose": 80}, "expose cannot be combined with"),
    ({"network_mode": "container:b", "publish_all": True}, "publish_all cannot be combined with"),
    ({"volumes_from": "a:b"}, "volumes_from: invalid container 'a:b'; write its name, NAME or"),
    ({"volumes_from": "a,a:ro"}, "volumes_from: a is written twice; keep one"),
    (
        {"mac_address": "02:42"},
        "mac_address: '02:42' is not a MAC address; write 02:42:ac:11:00:02",
    ),
    ({"mac_address": "01:00:5e:00:00:01"}, "is the address of a group; choose one whose second"),
    ({"mac_address": "02:42:ac:11:00:02", "network_mode": "host"}, "with network_mode: host"),
    ({"mac_address": "02:42:ac:11:00:02", "network_mode": "container:b"}, "cannot be combined"),
    (
        {
            "mac_address": "02:42:ac:11:00:02",
            "networks": {"n": {"mac_address": "02:42:ac:11:00:03"}},
        },
        "mac_address: n has another one, 02:42:ac:11:00:03; keep one",
    ),
    ({"networks": {"n": {"mac_address": "x"}}}, "networks: n: mac_address: 'x' is not a MAC"),
    (
        {"networks": {"n": {"gw_priority": "high"}}},
        "networks: n: gw_priority: 'high' is not an int",
    ),
    ({"networks": {"n": {"link_local_ips": "10.0.0.1"}}}, "'10.0.0.1' is not a link-local address"),
    ({"networks": {"n": {"driver_opts": "a"}}}, "networks: n: driver_opts: 'a' is not NAME=VALUE"),
    ({"pid": "private"}, "pid: 'private' is not host or container:NAME; remove it"),
    ({"network_mode": "container:b", "ports": "80:80"}, "ports cannot be combined with"),
    ({"network_mode": "container:b", "hostname": "a"}, "hostname cannot be combined with"),
    ({"network_mode": "container:b", "dns": "::1"}, "dns cannot be combined with"),
    ({"network_mode": "container:b", "extra_hosts": "a:::1"}, "extra_hosts cannot be combined"),
    ({"env": {"": "x"}}, "env: invalid name ''"),
    ({"env": {"A=B": "x"}}, "env: invalid name 'A=B'"),
    ({"env": ["=x"]}, "env: invalid name ''"),
    ({"registry_username": "me"}, "must be given together"),
]


#: Tests of healthchecks that make engines crash, or never pass, and a part of the error.
NO_TESTS: list[tuple[Any, str]] = [
    (["CMD"], "has no command; write a shell command, [CMD, PROGRAM, ARGUMENT], or disable"),
    (["CMD", ""], "has no command"),
    (["CMD", "  ", "x"], "has no command"),
    (["CMD-SHELL"], "has no command"),
    (["CMD-SHELL", ""], "has no command"),
    (["CMD-SHELL", " "], "has no command"),
    (["CMD-SHELL", "curl", "x"], "has more than one string after CMD-SHELL"),
    (["NONE", "x"], "has arguments after NONE"),
    (["NONE", ""], "has arguments after NONE"),
    ([""], "has no command"),
    (["cmd", "x"], "write CMD in capital letters"),
    (["none"], "write NONE in capital letters"),
    (["Cmd-Shell", "x"], "write CMD-SHELL in capital letters"),
    ("NONE", "is run by a shell, and NONE is not a shell command; write"),
    ("none", "is run by a shell"),
    ("CMD curl x", "is run by a shell, and CMD is not a shell command"),
    ("CMD-SHELL curl x", "is run by a shell"),
    ("CMD", "is run by a shell"),
    ("  ", "has no command"),
]


@pytest.mark.parametrize(("test", "message"), NO_TESTS)
def test_no_test_of_a_healthcheck(test: Any, message: str) -> None:
    for healthcheck in ({"test": test}, {"test": test, "interval": "5s"}, test):
        if healthcheck == "  ":
            continue  # An attribute of blanks is not set.
        with pytest.raises(ResourceError) as raised:
            parse({"healthcheck": healthcheck})
        assert message in raised.value.message
        assert raised.value.message.startswith("healthcheck.test: ")


@pytest.mark.parametrize(("attributes", "message"), REFUSED)
def test_refused(attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse(attributes)
    assert message in raised.value.message


def test_every_attribute_has_its_place() -> None:
    parsed = {*SETTINGS, *spec.HANDLING, "network", "mounts", "gpus", "container"}
    assert parsed == {*TYPE.options, "scope", "stack_id", "resource"}
    fields = {*Settings.__dataclass_fields__, *ContainerSpec.__dataclass_fields__}
    assert fields == {*SETTINGS, *spec.HANDLING, "name", "settings"}


def test_the_label_is_read_back() -> None:
    settings = parse({"env": "A=secret:p", "memory": "64m", "ports": "80"}).settings
    recorded = label.decode(label.encode(settings))
    assert recorded is not None
    assert recorded.fields == {"image": "x:latest", "env": {"A": "secret:p"}, "ports": ["80"]}


@pytest.mark.parametrize("value", [5, "x", [5], [None], [["a"]], {"a": 5}, {"a": []}, {"a": {}}])
def test_a_label_that_others_wrote(value: Any) -> None:
    """What cannot be read counts as not set; nothing raises."""
    for name in set(SETTINGS) - LIVE:
        others = {"addresses": value, "variables": value}
        text = json.dumps({"version": 1, "set": {name: value}, **others})
        recorded = label.decode(text)
        assert recorded is not None
        if not recorded.fields:
            assert recorded.holds(name, None)


def test_a_long_label_becomes_hashes() -> None:
    settings = parse({"env": {"A": "x" * 40000}, "user": "u"}).settings
    text = label.encode(settings)
    assert len(text) < 1000
    recorded = label.decode(text)
    assert recorded is not None
    for name in ("env", "user"):
        assert recorded.holds(name, getattr(settings, name))
    other = parse({"env": {"A": "y" * 40000}, "user": "u"}).settings
    assert not recorded.holds("env", other.env)
    assert recorded.holds("user", other.user)


def test_only_what_is_long_becomes_a_hash() -> None:
    settings = parse({"env": {"A": "x" * 40000}, "volumes": "data:/data"}).settings
    recorded = label.decode(label.encode(settings))
    assert recorded is not None
    assert recorded.hashed == {"env"}
    assert recorded.fields["volumes"] == ["data:/data"]


#: What is set, the variables of its files (None: not known), the names that the label lists.
LISTED: list[tuple[dict[str, Any], list[str] | None, set[str] | None]] = [
    ({"env": "A=1"}, [], None),
    ({"env": "A=1"}, None, None),
    ({"env_file": "/e"}, None, None),
    ({"env_file": "/e"}, [], set()),
    ({"env_file": "/e", "env": "A=1"}, ["B", "http_proxy"], {"B", "http_proxy"}),
    ({"env": {"A": "x" * 40000, "no_proxy": "x"}}, [], {"A", "no_proxy"}),
    ({"env": {"A": "x" * 40000}, "env_file": "/e"}, ["B"], {"A", "B"}),
    ({"env": {"A": "x" * 40000}, "env_file": "/e"}, None, None),
    ({"env_file": "/e"}, ["B" * 40000], None),
    ({"user": "u" * 40000, "env": "A=1"}, [], None),
]


@pytest.mark.parametrize(("attributes", "file_env", "listed"), LISTED)
def test_the_label_lists_the_names_of_variables_that_its_fields_do_not_show(
    attributes: dict[str, Any], file_env: list[str] | None, listed: set[str] | None
) -> None:
    text = label.encode(parse(attributes).settings, file_env)
    assert len(text) <= label.LIMIT
    recorded = label.decode(text)
    assert recorded is not None
    assert recorded.variables == listed


#: The label as the first version of it writes every field. Rows are added and never changed:
#: containers that carry it would all be recreated.
VERSION_1: list[tuple[dict[str, Any], str]] = [
    ({"image": "docker.io/library/redis"}, '"image":"redis:latest"'),
    ({"command": "a 'b c'"}, '"command":["a","b c"]'),
    ({"entrypoint": "sh -c"}, '"entrypoint":["sh","-c"]'),
    ({"env": "B=ü,A=secret:p"}, '"env":{"A":"secret:p","B":"ü"}'),
    (
        {"device_requests": {"capabilities": "gpu", "count": 2}},
        r'"device_requests":["{\"capabilities\": [[\"gpu\"]], \"count\": 2}"]',
    ),
    (
        {"device_requests": {"driver": "x"}},
        r'"device_requests":["{\"count\": -1, \"driver\": \"x\"}"]',
    ),
    ({"runtime": "nvidia"}, '"runtime":"nvidia"'),
    ({"env_file": "/b,/a"}, '"env_file":["/b","/a"]'),
    ({"user": 5}, '"user":"5"'),
    ({"workdir": "/a"}, '"workdir":"/a"'),
    ({"group_add": "b,5"}, '"group_add":["5","b"]'),
    ({"init": "yes"}, '"init":true'),
    ({"tty": "yes", "stdin_open": True}, '"stdin_open":true,"tty":true'),
    ({"stop_signal": "INT"}, '"stop_signal":"INT"'),
    ({"stop_timeout": "1m"}, '"stop_timeout":60'),
    (
        {"healthcheck": {"test": "x", "interval": "1s", "retries": "2"}},
        '"healthcheck":{"interval":1000000000,"retries":2,"test":["CMD-SHELL","x"]}',
    ),
    (
        {"healthcheck": ["CMD", "x", "secret:p"]},
        '"healthcheck":{"test":["CMD","x","secret:p"]}',
    ),
    (
        {"healthcheck": {"start_period": "1s", "start_interval": "2s"}},
        '"healthcheck":{"startinterval":2000000000,"startperiod":1000000000}',
    ),
    ({"platform": "Linux/aarch64"}, '"platform":"linux/arm64"'),
    ({"labels": "a=1"}, '"labels":{"a":"1"}'),
    ({"ports": "80:80,127.0.0.1::53/udp"}, '"ports":["127.0.0.1::53/udp","80:80"]'),
    ({"volumes": "/h:/b:z,ro,v:/a"}, '"volumes":["v:/a","/h:/b:ro,z"]'),
    ({"tmpfs": "/t:size=1m,mode=700"}, '"tmpfs":{"/t":"mode=700,size=1m"}'),
    ({"devices": "/dev/a"}, '"devices":["/dev/a:/dev/a:rwm"]'),
    ({"hostname": "h", "domainname": "d"}, '"domainname":"d","hostname":"h"'),
    ({"dns": "::2,::1"}, '"dns":["::2","::1"]'),
    ({"dns_search": "b,a"}, '"dns_search":["b","a"]'),
    ({"dns_opt": "ndots:2,rotate"}, '"dns_opt":["ndots:2","rotate"]'),
    ({"extra_hosts": {"b": "::2", "a": "::1"}}, '"extra_hosts":["a:::1","b:::2"]'),
    (
        {"ulimits": {"nproc": 1, "core": {"soft": 1, "hard": 2}}},
        '"ulimits":{"core":"1:2","nproc":"1:1"}',
    ),
    ({"shm_size": "1m"}, '"shm_size":1048576'),
    ({"cap_add": "cap_kill,bpf", "cap_drop": "all"}, '"cap_add":["BPF","KILL"],"cap_drop":["ALL"]'),
    ({"privileged": True, "read_only": "no"}, '"privileged":true,"read_only":false'),
    ({"security_opt": "b,a"}, '"security_opt":["b","a"]'),
    ({"sysctls": "net.b=1"}, '"sysctls":{"net.b":"1"}'),
    ({"ipc": "host", "pid": "host"}, '"ipc":"host","pid":"host"'),
    ({"log_driver": "none", "log_opts": "a=1"}, '"log_driver":"none","log_opts":{"a":"1"}'),
    (
        {"memory_swappiness": 0, "oom_kill_disable": True, "oom_score_adj": "500"},
        '"memory_swappiness":0,"oom_kill_disable":true,"oom_score_adj":500',
    ),
    (
        {"blkio_weight": "300", "blkio_weight_device": "/dev/b:200,/dev/a:100"},
        '"blkio_weight":300,"blkio_weight_device":{"/dev/a":100,"/dev/b":200}',
    ),
    (
        {"device_read_bps": "/dev/a:1m", "device_write_bps": {"/dev/a": 5}},
        '"device_read_bps":{"/dev/a":1048576},"device_write_bps":{"/dev/a":5}',
    ),
    (
        {"device_read_iops": "/dev/a:1", "device_write_iops": [{"path": "/dev/a", "rate": 5}]},
        '"device_read_iops":{"/dev/a":1},"device_write_iops":{"/dev/a":5}',
    ),
    (
        {"uts": "host", "userns_mode": "host", "cgroupns": "private", "cgroup_parent": "/web"},
        '"cgroup_parent":"/web","cgroupns":"private"',
    ),
    ({"userns_mode": "keep-id:uid=5", "uts": "private"}, '"userns_mode":"keep-id:uid=5"'),
    ({"device_cgroup_rules": "c 1:3 mr,a *:* r"}, '"device_cgroup_rules":["a *:* r","c 1:3 mr"]'),
    ({"annotations": "a=1", "storage_opt": "size=1G"}, '"storage_opt":{"size":"1G"}'),
    ({"expose": "53/udp,80-81"}, '"expose":["53/udp","80/tcp","81/tcp"]'),
    ({"publish_all": "yes"}, '"publish_all":true'),
    ({"volumes_from": "b:ro,a:rw"}, '"volumes_from":["b:ro","a"]'),
    ({"mac_address": "02:42:AC:11:00:02"}, '"mac_address":"02:42:ac:11:00:02"'),
    # Compared live, so that they may change in place.
    ({"restart": "always", "memory": "64m", "cpus": 1, "network": "n"}, '"image":"x:latest"'),
]


@pytest.mark.parametrize(("attributes", "written"), VERSION_1)
def test_the_label_of_version_1(attributes: dict[str, Any], written: str) -> None:
    text = label.encode(parse(attributes).settings)
    assert text.startswith('{"set":{')
    assert text.endswith('},"version":1}')
    assert written in text
    shown = json.loads(text)["set"]
    assert set(shown) == {"image", *(set(attributes) - {*LIVE, "network"})}


def test_every_field_of_the_label_is_held_fast() -> None:
    held = {name for attributes, _ in VERSION_1 for name in attributes}
    assert set(SETTINGS) - LIVE <= held


def parse(attributes: dict[str, Any]) -> ContainerSpec:
    return spec.parse({"container": "app", "image": "x", **attributes})


#: What two containers cannot have at once: attribute, its values, part of the message.
NOT_AT_ONCE: list[tuple[str, list[Any], str]] = [
    (
        "ports",
        ["8080:80", ["80", "127.0.0.1:9000:90/udp"], "8000-8001:80-81", "[::1]:81:81"],
        "publishes a fixed host port",
    ),
    (
        "networks",
        [{"n": {"ipv4_address": "172.20.0.5"}}, {"m": None, "n": {"ipv6_address": "fd00::5"}}],
        "which only one container can have",
    ),
    (
        "networks",
        [{"n": {"mac_address": "02:42:ac:11:00:02"}}],
        "only one container can have the MAC address 02:42:ac:11:00:02",
    ),
    ("networks", [{"n": {"aliases": ["b", "app"]}}, {"n": {"aliases": "APP"}}], "the alias app"),
    ("hostname", ["app", "App"], "it is the container's name"),
    ("network_mode", ["host", "container:db"], "both containers would use the same ports"),
    ("volumes", ["data:/data", "/srv:/srv", ["/a:/a:ro", "b:/b"]], "set share_volumes: true"),
    ("volumes", ["/data"], "both containers would write to /data"),
    ("volumes_from", ["data", ["data:rw"]], "both containers would write to the volumes of data"),
    ("expect", ["exited"], "serves no requests; remove it, or use update: stop-first"),
]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [(name, value, words) for name, values, words in NOT_AT_ONCE for value in values],
)
def test_start_first_is_refused(name: str, value: Any, message: str) -> None:
    wanted = {"container": "app", "image": "x", name: value}
    with pytest.raises(ResourceError) as raised:
        spec.parse({**wanted, "update": "start-first"})
    error = raised.value
    assert message in error.message
    assert error.message.startswith(f"{name}: not possible with update: start-first: ")
    assert error.message.endswith("or use update: stop-first")
    assert error.place == (name,)
    assert spec.parse(wanted).update == "stop-first"
    if name != "expect":
        assert spec.parse({**wanted, "update": "start-first", "state": "absent"})


@pytest.mark.parametrize(
    "attributes",
    [
        {"ports": ["80", "127.0.0.1::90"]},
        {"networks": {"n": {"aliases": ["web"]}}},
        {"network_mode": "none"},
        {"hostname": "web"},
        {"volumes": ["/a:/a:ro", "b:/b:ro"], "tmpfs": "/tmp"},
        {"volumes": ["/data"], "renew_volumes": True},
        {"volumes": ["/data", "b:/b"], "share_volumes": True},
        {"pre_stop": ["touch", "/down"], "pre_stop_failure": "warning", "drain_time": 3},
        {"state": "stopped"},
    ],
)
def test_start_first_is_possible(attributes: dict[str, Any]) -> None:
    assert spec.parse({"container": "app", "image": "x", "update": "start-first", **attributes})


def test_all_that_stands_in_the_way_is_reported_at_once() -> None:
    wanted = {"update": "start-first", "ports": "80:80", "volumes": "a:/a", "hostname": "app"}
    with pytest.raises(ResourceError) as raised:
        spec.parse({"container": "app", "image": "x", **wanted})
    for name in ("ports: ", "volumes: ", "hostname: "):
        assert name in raised.value.message


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, 0.0),
        ({"update": "start-first"}, 10.0),
        ({"update": "start-first", "drain_time": 0}, 0.0),
    ],
)
def test_the_default_drain_time(given: dict[str, Any], seconds: float) -> None:
    assert parse(given).drain_time == seconds


def test_how_it_is_updated_is_no_setting() -> None:
    """Nothing of it is recorded in the label, so a change of it recreates nothing."""
    plain = {"container": "app", "image": "x"}
    how = {"update": "start-first", "drain_time": 3, "pre_stop": "true", "share_volumes": True}
    assert label.encode(spec.parse({**plain, **how}).settings) == label.encode(
        spec.parse(plain).settings
    )
