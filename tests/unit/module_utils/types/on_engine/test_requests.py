# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that create networks and volumes; the cases are in requests.yml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.on_engine.objects import Found
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.yaml_files import read_yaml

CASES = read_yaml(Path(__file__).with_name("requests.yml"))
LABELS = {"vigo.bridge.stack": "shop"}


class Noted:
    """An engine that notes the requests. refuses: how many of the next networks it refuses."""

    def __init__(self, before: Mapping[str, Any] | None = None, refuses: int = 0) -> None:
        self.requests: list[Any] = []
        self._before = before
        self._refuses = refuses

    def make_network(self, body: Mapping[str, Any]) -> None:
        self.requests.append(body)
        if self._refuses:
            self._refuses -= 1
            raise ResourceError("it refuses")

    make_volume = make_network

    def network(self, number: str) -> Mapping[str, Any] | None:
        return self._before

    def remove_network(self, number: str) -> None:
        self.requests.append(f"remove {number}")

    def delete_volume(self, number: str) -> None:
        self.requests.append(f"delete {number}")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["given"]))
def test_request(case: dict[str, Any]) -> None:
    (kind,) = {"network", "volume"} & {*case["given"]}
    engine = Noted()
    behaviour = cast(Any, TYPES[kind].behaviour())
    behaviour.create(engine, TYPES[kind].parse(case["given"]), LABELS)
    assert engine.requests == [{"Name": "it", "Labels": LABELS, **case["request"]}]


def found(number: str) -> Found:
    return cast(Found, type("It", (), {"id": number})())


def test_they_are_removed() -> None:
    engine = Noted()
    cast(Any, TYPES["network"].behaviour()).remove(engine, found("n1"))
    cast(Any, TYPES["volume"].behaviour()).remove(engine, found("v1"))
    assert engine.requests == ["remove n1", "delete v1"]


BEFORE = {
    "Name": "it",
    "Id": "n1",
    "Driver": "macvlan",
    "Options": {"parent": "eth0"},
    "Labels": {"a": "b"},
    "IPAM": {"Driver": "default"},
    "Internal": True,
    "Attachable": False,
    "EnableIPv6": True,
    "Containers": {"c1": {}},
}
AGAIN = {name: BEFORE[name] for name in BEFORE if name not in ("Id", "Attachable", "Containers")}


@pytest.mark.parametrize("refuses", [0, 1, 2])
def test_a_network_that_cannot_be_replaced_is_created_again(refuses: int) -> None:
    engine = Noted(BEFORE, refuses)
    behaviour = cast(Any, TYPES["network"].behaviour())
    wanted = TYPES["network"].parse({"network": "it", "labels": "c=d"})
    if refuses:
        with pytest.raises(ResourceError, match="it refuses"):
            behaviour.replace(engine, wanted, found("n1"))
    else:
        behaviour.replace(engine, wanted, found("n1"))
    removed, new, *again = engine.requests
    assert removed == "remove n1"
    assert (new["Name"], new["Driver"], new["Labels"]["c"]) == ("it", "bridge", "d")
    assert again == ([AGAIN] if refuses else [])
