# SPDX-License-Identifier: GPL-3.0-or-later
"""A call of converge, from plain arguments: what templates name is there when they are rendered."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    Blocked,
    ResourceError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge import run
from ansible_collections.vigo.bridge.plugins.module_utils.converge.on_demand import bring_to_state
from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.converge.take_down import take_down
from ansible_collections.vigo.bridge.plugins.module_utils.state.journal import Journal
from ansible_collections.vigo.bridge.plugins.module_utils.state.last_run import LastRun
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.state.stops import Stops
from ansible_collections.vigo.bridge.plugins.module_utils.state.written_files import WrittenFiles
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

#: Templates that give "yes" on every machine.
TEMPLATES = {
    "a trait": "{{ if .Traits.os.kernel }}yes{{ end }}",
    "an element of a trait": "{{ if index .Traits.network.ip_addresses 0 }}yes{{ end }}",
    "the elements of a trait": "{{ range .Traits.network.ip_addresses }}{{ end }}yes",
    "a group of traits": "{{ with .Traits.os }}{{ if .arch }}yes{{ end }}{{ end }}",
    "all traits": '{{ with .Traits }}{{ if (index . "os").arch }}yes{{ end }}{{ end }}',
    "a variable": "{{ .Vars.answer }}",
}


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_template_finds_what_it_names(tmp_path: Path, template: str) -> None:
    path = tmp_path / "rendered"
    resource = {"type": "file", "target_path": str(path), "content": template}
    arguments = {
        "resources": [resource],
        "vars": {"answer": "yes"},
        "state_dir": str(tmp_path / "state"),
    }
    (result,) = converge(arguments, Target())
    assert (result.action, result.reason) == ("created", "it does not exist")
    assert path.read_text() == "yes"


def test_a_second_call_waits_as_long_as_it_is_told(tmp_path: Path) -> None:
    arguments = {"resources": [], "state_dir": str(tmp_path), "lock_timeout": 0}
    with StateFolder(str(tmp_path)).locked(), pytest.raises(Blocked, match="is still in progress"):
        converge(arguments, Target())
    assert converge(arguments, Target()) == []


#: what is done with a stack
CALLS = {"a run": converge, "a change of state": bring_to_state, "an end": take_down}
#: the option -> how long a call waits for another one, in seconds
TIMES: list[tuple[dict[str, Any], float]] = [
    ({}, 30.0),
    ({"lock_timeout": None}, 30.0),
    ({"lock_timeout": 0}, 0.0),
    ({"lock_timeout": 2.5}, 2.5),
]


@pytest.mark.parametrize(("option", "expected"), TIMES)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_how_long_a_call_waits(
    call: Callable[[Mapping[str, Any], Target], object],
    option: dict[str, Any],
    expected: float,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []

    def locked(folder: StateFolder, timeout: float) -> NoReturn:
        waited.append(timeout)
        raise Blocked("another call is still in progress", "wait")

    monkeypatch.setattr(StateFolder, "locked", locked)
    arguments = {"resources": [], "state_dir": str(tmp_path), "state": "restarted", **option}
    with pytest.raises(Blocked, match="is still in progress"):
        call(arguments, Target())
    assert waited == [expected]


#: option -> its value
WITH_NUL = {"state_dir": "/tmp/a\0b", "docker_host": "unix:///a\0", "scope": "\0", "stack_id": "\0"}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("name", WITH_NUL)
def test_a_nul_character(name: str, check_mode: bool, tmp_path: Path) -> None:
    arguments = {"resources": [], "state_dir": str(tmp_path), name: WITH_NUL[name]}
    with pytest.raises(ResourceError, match=f"^{name} contains a NUL character"):
        converge(arguments, Target(check_mode))


def run_module(arguments: dict[str, Any], check_mode: bool) -> dict[str, Any]:
    """Run the module as a program, without its action plugin."""
    given = {"ANSIBLE_MODULE_ARGS": {**arguments, "_ansible_check_mode": check_mode}}
    code = (
        "import sys\n"
        "from ansible.module_utils import basic\n"
        "from ansible_collections.vigo.bridge.plugins.modules import converge\n"
        "basic._ANSIBLE_ARGS, basic._ANSIBLE_PROFILE = sys.argv[1].encode(), 'legacy'\n"
        "converge.main()\n"
    )
    command = [sys.executable, "-c", code, json.dumps(given)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer


@pytest.mark.parametrize(("count", "said"), [(1, "1 of 1 resource"), (2, "2 of 2 resources")])
def test_how_many_failed(count: int, said: str, tmp_path: Path) -> None:
    resources = [
        {"id": f"a/{number}", "type": "exec", "command": "exit 1"} for number in range(count)
    ]
    answer = run_module({"resources": resources, "state_dir": str(tmp_path / "state")}, False)
    assert answer["msg"].split("\n")[0] == f"{said} failed"


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    "refuse",
    [
        {"files": {"journal/site.json": '{"version": 99}'}},
        {"resources": [{"type": "exec", "id": "a/b", "command": "x", "notify": "no"}]},
        {"prune": True, "scope_is_default": True},
    ],
    ids=["the journal is refused", "the resources are refused", "prune is refused"],
)
def test_notes_are_returned_with_a_failure(
    tmp_path: Path, refuse: dict[str, Any], check_mode: bool
) -> None:
    """What was set aside must be said, or nobody ever learns of it."""
    (tmp_path / "journal").mkdir()
    tmp_path.chmod(0o700)
    for name, text in {"owners.json": "[", **refuse.get("files", {})}.items():
        (tmp_path / name).write_text(text)
    given = {"resources": [], "scope": "site", "state_dir": str(tmp_path), **refuse}
    given.pop("files", None)
    answer = run_module(given, check_mode)
    assert answer["failed"]
    becomes = "would be" if check_mode else "was"
    (note,) = answer["notes"]
    assert "owners.json is damaged" in note
    assert f"it {becomes} renamed to {tmp_path}/owners.json.damaged" in note


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("state", ["", "state", "state/inner", "new", "new/inner"])
def test_a_state_folder_in_the_folder_of_another_user(
    tmp_path: Path, state: str, check_mode: bool
) -> None:
    """Who plants a lock that is a link, and a journal, gets nothing changed by them."""
    precious = tmp_path / "precious"
    precious.write_text("all of it")
    home = tmp_path / "home"
    for folder in (home, home / "state", home / "state/inner"):
        folder.mkdir()
        (folder / "lock").symlink_to(precious)
        (folder / "journal").mkdir()
        (folder / "journal/default.json").write_text('{"version": 1, "owed": {"exec": ["x"]}}')
        if folder != home / "state":
            os.chown(folder, 65534, 65534)
    resource = {"name": "exec", "type": "exec", "command": f"rm {precious}", "when": "changed"}
    arguments = {"resources": [resource], "state_dir": str(home / state)}
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Blocked, match=f"{home}: it belongs to another user.*set state_dir"):
        converge(arguments, Target(check_mode))
    assert precious.read_text() == "all of it"
    assert sorted(tmp_path.rglob("*")) == before


#: what is wrong with the scope of a call that prunes
NOT_TO_BE_PRUNED = {
    "none is given": {},
    "the one that all share": {"scope": "default"},
    "a folder's name": {"scope": "shop", "scope_is_default": True},
}


@pytest.mark.parametrize("scope", NOT_TO_BE_PRUNED.values(), ids=NOT_TO_BE_PRUNED)
@pytest.mark.parametrize("check", [False, True])
def test_prune_needs_a_chosen_scope(scope: dict[str, Any], check: bool, tmp_path: Path) -> None:
    file = {"id": "a/f", "type": "file", "target_path": str(tmp_path / "f"), "content": "x"}
    arguments = {"resources": [file], "state_dir": str(tmp_path / "s"), "prune": True, **scope}
    with pytest.raises(ResourceError, match=r"is a default.*Nothing was changed"):
        converge(arguments, Target(check))
    assert not (tmp_path / "f").exists()


def triggers(folder: Path, **scope: Any) -> list[str]:
    """Return the triggered resources of a run whose source does not change."""
    source = {"id": "a/source", "type": "exec", "command": "true", "unless": "true"}
    handler = {"id": "a/handler", "type": "exec", "command": "true", "when": "changed"}
    arguments = {"resources": [{**source, "notify": "handler"}, handler], **scope}
    results = converge({**arguments, "state_dir": str(folder)}, Target())
    return [result.id for result in results if result.action == "ran"]


def add_triggers(folder: Path, scope: str, stack_id: str = "") -> None:
    journal = Journal.load(StateFolder(str(folder)), scope, stack_id)
    journal.add_triggers("a/source", ["a/handler", "a/of-another-stack"])


def test_triggers_of_former_names_are_taken_over_once(tmp_path: Path) -> None:
    add_triggers(tmp_path, "stacks")
    shop = {"scope": "shop", "stack_id": "id-1", "former_scopes": ["stacks"]}
    assert triggers(tmp_path, scope="other") == []
    assert triggers(tmp_path, **shop) == ["a/handler"]
    assert triggers(tmp_path, **shop) == []
    # They are still there for whatever else had that name.
    assert Journal.load(StateFolder(str(tmp_path)), "stacks").has_trigger("a/of-another-stack")


def test_triggers_from_before_the_id(tmp_path: Path) -> None:
    add_triggers(tmp_path, "shop")
    assert triggers(tmp_path, scope="shop", stack_id="id-1") == ["a/handler"]


def test_a_renamed_stack_keeps_its_triggers_and_another_of_that_name_gets_none(
    tmp_path: Path,
) -> None:
    add_triggers(tmp_path, "shop", "id-1")
    assert triggers(tmp_path, scope="shop", stack_id="id-2") == []
    assert triggers(tmp_path, scope="store", stack_id="id-1") == ["a/handler"]


#: what cannot be written at the end of a run
KEPT = [(WrittenFiles, "update"), (Stops, "forget"), (LastRun, "save")]


@pytest.mark.parametrize(
    ("kind", "name"), KEPT, ids=lambda each: str(getattr(each, "__name__", each))
)
def test_a_result_is_not_lost_if_state_cannot_be_written(
    kind: type, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise Blocked("the disk is full", "free some space")

    monkeypatch.setattr(kind, name, refuse)
    monkeypatch.setattr(Stops, "get", lambda _self, resource: "noon")
    target = Target()
    given = {"id": "a/b", "type": "exec", "command": "true"}
    arguments = {"resources": [given], "state_dir": str(tmp_path / "state"), "started_by": "me"}
    assert [each.action for each in converge(arguments, target)] == ["ran"]
    assert "the disk is full; free some space" in target.notes


#: the actions of the resources -> the outcome of the run, and how many have changed
LAST_RUNS: list[tuple[list[str], str, int]] = [
    ([], "converged", 0),
    (["none", "skipped"], "converged", 0),
    (["none", "created", "ran"], "changed", 2),
    (["created", "failed"], "failed", 1),
    (["blocked"], "failed", 0),
]


@pytest.mark.parametrize(("actions", "outcome", "changed"), LAST_RUNS)
def test_the_record_of_a_run(actions: list[str], outcome: str, changed: int) -> None:
    results = [Result(str(number), "exec", action) for number, action in enumerate(actions)]
    found = run._last_run("me", iter(results))
    assert (found.by, found.outcome, found.changed) == ("me", outcome, changed)
    assert datetime.datetime.fromisoformat(found.at).utcoffset() == datetime.timedelta(0)
