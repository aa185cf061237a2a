# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that engines do not support or report are rejected, or mentioned in a note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.engine.versions import api_version
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import capabilities
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Observed,
    existing_of,
)
from tests.unit.module_utils.types.container.specs import parse

CHECK = {"healthcheck": {"test": "x", "start_interval": "1s"}}
#: Attributes, the engine's version of the API, and a part of the error; empty: it can.
TOO_OLD: list[tuple[dict[str, Any], str, str]] = [
    (CHECK, "1.41", "healthcheck.start_interval needs an engine with API 1.44 (Docker 25)"),
    (CHECK, "1.44", ""),
    ({"healthcheck": "x"}, "1.41", ""),
    ({"user": "1"}, "1.41", ""),
    (CHECK, "", "this one has 1.41"),
]


@pytest.mark.parametrize(("attributes", "version", "message"), TOO_OLD)
def test_too_old(attributes: dict[str, Any], version: str, message: str) -> None:
    found = error_of(lambda: capabilities.refuse(parse(attributes), api_version(version)))
    assert (message in found, bool(found)) == (True, bool(message))


#: Attributes, what is observed, and a part of the error; empty: it can.
ADDRESSES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"ipv4_address": "192.0.2.7"}, {}, "docker network create --subnet ... n"),
    ({"ipv4_address": "192.0.2.7"}, {"known": ["192.0.2.0/24"]}, ""),
    ({"ipv4_address": "192.0.2.7"}, {"known": []}, ""),
    ({"ipv4_address": "192.0.2.7"}, {"known": ["10.0.0.0/8", "192.0.2.0/24"]}, ""),
    ({"ipv4_address": "192.0.2.7"}, {"known": ["10.0.0.0/8"]}, "not in a subnet of n (10"),
    ({"ipv6_address": "2001:db8::7"}, {"known": ["10.0.0.0/8", "2001:db8::/64"]}, ""),
    ({"ipv6_address": "2001:db8::7"}, {"known": ["10.0.0.0/8"]}, "2001:db8::7 is not in a subnet"),
    ({"aliases": ["a"]}, {}, ""),
    ({"ipv4_address": "192.0.2.0"}, {"known": ["192.0.2.0/24"]}, "which is reserved"),
    ({"ipv4_address": "192.0.2.255"}, {"known": ["192.0.2.0/24"]}, "which is reserved"),
    ({"ipv6_address": "2001:db8::"}, {"known": ["2001:db8::/64"]}, ""),
]


@pytest.mark.parametrize(("options", "found", "message"), ADDRESSES)
def test_addresses(options: dict[str, Any], found: dict[str, Any], message: str) -> None:
    known = found.get("known")
    observed = Observed(
        None,
        known_networks=frozenset() if known is None else frozenset({"n"}),
        subnets={"n": tuple(known)} if known else {},
    )
    wanted = parse({"networks": {"n": options}})
    text = error_of(lambda: capabilities.refuse_addresses(wanted, observed))
    assert (message in text, bool(text)) == (True, bool(message))


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("seccomp=unconfined", ""),
        ("seccomp:unconfined", ""),
        ("seccomp=builtin", ""),
        ('seccomp={"defaultAction": "SCMP_ACT_ALLOW"}', ""),
        ("seccomp=/etc/profile.json", "does not accept the path of a profile"),
        ("seccomp:profile.json", "does not accept the path"),
        ("seccomp=", "does not accept the path"),
        ("apparmor=profile", ""),
    ],
)
def test_profiles(option: str, message: str) -> None:
    wanted = parse({"security_opt": [option]})
    text = error_of(lambda: capabilities.refuse_on_docker(wanted, lambda: False))
    assert (message in text, bool(text)) == (True, bool(message))


FOREIGN = existing_of({"Id": "1", "HostConfig": {"Sysctls": None, "LogConfig": {"Config": None}}})
#: Attributes, what is observed, and a part of each remark.
REMARKS: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({}, {}, []),
    ({"memory": "64m"}, {"incapable": frozenset({"cpus"})}, []),
    (
        {"memory": "64m", "cpus": 1},
        {"incapable": frozenset({"memory", "memory_swap", "cpus"})},
        ["this host does not support limiting memory, cpus"],
    ),
    ({"domainname": "d"}, {}, []),
    ({"domainname": "d"}, {"podman": True}, ["not support domainname"]),
    (
        {"memory": "64m", "memory_swap": -1},
        {"podman": True},
        ["cannot set memory_swap to unlimited"],
    ),
    ({"sysctls": "net.a=1", "log_opts": "b=1", "user": "1"}, {}, []),
    (
        {"sysctls": "net.a=1", "log_opts": "b=1", "user": "1", "platform": "linux"},
        {"container": FOREIGN},
        ["does not report sysctls, log_opts"],
    ),
]


@pytest.mark.parametrize(("attributes", "found", "parts"), REMARKS)
def test_remarks(attributes: dict[str, Any], found: dict[str, Any], parts: list[str]) -> None:
    observed = Observed(**{"container": None, **found})
    remarks = capabilities.remarks(parse(attributes), observed)
    assert len(remarks) == len(parts)
    for remark, part in zip(remarks, parts, strict=True):
        assert part in remark


def error_of(check: Callable[[], None]) -> str:
    """Return the message of the error that it raises; empty if it raises none."""
    try:
        check()
    except ResourceError as error:
        return error.message
    return ""
