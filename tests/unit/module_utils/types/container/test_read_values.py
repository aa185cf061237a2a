# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values of a container that exists, in all forms in which engines report them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import (
    block_io,
    capabilities,
    cpusets,
    device_requests,
    devices,
    healthcheck,
    host_names,
    image_name,
    limits,
    networks,
    ports,
    process,
    restart,
    signals,
)

Attachment = networks.Attachment
Port = ports.Port
DeviceRequest, Healthcheck = device_requests.DeviceRequest, healthcheck.Healthcheck


def rates(entries: Any) -> dict[str, int]:
    return block_io.read("Rate", entries)


#: how a value is read -> what is reported, and what is read
READ: list[tuple[Callable[[Any], Any], list[tuple[Any, Any]]]] = [
    (rates, [(None, {}), ([{"Path": "/dev/a", "Rate": 5}], {"/dev/a": 5})]),
    (
        capabilities.read,
        [(None, ()), (["CAP_SYS_TIME", "net_admin", "ALL"], ("ALL", "NET_ADMIN", "SYS_TIME"))],
    ),
    (cpusets.read, [(None, ""), ("", ""), ("0,1,2,4", "0-2,4"), ("0-1", "0-1"), ("odd", "odd")]),
    (
        devices.read,
        [
            (None, ()),
            ({"Devices": None, "DeviceRequests": None}, ()),
            (
                {
                    "Devices": [
                        {
                            "PathOnHost": "/dev/b",
                            "PathInContainer": "/dev/c",
                            "CgroupPermissions": "rw",
                        },
                        {"PathOnHost": "/dev/a"},
                        {"PathOnHost": "a.b/c=e"},
                    ],
                    "DeviceRequests": [
                        {"Driver": "cdi", "DeviceIDs": ["a.b/c=d"]},
                        {"Driver": "cdi", "DeviceIDs": None},
                        {"Driver": "nvidia", "DeviceIDs": ["1"]},
                    ],
                },
                ("/dev/a:/dev/a:", "/dev/b:/dev/c:rw", "a.b/c=d", "a.b/c=e"),
            ),
        ],
    ),
    (
        device_requests.read,
        [
            (None, ()),
            ([{"Driver": "cdi", "DeviceIDs": ["a.b/c=d"]}], ()),
            ([{}], (DeviceRequest("", 0, (), (), ()),)),
            (
                [
                    {
                        "Driver": "nvidia",
                        "Count": -1,
                        "DeviceIDs": ["1", "0"],
                        "Capabilities": [["utility", "gpu", "gpu"], ["a"]],
                        "Options": {"b": "2", "a": "1"},
                    }
                ],
                (
                    DeviceRequest(
                        "nvidia",
                        -1,
                        ("0", "1"),
                        (("a",), ("gpu", "utility")),
                        (("a", "1"), ("b", "2")),
                    ),
                ),
            ),
        ],
    ),
    (
        healthcheck.read,
        [
            (None, Healthcheck((), 0, 0, 0, 0, 0)),
            ({"Test": None}, Healthcheck((), 0, 0, 0, 0, 0)),
            (
                {
                    "Test": ["CMD", "a"],
                    "Interval": 1,
                    "Timeout": 2,
                    "Retries": 3,
                    "StartPeriod": 4,
                    "StartInterval": 5,
                },
                Healthcheck(("CMD", "a"), 1, 2, 3, 4, 5),
            ),
        ],
    ),
    (host_names.read_hosts, [(None, ()), (["b:::1", "a:192.0.2.1"], ("a:192.0.2.1", "b:::1"))]),
    (
        image_name.read,
        [(None, ""), ("", ""), ("docker.io/library/redis:7", "redis:7"), ("q.io/a:1", "q.io/a:1")],
    ),
    (limits.read_stop_timeout, [(None, 10), (0, 0), (7, 7)]),
    (
        limits.read_ulimits,
        [
            (None, {}),
            ([{"Name": "RLIMIT_NOFILE", "Soft": 1, "Hard": 2}], {"nofile": "1:2"}),
            ([{"Name": "core", "Soft": 0, "Hard": -1}], {"core": "0:-1"}),
        ],
    ),
    (
        limits.read_cpus,
        [
            (None, 0),
            ({"NanoCpus": 5}, 5),
            ({"NanoCpus": 5, "CpuQuota": 100000}, 5),
            ({"NanoCpus": 0, "CpuQuota": 50000}, 500_000_000),
            ({"CpuQuota": 50000, "CpuPeriod": 25000}, 2_000_000_000),
            ({"CpuQuota": 1, "CpuPeriod": 100000}, 10_000),
            ({"CpuQuota": -1, "NanoCpus": None}, 0),
        ],
    ),
    (
        limits.read_quota,
        [(None, 0), ({"CpuQuota": 7}, 7), ({"CpuQuota": 7, "NanoCpus": 1}, 0), ({}, 0)],
    ),
    (
        limits.read_period,
        [(None, 0), ({"CpuPeriod": 7}, 7), ({"CpuPeriod": 7, "NanoCpus": 1}, 0), ({}, 0)],
    ),
    (limits.read_swappiness, [(None, -1), (0, 0), (60, 60)]),
    (networks.read_mac, [(None, ""), ("02:42:AC:11:00:02", "02:42:ac:11:00:02")]),
    (networks.read_mode, [(None, "default"), ("", "default"), ("host", "host")]),
    (ports.read_exposed, [(None, ()), ({"81/tcp": {}, "53/udp": {}}, ("53/udp", "81/tcp"))]),
    (
        ports.read,
        [
            (None, ()),
            ({"80/tcp": None}, ()),
            ({"80": [{"HostIp": None, "HostPort": None}]}, (Port(80, "tcp", None, ""),)),
            ({"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "0"}]}, (Port(80, "tcp", None, ""),)),
            ({"53/udp": [{"HostIp": "::1", "HostPort": "54"}]}, (Port(53, "udp", 54, "::1"),)),
            (
                {"80/tcp": [{"HostPort": "82"}, {"HostPort": "81"}, {"HostPort": "81"}]},
                (Port(80, "tcp", 81, ""), Port(80, "tcp", 82, "")),
            ),
        ],
    ),
    (
        process.read_entrypoint,
        [(None, ()), ("", ()), ("a b", ("a", "b")), (["a b"], ("a b",)), ([""], ())],
    ),
    (process.read_env, [(None, {}), (["A=1=2", "B=", "C"], {"A": "1=2", "B": "", "C": ""})]),
    (process.read_labels, [(None, {}), ({"a": "b"}, {"a": "b"})]),
    (
        restart.read,
        [
            (None, "no"),
            ({"Name": ""}, "no"),
            ({"Name": "always", "MaximumRetryCount": 3}, "always"),
            ({"Name": "on-failure", "MaximumRetryCount": 0}, "on-failure"),
            ({"Name": "on-failure", "MaximumRetryCount": 3}, "on-failure:3"),
        ],
    ),
    (signals.read, [(None, "SIGTERM"), ("", "SIGTERM"), (15, "15"), ("INT", "INT")]),
]


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [(read, *pair) for read, pairs in READ for pair in pairs],
    ids=lambda value: getattr(value, "__qualname__", None),
)
def test_read(read: Callable[[Any], Any], value: Any, expected: Any) -> None:
    assert read(value) == expected


ENDPOINT = {
    "Aliases": ["web", "0123456789ab", "b", "a"],
    "IPAMConfig": {
        "IPv4Address": "192.0.2.7",
        "IPv6Address": "2001:db8::7",
        "LinkLocalIPs": ["fe80::2", "fe80::1"],
    },
    "DriverOpts": {"b": "2", "a": "1"},
    "GwPriority": 5,
    "IPAddress": "192.0.2.8",
    "GlobalIPv6Address": "2001:db8::8",
    "MacAddress": "02:42:AC:11:00:02",
}
OWN: dict[str, Any] = {"own": ("0123456789ab", "web"), "hostname": "host"}

#: the networks of a container -> what is read
NETWORKS: list[tuple[Any, tuple[Attachment, ...]]] = [
    (None, ()),
    ({"n": None}, (Attachment("n", **OWN),)),
    ({"n": {}, "m": {"GwPriority": 0}}, (Attachment("m", **OWN), Attachment("n", **OWN))),
    (
        {"n": ENDPOINT},
        (
            Attachment(
                "n",
                ("a", "b"),
                "192.0.2.7",
                "2001:db8::7",
                ("fe80::1", "fe80::2"),
                driver_opts=(("a", "1"), ("b", "2")),
                gw_priority=5,
                current=("192.0.2.8", "2001:db8::8"),
                current_mac="02:42:ac:11:00:02",
                **OWN,
            ),
        ),
    ),
    (
        {"n": {"IPAddress": "", "GlobalIPv6Address": "::1", "IPAMConfig": None, "Aliases": None}},
        (Attachment("n", current=("::1",), **OWN),),
    ),
]


@pytest.mark.parametrize(("found", "expected"), NETWORKS)
def test_networks(found: Any, expected: tuple[Attachment, ...]) -> None:
    payload = {
        "Id": "0123456789abcdef",
        "Name": "/web",
        "Config": {"Hostname": "host"},
        "NetworkSettings": {"Networks": found},
    }
    read = networks.read(payload)
    assert [vars(each) for each in read] == [vars(each) for each in expected]
    assert networks.read({"Id": "1", "NetworkSettings": None}) == ()
