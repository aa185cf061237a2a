# SPDX-License-Identifier: GPL-3.0-or-later
"""How attributes of networks and volumes are read: the cases are in readings.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.network import ipam
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.yaml_files import read_yaml

CASES = read_yaml(Path(__file__).parent / "readings.yml")


@pytest.mark.parametrize("case", CASES, ids=map(str, CASES))
def test_what_is_read(case: dict[str, Any]) -> None:
    kind = TYPES[case["kind"]]
    given = {kind.key: case.get("name", "it"), **case["given"]}
    if "error" not in case:
        found: Any = kind.parse(given)
        assert found.settings == case["read"]
        assert found.is_external is case.get("external", False)
        again = {kind.key: "it", "external": found.is_external, **found.settings}
        assert kind.parse(again) == found
        return
    with pytest.raises(ResourceError) as refused:
        kind.parse(given)
    assert case["error"] in refused.value.message
    if "place" in case:
        assert list(refused.value.place) == case["place"]


def test_all_errors_are_reported_at_once() -> None:
    with pytest.raises(ResourceError) as refused:
        TYPES["network"].parse({"network": "bridge", "driver": "a b", "internal": "x"})
    for part in ("built-in", "blanks", "neither true nor false"):
        assert part in refused.value.message


@pytest.mark.parametrize("name", ["AuxiliaryAddresses", "AuxAddress"])
def test_reserved_addresses_of_an_engine(name: str) -> None:
    """Engines of different versions name them differently."""
    shown = {"Config": [{"Subnet": "FD00:0::/64", "Gateway": "", name: {"a": "fd00:0:0::5"}}]}
    assert ipam.read(shown) == {
        "driver": "default",
        "options": {},
        "config": [{"subnet": "fd00::/64", "aux_addresses": {"a": "fd00::5"}}],
    }
