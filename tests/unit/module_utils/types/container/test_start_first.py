# SPDX-License-Identifier: GPL-3.0-or-later
"""What start-first makes possible, and which attributes it does not allow."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label, spec
from tests.unit.module_utils.types.container.specs import parse

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
