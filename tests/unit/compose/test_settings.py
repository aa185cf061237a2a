# SPDX-License-Identifier: GPL-3.0-or-later
"""A setting that containers have is imported, and no key that has one is reported as lost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.setting import Setting
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import SETTINGS
from tests.yaml_files import read_yaml
from vigo_bridge.compose.conversion.service_keys import CONVERSIONS, Lost
from vigo_bridge.compose.importer import read_compose
from vigo_bridge.compose.reading.reader import ATTACHMENT_LOST

HERE = Path(__file__).parent
IMPORTED = read_yaml(HERE / "settings.yaml")
LOST = read_yaml(HERE / "lost.yaml")
PAYLOADS = HERE.parent / "module_utils/types/container/payloads"
#: Engines leave these out of inspect where they are not set.
NOT_IN_INSPECT = {"HostConfig.Annotations", "HostConfig.StorageOpt"}
#: A setting that no container has.
REALTIME = Setting(lambda value, name: value, at="HostConfig.CpuRealtimePeriod", name="realtime")


def settings_for(row: dict[str, Any], settings: Mapping[str, Setting]) -> list[str]:
    """Return the names of the settings that could replace a row of lost keys."""
    return [
        name
        for name, setting in settings.items()
        if name == row["key"] or (row["engine"] and row["engine"] in (setting.at, setting.read_at))
    ]


def test_the_table_has_every_setting() -> None:
    assert [row["setting"] for row in IMPORTED] == list(SETTINGS)


@pytest.mark.parametrize(
    "row", [row for row in IMPORTED if row["service"] is not None], ids=lambda row: row["setting"]
)
def test_a_setting_is_imported(row: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "compose.yml"
    path.write_text(json.dumps({"services": {"app": {"image": "nginx", **row["service"]}}}))
    found = read_compose([path], {}, match="*")
    resources = [resource for crate in found.stack.crates for resource in crate.resources]
    (container,) = (item for item in resources if item.kind == "container")
    assert row["setting"] in container.attributes
    assert [finding for finding in found.findings if finding.severity == "lost"] == []


def test_the_table_has_every_lost_key() -> None:
    lost = [key for key, conversion in CONVERSIONS.items() if isinstance(conversion, Lost)]
    of_networks = [f"networks.{key}" for key in sorted(ATTACHMENT_LOST)]
    assert [row["key"] for row in LOST] == [*lost, "deploy.resources.reservations", *of_networks]


@pytest.mark.parametrize("row", LOST, ids=lambda row: row["key"])
def test_no_setting_replaces_a_lost_key(row: dict[str, Any]) -> None:
    assert settings_for(row, SETTINGS) == []


def test_a_setting_for_a_lost_key_is_found() -> None:
    found = [row["key"] for row in LOST if settings_for(row, {"realtime": REALTIME})]
    assert found == ["cpu_rt_period"]


@pytest.mark.parametrize("key", sorted(ATTACHMENT_LOST))
def test_no_option_of_networks_replaces_a_lost_key(key: str) -> None:
    with pytest.raises(ResourceError, match=f"unknown option '{key}'"):
        spec.parse({"container": "app", "image": "nginx", "networks": {"backend": {key: "x"}}})


def test_places_of_lost_keys_are_those_of_engines() -> None:
    recorded = {place for path in PAYLOADS.glob("*.json") for place in _places(path)}
    named = {row["engine"] for row in LOST} - {None} - NOT_IN_INSPECT
    assert named - recorded == set()


def _places(path: Path) -> Iterator[str]:
    """Yield the places of two levels in a recorded payload."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for part in [content, *content.values()]:
        for name, value in part.items() if isinstance(part, dict) else ():
            if isinstance(value, dict):
                yield from (f"{name}.{key}" for key in value)
