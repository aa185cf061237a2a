# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the user's inventory that a node gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.yaml_files import read_yaml
from vigo_bridge.failures import Refusal
from vigo_bridge.mesh.inventory import UserInventory, inventory_text, refuse_encrypted

CASES = read_yaml(Path(__file__).parent / "inventories.yml")


class _Loader(yaml.SafeLoader):
    """Reads ``!unsafe`` as a pair."""


_Loader.add_constructor("!unsafe", lambda loader, node: ("unsafe", node.value))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_inventories(case: dict[str, Any]) -> None:
    inventory = UserInventory(case.get("groups", {}), case["variables"])
    text = inventory_text(case["hosts"], inventory, who="me")
    found, expected = yaml.load(text, _Loader), yaml.load(case["expected"], _Loader)
    assert found == expected


def test_members_of_groups() -> None:
    groups = {
        "all": {"children": ["a", "ungrouped"]},
        "a": {"children": ["b"], "hosts": ["h1"]},
        "b": {"children": ["a"], "hosts": ["h2"]},
        "ungrouped": {"hosts": ["h3"]},
    }
    assert UserInventory(groups).members() == {
        "all": {"h1", "h2", "h3"},
        "a": {"h1", "h2"},
        "b": {"h1", "h2"},
        "ungrouped": {"h3"},
    }


@pytest.mark.parametrize(
    "value", [{"__ansible_vault": "$ANSIBLE_VAULT;1.1"}, [{"a": {"__ansible_vault": "x"}}]]
)
def test_encrypted_variables_are_refused(value: Any) -> None:
    with pytest.raises(Refusal, match="variable key of h1 is encrypted"):
        refuse_encrypted(UserInventory({}, {"h1": {"key": value}}))
