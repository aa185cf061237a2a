# SPDX-License-Identifier: GPL-3.0-or-later
"""Each setting of a container has its test cases and its documentation, beside its row."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import comparing
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Observed,
    existing_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.setting import (
    Effect,
    Entries,
    Setting,
    rows,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import (
    SETTINGS,
    Settings,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import quantities
from tests.unit.collection.module_sources import MODULES, ROOT
from tests.yaml_files import read_yaml

HERE = Path(__file__).parent
SPELLINGS = read_yaml(HERE / "spellings.yml")
ON_ENGINES = read_yaml(ROOT / "tests/integration/container_attributes.yml")
IMPORTED = read_yaml(ROOT / "tests/unit/compose/settings.yaml")
#: What they lead to is compared: variables and mounts. They have tests of their own.
NOT_SPELLED = {"env_file", "volumes_from"}


def missing(setting: Setting) -> list[str]:
    """Return the parts that a setting lacks beside its row."""
    return [*_missing_documentation(setting), *_missing_cases(setting)]


def _missing_documentation(setting: Setting) -> Iterator[str]:
    options = MODULES["container"].documentation["options"]
    for attribute in setting.attributes:
        documented = options.get(attribute.name)
        if documented is None:
            yield f"option {attribute.name} in the documentation of vigo.bridge.container"
        elif documented.get("type") != attribute.type:
            yield f"type {attribute.type} of option {attribute.name} in that documentation"


def _missing_cases(setting: Setting) -> Iterator[str]:
    name = setting.name
    groups = [group for each in SPELLINGS if each["setting"] == name for group in each["groups"]]
    if name not in NOT_SPELLED:
        if not groups:
            yield "row in spellings.yml"
        elif not any(None in group for group in groups) and name != "image":
            yield "spelling null in spellings.yml: the setting left out"
    if not any(each["attribute"] == name and "given" in each for each in ON_ENGINES):
        yield "row in tests/integration/container_attributes.yml: set, changed, removed"
    if not setting.is_live and name not in _written_to_the_label():
        yield "row in VERSION_1 of test_label.py: its form in the label"
    if not any(row["setting"] == name for row in IMPORTED):
        yield "row in tests/unit/compose/settings.yaml: the key of Compose that sets it"


def _written_to_the_label() -> set[str]:
    """Return the names of the attributes in that table, which a circle of imports prevents
    importing.
    """
    tree = ast.parse((HERE / "test_label.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "VERSION_1":
            assert node.value is not None
            return {name for attributes, _ in ast.literal_eval(node.value) for name in attributes}
    raise AssertionError("test_label.py has no VERSION_1")


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_setting_has_everything(setting: Setting) -> None:
    assert missing(setting) == []


def test_what_is_forgotten_is_named() -> None:
    bare = Setting(quantities.size, "int", at="HostConfig.Bare", name="bare")
    assert missing(bare) == [
        "option bare in the documentation of vigo.bridge.container",
        "row in spellings.yml",
        "row in tests/integration/container_attributes.yml: set, changed, removed",
        "row in VERSION_1 of test_label.py: its form in the label",
        "row in tests/unit/compose/settings.yaml: the key of Compose that sets it",
    ]


def test_every_field_is_a_row() -> None:
    assert [setting.name for setting in rows(Settings)] == list(Settings.__dataclass_fields__)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_places_are_those_of_inspect(setting: Setting) -> None:
    """Only what is compared by what it leads to may be left out of the create call."""
    if setting.create is None and not setting.at:
        assert isinstance(setting.compare, Effect)
    for place in filter(None, (setting.at, setting.read_at)):
        assert place.split(".")[0] in ("Config", "HostConfig", "Mounts")


@pytest.mark.parametrize(
    "setting",
    [setting for setting in SETTINGS.values() if isinstance(setting.compare, Entries)],
    ids=lambda setting: str(setting.name),
)
def test_entries_have_a_form_of_entries(setting: Setting) -> None:
    values = [
        value
        for each in SPELLINGS
        if each["setting"] == setting.name
        for group in each["groups"]
        for value in group
        if value is not None
    ]
    for value in values:
        given = {"container": "app", "image": "x", setting.name: value}
        found = getattr(spec.parse(given).settings, setting.name)
        assert isinstance(setting.canonical(found) or {}, dict), value


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_a_container_without_settings_can_be_read(setting: Setting) -> None:
    """Engines leave out what is not set; each setting is read as not set then, or not reported."""
    payload: dict[str, Any] = {"Id": "c" * 64, "Config": {}, "HostConfig": {}}
    for given in (payload, {"Id": "c" * 64}):
        existing = existing_of(given)
        assert existing is not None
        observed = Observed(existing)
        if setting.is_live or isinstance(setting.compare, Effect):
            continue
        assert comparing.differing(setting.name, Settings(), observed, str) == []


def test_options_are_attributes() -> None:
    found = [attribute.name for attribute in spec.attributes()]
    assert len(found) == len(set(found))
    assert set(found) >= {*SETTINGS, "network", "container"}
    assert not {"scope", "stack_id", "resource"} & set(found)


def test_a_row_is_named_by_its_field() -> None:
    assert all(name == setting.name for name, setting in SETTINGS.items())
