# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of containers that a host returns becomes types, or that host's failure."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils import host_result
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData

CONTAINER: dict[str, Any] = {
    "resource": "shop/web",
    "engine": "unix:///var/run/docker.sock",
    "name": "web",
    "id": "1" * 64,
    "image": "redis:7",
    "digest": "sha256:12",
    "state": "running",
    "health": "",
    "exit_code": 0,
    "restarts": 0,
    "started_at": "2026-11-29T10:00:00Z",
    "up_s": 3,
    "ports": ["80->80"],
}
LAST = {"at": "2026-11-29T10:00:00+00:00", "by": "a@b", "outcome": "changed", "changed": 1}


def result(container: Any = CONTAINER, last: Any = LAST) -> dict[str, Any]:
    return {"changed": False, "resources": [], "containers": [container], "last_run": last}


@pytest.mark.parametrize("up", [None, 0, 3])
@pytest.mark.parametrize("last", [None, LAST])
def test_good_values_stay_as_they_are(up: int | None, last: Any) -> None:
    raw = result({**CONTAINER, "up_s": up}, last)
    shown = host_result.parse(raw).as_dict()
    assert {name: shown[name] for name in raw} == raw
    assert host_result.parse(shown).as_dict() == shown


def test_other_modules_return_none() -> None:
    found = host_result.parse({"changed": False, "resources": []})
    assert found.containers is None
    assert "containers" not in found.as_dict()
    empty = host_result.parse({"changed": False, "resources": [], "containers": []})
    assert empty.as_dict()["containers"] == []


WRONG: dict[str, Any] = {
    **{name: 7 for name, value in CONTAINER.items() if isinstance(value, str)},
    "state": "fine",
    "health": "ill",
    "exit_code": "0",
    "restarts": True,
    "up_s": "long",
    "ports": "80",
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values_of_containers(name: str) -> None:
    with pytest.raises(InvalidData, match=rf"containers\[0\]\.{name}"):
        host_result.parse(result({**CONTAINER, name: WRONG[name]}))
    if name != "up_s":
        with pytest.raises(InvalidData, match=f"'{name}' is missing"):
            host_result.parse(result({key: CONTAINER[key] for key in CONTAINER if key != name}))


@pytest.mark.parametrize("name", LAST)
def test_wrong_values_of_the_last_run(name: str) -> None:
    with pytest.raises(InvalidData, match=f"last_run.{name}"):
        host_result.parse(result(last={**LAST, name: []}))
    with pytest.raises(InvalidData, match=f"'{name}' is missing"):
        host_result.parse(result(last={key: LAST[key] for key in LAST if key != name}))


@pytest.mark.parametrize("raw", ["x", [1], {"a": 1}, 7])
def test_what_is_no_list_of_containers(raw: Any) -> None:
    with pytest.raises(InvalidData, match="containers"):
        host_result.parse({"changed": False, "resources": [], "containers": raw})
