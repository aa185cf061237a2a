# SPDX-License-Identifier: GPL-3.0-or-later
"""What the label of a container stores, and how it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import SETTINGS
from tests.unit.module_utils.types.container.specs import parse

LIVE = {name for name, setting in SETTINGS.items() if setting.is_live}


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
