# SPDX-License-Identifier: GPL-3.0-or-later
"""How engines' times and ports are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.states import (
    parsed_time,
    ports_of,
    state_of,
)

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)

#: what an engine writes -> the time
TIMES = {
    "2026-11-29T12:00:00.123456789Z": NOON,
    "2026-11-29T12:00:00Z": NOON,
    "2026-11-29T13:00:00.5+01:00": NOON,
    "2026-11-29T07:00:00-0500": NOON,
    "2026-11-29T12:00:00": NOON,
    "0001-01-01T00:00:00Z": None,
    "2026-13-29T12:00:00Z": None,
    "yesterday": None,
    "": None,
}


@pytest.mark.parametrize(("text", "expected"), TIMES.items(), ids=TIMES)
def test_times(text: str, expected: datetime | None) -> None:
    assert parsed_time(text) == expected


#: what inspect shows -> what we show
PORTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "IPv4 and IPv6": (
        {
            "80/tcp": [
                {"HostIp": "0.0.0.0", "HostPort": "8080"},
                {"HostIp": "::", "HostPort": "8080"},
            ]
        },
        ["8080->80"],
    ),
    "one address": ({"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "1"}]}, ["127.0.0.1:1->80"]),
    "an IPv6 address": ({"80/tcp": [{"HostIp": "::1", "HostPort": "1"}]}, ["[::1]:1->80"]),
    "UDP": ({"53/udp": [{"HostIp": "", "HostPort": "53"}]}, ["53->53/udp"]),
    "exposed only": ({"80/tcp": None, "81/tcp": []}, []),
    "by number": (
        {"443/tcp": [{"HostPort": "443"}], "80/tcp": [{"HostPort": "80"}]},
        ["80->80", "443->443"],
    ),
    "without a protocol": ({"80": [{"HostPort": "80"}]}, ["80->80"]),
}


@pytest.mark.parametrize(("bindings", "expected"), PORTS.values(), ids=PORTS)
def test_ports(bindings: dict[str, Any], expected: list[str]) -> None:
    assert ports_of(bindings) == expected


#: the state of a container -> for how long it has been running, in seconds
UP = {
    "running": ({"Status": "running", "StartedAt": "2026-11-29T11:59:00Z"}, 60),
    "exited": ({"Status": "exited", "StartedAt": "2026-11-29T11:59:00Z"}, None),
    "never started": ({"Status": "created", "StartedAt": "0001-01-01T00:00:00Z"}, None),
    "by a clock that is ahead": ({"Status": "running", "StartedAt": "2026-11-29T12:00:01Z"}, 0),
}


@pytest.mark.parametrize(
    ("status", "health"), [("running", "unhealthy"), ("exited", ""), ("created", ""), ("dead", "")]
)
def test_the_health_of_a_container_that_has_ended_does_not_count(status: str, health: str) -> None:
    payload = {
        "Id": "c" * 64,
        "Name": "/web",
        "State": {"Status": status, "Health": {"Status": "unhealthy"}},
        "Config": {"Healthcheck": {"Test": ["CMD", "false"]}},
        "HostConfig": {},
    }
    assert state_of(payload, NOON, lambda image_id: image_id)["health"] == health


#: the test of a healthcheck -> the health of a container that runs
CHECKS: list[tuple[list[str] | None, str]] = [
    (None, ""),
    ([], ""),
    (["NONE"], ""),
    (["CMD", "true"], "starting"),
    (["CMD-SHELL", "true"], "starting"),
]


@pytest.mark.parametrize(("check", "health"), CHECKS, ids=str)
def test_health_without_a_result(check: list[str] | None, health: str) -> None:
    payload = {
        "Id": "c" * 64,
        "Name": "/web",
        "State": {"Status": "running"},
        "Config": {"Healthcheck": {"Test": check}},
        "HostConfig": {},
    }
    assert state_of(payload, NOON, lambda image_id: image_id)["health"] == health


def test_a_whole_state() -> None:
    payload = {
        "Id": "c" * 64,
        "Name": "/web",
        "Image": "sha256:1",
        "State": {"Status": "running", "StartedAt": "2026-11-29T11:59:00Z", "ExitCode": 0},
        "RestartCount": 4,
        "Config": {"Image": "redis:8", "Healthcheck": {"Test": ["CMD", "true"]}},
        "HostConfig": {},
        "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]}},
    }
    assert state_of(payload, NOON, "digest of {}".format) == {
        "name": "web",
        "id": "c" * 64,
        "image": "redis:8",
        "digest": "digest of sha256:1",
        "state": "running",
        "health": "starting",
        "exit_code": 0,
        "restarts": 4,
        "started_at": "2026-11-29T11:59:00Z",
        "up_s": 60,
        "ports": ["8080->80"],
    }


@pytest.mark.parametrize(("state", "seconds"), UP.values(), ids=UP)
def test_how_long_it_runs(state: dict[str, Any], seconds: int | None) -> None:
    payload = {"Id": "c" * 64, "Name": "/web", "State": state, "Config": {}, "HostConfig": {}}
    found = state_of(payload, NOON, lambda image_id: image_id)
    assert found["up_s"] == seconds
    assert found["started_at"] == (
        "" if state["StartedAt"].startswith("0001") else state["StartedAt"]
    )
