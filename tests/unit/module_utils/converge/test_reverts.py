# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources that are undone: once, whatever they are triggered by, and predicted by check mode."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES, undoing
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target


class Host:
    """A folder used as a host. HERE in a resource is the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"

    def run(self, *resources: dict[str, Any], check: bool = False) -> dict[str, str]:
        """Return the action of each resource, with the reason of those that are undone."""
        given = json.loads(json.dumps(resources).replace("HERE", str(self.folder)))
        target = Target(check, Secrets({"word": "hidden"}))
        found = converge({"resources": given, "state_dir": str(self.state)}, target)
        return {
            one.id: f"{one.action} ({one.reason})" if "revert" in one.reason else one.action
            for one in found
        }

    def runs(self, *resources: dict[str, Any]) -> dict[str, str]:
        """Return the actions, which check mode predicts."""
        before = self.files()
        predicted = self.run(*resources, check=True)
        assert self.files() == before
        done = self.run(*resources)
        assert predicted == done
        return done

    def files(self) -> dict[str, str]:
        return {
            path.name: path.read_text()
            for path in self.folder.iterdir()
            if path.is_file() and not path.name.startswith(".")
        }


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


FILE = {"id": "it", "type": "file", "target_path": "HERE/f", "content": "new\n"}
LINE = {"id": "it", "type": "file_line", "target_path": "HERE/f", "line": "new"}
EXEC = {
    "id": "it",
    "type": "exec",
    "command": "touch HERE/f",
    "creates": "HERE/f",
    "on_revert": "rm HERE/f",
}
#: resource -> what is there before, what its revert reports, what is there then
UNDONE: dict[str, tuple[dict[str, Any], dict[str, str], str, dict[str, str]]] = {
    "file": (FILE, {}, "deleted (revert: it exists)", {}),
    "file, without a copy of what was there": (
        FILE,
        {"f": "old\n"},
        "deleted (revert: it exists)",
        {},
    ),
    "file, with a copy of what was there": (
        {**FILE, "backup": ".old"},
        {"f": "old\n"},
        "updated (revert: content changed)",
        {"f": "old\n", "f.old": "old\n"},
    ),
    "line": (LINE, {"f": "a\n"}, "updated (revert: content changed)", {"f": "a\n"}),
    "value": (
        {"id": "it", "type": "json_file", "target_path": "HERE/f", "key": "a", "value": "1"},
        {"f": "{}"},
        "updated (revert: content changed)",
        {"f": "{}"},
    ),
    "command": (EXEC, {}, "ran (revert: it has no guard)", {}),
    "command in the place of the inverse": (
        {**FILE, "on_revert": "mv HERE/f HERE/g"},
        {},
        "ran (revert: it has no guard)",
        {"g": "new\n"},
    ),
}


@pytest.mark.parametrize("row", UNDONE.values(), ids=UNDONE)
def test_undone_once(
    host: Host, row: tuple[dict[str, Any], dict[str, str], str, dict[str, str]]
) -> None:
    resource, before, reported, after = row
    for name, text in before.items():
        (host.folder / name).write_text(text)
    host.run(resource)
    undo = {**resource, "revert": True}
    assert host.runs(undo) == {"it": reported}
    assert host.files() == after
    (host.folder / "f").write_text("by hand\n")
    assert host.runs(undo) == {"it": "none (already reverted)"}
    assert host.files()["f"] == "by hand\n"


def test_after_it_was_applied_again_it_is_undone_again(host: Host) -> None:
    undo = {**FILE, "revert": True}
    assert host.runs(undo) == {"it": "none (revert: nothing to undo)"}
    assert host.runs(FILE) == {"it": "created"}
    assert host.runs(undo) == {"it": "deleted (revert: it exists)"}


def test_another_thing_under_the_same_id_is_undone(host: Host) -> None:
    undo = {**FILE, "revert": True}
    host.run(FILE)
    host.run(undo)
    (host.folder / "g").write_text("x")
    assert host.runs({**undo, "target_path": "HERE/g"}) == {"it": "deleted (revert: it exists)"}


def test_a_failure_is_tried_again(host: Host) -> None:
    undo = {**EXEC, "revert": True, "on_revert": "rm HERE/f"}
    assert host.run(undo)["it"].startswith("failed")
    (host.folder / "f").touch()
    assert host.run(undo) == {"it": "ran (revert: it has no guard)"}


def test_the_oldest_copy_is_what_was_there_first(host: Host) -> None:
    (host.folder / "f").write_text("last")
    for epoch, text in (("900", "first"), ("1000", "second"), ("x", "other")):
        (host.folder / f"f.{epoch}.bak").write_text(text)
    (host.folder / "f.900.bak").chmod(0o640)
    (host.folder / "f.1.bak").symlink_to("f.x.bak")
    host.runs({**FILE, "backup": True, "revert": True})
    assert host.files()["f"] == "first"
    assert (host.folder / "f").stat().st_mode & 0o777 == 0o640


CHANGED = {"when": "changed"}
#: resources -> the actions of a run in which `it` is undone; HERE/f and HERE/log exist
TURNS: dict[str, tuple[list[dict[str, Any]], dict[str, str]]] = {
    "it triggers as any change does": (
        [
            {**FILE, "revert": True, "notify": "then"},
            {"id": "then", "type": "exec", "command": "true", **CHANGED},
        ],
        {"it": "deleted (revert: it exists)", "then": "ran"},
    ),
    "a gate does not keep it": (
        [{**FILE, "revert": True, **CHANGED}],
        {"it": "deleted (revert: it exists)"},
    ),
    "another condition does": (
        [{**FILE, "revert": True, "when": "file_exists('/nothing')"}],
        {"it": "skipped"},
    ),
    "a trigger does not repeat it": (
        [
            {**EXEC, "revert": True},
            {**FILE, "id": "first", "target_path": "HERE/g", "notify": "it", "depends_on": "it"},
        ],
        {"it": "ran (revert: it has no guard)", "first": "created"},
    ),
    "guards do not keep it": (
        [{**EXEC, "revert": True, "unless": "true"}],
        {"it": "ran (revert: it has no guard)"},
    ),
    "dependants come first": (
        [{**FILE, "revert": True}, {**LINE, "id": "then", "depends_on": "it"}],
        {"it": "deleted (revert: it exists)", "then": "updated"},
    ),
    "a dependant that it triggers has its turn, and is triggered then": (
        [
            {**FILE, "id": "a/it", "revert": True, "notify": "then"},
            {"id": "a/then", "type": "exec", "command": "true", "unless": "test -e HERE/f"},
        ],
        {"a/it": "deleted (revert: it exists)", "a/then": "ran"},
    ),
    "a later condition sees it": (
        [
            {**FILE, "revert": True},
            {"id": "then", "type": "exec", "command": "true", "when": "file_exists('HERE/f')"},
        ],
        {"it": "deleted (revert: it exists)", "then": "skipped"},
    ),
}


@pytest.mark.parametrize(("resources", "actions"), TURNS.values(), ids=TURNS)
def test_turns(host: Host, resources: list[dict[str, Any]], actions: dict[str, str]) -> None:
    (host.folder / "f").write_text("x")
    assert host.runs(*resources) == actions
    again = host.runs(*resources)
    name = next(name for name in actions if name.endswith("it"))
    if actions[name] != "skipped":
        assert again[name] == "none (already reverted)"


def test_a_failed_one_does_not_keep_its_dependants(host: Host) -> None:
    found = host.run({**EXEC, "revert": True}, {**FILE, "id": "then", "depends_on": "it"})
    assert found["then"] == "created"


def test_it_is_not_undone_while_a_dependant_fails(host: Host) -> None:
    undo = {**FILE, "revert": True}
    (host.folder / "f").write_text("x")
    broken = {"id": "then", "type": "exec", "command": "test -e HERE/g", "depends_on": "it"}
    assert host.run(undo, broken) == {"it": "skipped", "then": "failed"}
    (host.folder / "g").write_text("x")
    found = host.run(undo, {**broken, "revert": True, "on_revert": "test -e HERE/f"})
    assert [*found] == ["then", "it"]
    assert found["it"] == "deleted (revert: it exists)"


def test_secrets_of_what_is_undone_are_not_shown(host: Host) -> None:
    resource = {**FILE, "content": "secret:word", "backup": ".old"}
    (host.folder / "f").write_text("old")
    host.run(resource)
    given = json.loads(json.dumps({**resource, "revert": True}).replace("HERE", str(host.folder)))
    arguments = {"resources": [given], "state_dir": str(host.state)}
    (result,) = converge(arguments, Target(True, Secrets({"word": "hidden"})))
    assert "hidden" not in str(result)


TO_DO = "add on_revert with the command that undoes the resource"


@pytest.mark.parametrize(
    ("resource", "error"),
    [
        (
            {"type": "exec", "command": "true", "revert": True},
            f"revert: exec cannot be undone automatically; {TO_DO}",
        ),
        (
            {"type": "replace", "target_path": "/f", "match_pattern": "a", "revert": True},
            f"revert: replace cannot be undone automatically; {TO_DO}",
        ),
        (
            {"type": "file", "target_path": "/f", "revert": "maybe"},
            "revert: 'maybe' is neither true nor false",
        ),
    ],
)
def test_refused(host: Host, resource: dict[str, Any], error: str) -> None:
    with pytest.raises(ResourceError) as raised:
        host.run({"id": "it", **resource})
    assert raised.value.message == error


def test_a_damaged_record_is_set_aside(host: Host) -> None:
    host.run({**FILE, "revert": True})
    (record,) = (host.state / "reverts").iterdir()
    for damage in ("{", '{"reverted": [1]}', '{"reverted": {"it": 1}}', "[]"):
        record.write_text(damage)
        assert host.run({**FILE, "revert": True}) == {"it": "none (revert: nothing to undo)"}


#: How each type is undone; empty if only `on_revert` does it.
INVERSES = {
    "container": "absent",
    "file": "reverted",
    "exec": "",
    "replace": "",
    "cron": "absent",
    "package": "absent",
    "service": "stopped",
    "process": "stopped",
    "custom": "",
}

#: Resources whose attributes do not all go with the inverse of their type.
REVERTED = [
    {
        "type": "package",
        "package": "nginx",
        "version": "1",
        "allow_downgrade": True,
        "lock_version": True,
    },
    {"type": "service", "service": "nginx", "state": "restarted", "restart_command": "x"},
    {"type": "process", "process": "nginx", "count": 2, "restart_method": "x"},
]


@pytest.mark.parametrize("resource", REVERTED, ids=lambda resource: resource["type"])
def test_all_attributes_go_with_the_inverse(resource: dict[str, Any]) -> None:
    attributes = {name: value for name, value in resource.items() if name != "type"}
    kind, given = undoing(TYPES[resource["type"]], attributes, None)
    kind.parse(given)


@pytest.mark.parametrize("kind", INVERSES)
def test_inverse(kind: str) -> None:
    assert TYPES[kind].undoing.get("state", "") == INVERSES[kind]
