# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of who owns what on a host."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    Blocked,
    ResourceError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.state.owners_file import OwnersFile
from ansible_collections.vigo.bridge.plugins.module_utils.state.ownership import Owner, Stack
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder

SHOP, OTHER = Stack("shop", "id-1", ("stacks",)), Stack("other")
ENGINE = "unix:///var/run/docker.sock"


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(str(tmp_path / "state"))


def file_of(folder: StateFolder) -> Path:
    return Path(folder.path("owners.json"))


def put(record: OwnersFile, identity: str, stack: Stack, engine: str = ENGINE) -> None:
    record.put("containers", identity, stack, "a/web", "web", engine)


def test_owners_outlive_the_process(folder: StateFolder) -> None:
    record = OwnersFile.load(folder)
    record.take_over(SHOP, lambda scope: None)
    put(record, "1", SHOP)
    put(record, "2", OTHER)
    later = OwnersFile.load(folder)
    assert later.owner("containers", "1") == Owner("shop", "id-1", "a/web")
    assert later.owner("containers", "2") == Owner("other", "", "a/web")
    assert later.owner("containers", "3") is None
    assert later.owner("networks", "1") is None
    assert file_of(folder).stat().st_mode & 0o777 == 0o600


def test_a_renamed_stack_owns_under_its_new_name(folder: StateFolder) -> None:
    record = OwnersFile.load(folder)
    record.take_over(SHOP, lambda scope: None)
    put(record, "1", SHOP)
    renamed = Stack("store", "id-1")
    assert record.former_name(renamed) == "shop"
    record.take_over(renamed, lambda scope: None)
    assert record.owner("containers", "1") == Owner("store", "id-1", "a/web")
    assert record.name_of("id-1") == "store"
    assert record.former_name(renamed) is None


def test_each_former_name_is_taken_over_once(folder: StateFolder) -> None:
    taken: list[str] = []
    for stack in (SHOP, SHOP, Stack("shop", "id-1", ("stacks", "old"))):
        OwnersFile.load(folder).take_over(stack, taken.append)
    assert taken == ["shop", "stacks", "old"]


def test_a_stack_with_nothing_to_record_writes_no_file(folder: StateFolder) -> None:
    OwnersFile.load(folder).take_over(OTHER, lambda scope: None)
    assert not file_of(folder).exists()


def test_check_mode_writes_nothing(tmp_path: Path) -> None:
    folder = StateFolder(str(tmp_path / "state"), check_mode=True)
    put(OwnersFile.load(folder), "1", SHOP)
    assert not (tmp_path / "state").exists()


def test_what_an_engine_no_longer_has_is_dropped(folder: StateFolder) -> None:
    record = OwnersFile.load(folder)
    for identity, engine in (("1", ENGINE), ("2", ENGINE), ("3", "tcp://elsewhere:2376")):
        put(record, identity, SHOP, engine)
    record.keep_only("containers", ENGINE, {"2", "4"})
    later = OwnersFile.load(folder)
    assert later.entries("containers", ENGINE) == {"2": "web"}
    assert later.engines(SHOP) == ["tcp://elsewhere:2376", ENGINE]
    assert later.engines(OTHER) == []


#: an invalid record
DAMAGED = [
    "",
    "{",
    "null",
    "[]",
    "{}",
    "[" * 100_000,
    '{"version": "1"}',
    '{"version": 1}',
    '{"version": 1, "stacks": [], "containers": {}, "networks": {}}',
    '{"version": 1, "stacks": {"id:1": []}, "containers": {}, "networks": {}}',
    '{"version": 1, "stacks": {"id:1": {"name": 1, "taken": []}}, "containers": {}}',
    '{"version": 1, "stacks": {"id:1": {"name": "a"}}, "containers": {}, "networks": {}}',
    '{"version": 1, "stacks": {}, "containers": {"1": "shop"}, "networks": {}}',
    '{"version": 1, "stacks": {}, "containers": {"1": {"engine": "a"}}, "networks": {}}',
    '{"version": 1, "stacks": {}, "containers": {}, "networks": {"1": {"stack": 1}}}',
    '{"version": 1, "stacks": {}, "containers": {}}',
]


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_record_is_set_aside(content: str, tmp_path: Path) -> None:
    notes: list[str] = []
    folder = StateFolder(str(tmp_path), note=notes.append)
    file_of(folder).write_text(content)
    put(OwnersFile.load(folder), "1", OTHER)
    assert OwnersFile.load(folder).owner("containers", "1") == Owner("other", "", "a/web")
    if content != "null":  # an empty record
        assert len(notes) == 1
        assert "is damaged" in notes[0]
        assert Path(f"{file_of(folder)}.damaged").read_text() == content


def test_another_version_is_refused(folder: StateFolder) -> None:
    put(OwnersFile.load(folder), "1", OTHER)
    file_of(folder).write_text(json.dumps({"version": 2}))
    with pytest.raises(ResourceError, match="another version"):
        OwnersFile.load(folder)


def test_a_record_that_others_can_change_is_refused(folder: StateFolder) -> None:
    put(OwnersFile.load(folder), "1", OTHER)
    file_of(folder).chmod(0o666)
    with pytest.raises(Blocked, match="cannot use the state folder"):
        OwnersFile.load(folder)
