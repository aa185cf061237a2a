# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments that the action of vigo.bridge.converge collects for a host, and the result that it
returns.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.vigo.bridge.plugins.action import converge, stack_state
from ansible_collections.vigo.bridge.plugins.plugin_utils import stack_action
from ansible_collections.vigo.bridge.plugins.plugin_utils.caller import caller
from ansible_collections.vigo.bridge.plugins.plugin_utils.result_file import FOLDER_VARIABLE

EVIL = "\x1b[2J\u202e"
CLEAN = "\\x1b[2J\\u202e"
RAN = {"id": "web/run", "type": "exec", "action": "ran", "reason": "it has no guard"}
RESULT = {"changed": True, "resources": [RAN], "notes": [], "orphans": []}
RESOURCES = [{"id": "web/run", "type": "exec", "command": "true"}]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Mock:
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    monkeypatch.setattr(stack_action, "display", display := Mock())
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    return display


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which each host's result is left."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def made(answer: Any = RESULT, kind: Any = converge.ActionModule, **arguments: Any) -> Any:
    """Return an action whose module gives this answer. sent: its arguments."""
    action = object.__new__(kind)
    action._task = SimpleNamespace(args=arguments, no_log=False, diff=False, async_val=0)
    action.template = lambda value: f"rendered {value}"

    def call(
        module: str, given: Mapping[str, Any], task_vars: Any, needs_sdk: bool, modules: Any
    ) -> Any:
        action.sent = dict(given)
        action.modules = modules
        action.needed_sdk = needs_sdk
        if isinstance(answer, Exception):
            raise answer
        return answer

    action.call = call
    return action


def variables(**more: Any) -> dict[str, Any]:
    return {"inventory_hostname": "web1", "vigo_resources": RESOURCES, **more}


#: the task's arguments, variables -> what the module is given besides resources, crates and vars
GIVEN: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "nothing else": ({}, {}, {}),
    "taken as it stands": ({}, {"vigo_only": ["web"]}, {"only": ["web"]}),
    "rendered": ({}, {"vigo_state_dir": "/x"}, {"state_dir": "rendered /x"}),
    "prune and the lock": (
        {},
        {"vigo_prune": "p", "vigo_lock_timeout": "9"},
        {"prune": "rendered p", "lock_timeout": "rendered 9"},
    ),
    "how long containers must stay healthy": (
        {},
        {"vigo_min_healthy_time": 30},
        {"min_healthy_time": "rendered 30"},
    ),
    "the task's": ({"state_dir": "/t"}, {"vigo_state_dir": "/x"}, {"state_dir": "/t"}),
    "a scope": (
        {},
        {"vigo_scope": "s", "vigo_stack_id": "i", "vigo_former_scopes": "f"},
        {"scope": "rendered s", "stack_id": "rendered i", "former_scopes": "rendered f"},
    ),
    "a scope of the task's": (
        {"scope": "t"},
        {
            "vigo_scope": "s",
            "vigo_stack_id": "i",
            "vigo_former_scopes": "f",
            "vigo_scope_is_default": "d",
        },
        {"scope": "t"},
    ),
    "other variables": ({}, {"vigo_other": 1, "state_dir": "/x"}, {}),
    "who runs it": ({}, {"vigo_started_by": "b"}, {"started_by": "rendered b"}),
    "who runs it, of the task's": (
        {"started_by": "a"},
        {"vigo_started_by": "b"},
        {"started_by": "a"},
    ),
}


@pytest.mark.parametrize(("arguments", "more", "expected"), GIVEN.values(), ids=GIVEN)
def test_what_the_module_is_given(
    arguments: dict[str, Any], more: dict[str, Any], expected: dict[str, Any]
) -> None:
    action = made(**arguments)
    action.run(None, variables(**more))
    sent = action.sent
    assert (sent.pop("resources"), sent.pop("vars"), sent.pop("crates")) == (RESOURCES, {}, {})
    assert sent == {"started_by": caller(), **expected}


def test_the_tasks_resources_count() -> None:
    given = [{"id": "web/run", "type": "exec", "command": "false"}]
    action = made(resources=given)
    action.run(None, variables())
    assert action.sent["resources"] == given


#: resources, prune -> whether an engine may be spoken to
CONTAINER = {"id": "web/run", "type": "container", "container": "a", "docker_host": "tcp://h:1"}
ENGINES: list[tuple[dict[str, Any], bool]] = [
    ({"resources": RESOURCES}, False),
    ({"resources": RESOURCES, "prune": True}, True),
    ({"resources": [CONTAINER]}, True),
]


@pytest.mark.parametrize(("arguments", "needed"), ENGINES)
def test_the_sdk_is_offered_for_engines(arguments: dict[str, Any], needed: bool) -> None:
    action = made(**arguments)
    action.run(None, variables())
    assert action.needed_sdk is needed


def test_the_result_is_left_for_the_program(results: Path) -> None:
    found = made().run(None, variables())
    (path,) = results.iterdir()
    left = json.loads(path.read_text())
    assert left["resources"][0]["id"] == "web/run"
    assert found["resources"][0]["action"] == "ran"


#: what a call raises -> what Ansible gets, and a key of what is left
ERRORS: list[tuple[Exception, type[Exception], str]] = [
    (AnsibleConnectionFailure(f"gone {EVIL}"), AnsibleConnectionFailure, "unreachable"),
    (AnsibleActionFail(f"no {EVIL}"), AnsibleActionFail, "failed"),
    (ValueError(EVIL), AnsibleActionFail, "failed"),
    (OSError(28, "No space left on device", "/x"), AnsibleActionFail, "failed"),
]


@pytest.mark.parametrize(("error", "kind", "key"), ERRORS)
def test_a_failure_is_left_too(
    error: Exception, kind: type[Exception], key: str, results: Path
) -> None:
    with pytest.raises(AnsibleError) as raised:
        made(error).run(None, variables())
    assert type(raised.value) is kind
    assert "\x1b" not in str(raised.value)
    (path,) = results.iterdir()
    left = json.loads(path.read_text())
    assert left[key] is True
    assert left["msg"]


#: what a host returns that was sent one resource
INVALID: dict[str, dict[str, Any]] = {
    "no resources": {"changed": False},
    "another one": {**RESULT, "resources": [{**RAN, "id": "web/other"}]},
    "another type": {**RESULT, "resources": [{**RAN, "type": "file"}]},
    "an unknown action": {**RESULT, "resources": [{**RAN, "action": "x"}]},
    "none of them": {**RESULT, "resources": []},
}


@pytest.mark.parametrize("answer", INVALID.values(), ids=INVALID)
def test_an_invalid_result_is_a_failure(answer: dict[str, Any], results: Path) -> None:
    found = made(answer).run(None, variables())
    assert found["failed"] is True
    assert found["msg"].startswith("the host returned an invalid result: ")
    (path,) = results.iterdir()
    assert json.loads(path.read_text())["failed"] is True


#: recording, no_log, diff, failed -> the lines that are shown, and keys of the result
FAILED = {**RESULT, "failed": True, "resources": [{**RAN, "action": "failed", "reason": EVIL}]}
SHOWN: dict[str, tuple[bool, dict[str, Any], Any, bool, bool]] = {
    "by the program": (True, {}, RESULT, False, False),
    "by Ansible": (False, {}, RESULT, True, False),
    "without a log": (False, {"no_log": True}, RESULT, False, False),
    "with a diff": (False, {"diff": True}, RESULT, True, True),
    "a failure": (False, {}, FAILED, True, False),
}


@pytest.mark.parametrize(
    ("recording", "task", "answer", "lines", "diff"), SHOWN.values(), ids=SHOWN
)
def test_what_is_shown(
    recording: bool,
    task: dict[str, Any],
    answer: dict[str, Any],
    lines: bool,
    diff: bool,
    quiet: Mock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if recording:
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    action = made(answer)
    vars(action._task).update(task)
    found = action.run(None, variables())
    shown = [call.args[0] for call in quiet.display.call_args_list]
    assert bool(shown) is lines
    assert EVIL not in "".join(shown)
    assert ("diff" in found) is diff


#: Where a stack's variable is reserved, the user gets a warning: in the result, or at once.
@pytest.mark.parametrize("recording", [True, False])
def test_a_reserved_name_is_warned_of(
    recording: bool, quiet: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if recording:
        monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    hosts = SimpleNamespace(raw_get={"web1": {"environment": "x"}}.get)
    found = made(vars={"environment": "y"}).run(None, variables(hostvars=hosts))
    assert quiet.warning.called is not recording
    if recording:
        (path,) = tmp_path.iterdir()
        assert "'environment'" in json.loads(path.read_text())["notes"][0]
    assert found["changed"] is True


#: a stack's variable, `vigo_fixed` -> whether the user is warned that an own one is not used
UNUSED: list[tuple[str, list[str], bool]] = [
    ("environment", [], True),
    ("environment", ["environment"], False),
    ("inventory_hostname", [], False),
]


@pytest.mark.parametrize(("name", "fixed", "warned"), UNUSED)
def test_who_is_warned(name: str, fixed: list[str], warned: bool, quiet: Mock) -> None:
    hosts = SimpleNamespace(raw_get={"web1": {"environment": "x"}}.get)
    made(vars={name: "y"}).run(None, variables(hostvars=hosts, vigo_fixed=fixed))
    assert quiet.warning.called is warned


def test_a_python_that_does_not_respond_is_in_the_notes(results: Path) -> None:
    """`vigo-bridge` does not show Ansible's warnings, and each call waits for this Python."""
    action = made()
    action._hung = (f"/opt/{EVIL}python",)
    action.run(task_vars=variables())
    (note,) = json.loads((results / "web1.json").read_text())["notes"]
    assert note.startswith(f"/opt/{CLEAN}python on the target does not respond; repair or remove")


PRUNED = {"id": "prune/old", "type": "container", "action": "deleted", "reason": ""}
#: state, the resources in the result -> whether the result is valid
STATES: dict[str, tuple[str, list[dict[str, Any]], bool]] = {
    "a resource": ("restarted", [RAN], True),
    "no result for a resource": ("restarted", [], True),
    "a resource that was not sent": ("restarted", [{**RAN, "id": "web/other"}], False),
    "something pruned": ("restarted", [PRUNED], False),
    "something removed": ("absent", [PRUNED], True),
}


@pytest.mark.parametrize(("state", "resources", "is_valid"), STATES.values(), ids=STATES)
def test_what_stack_state_may_return(
    state: str, resources: list[dict[str, Any]], is_valid: bool, results: Path
) -> None:
    answer = {**RESULT, "resources": resources}
    action = made(answer, stack_state.ActionModule, state=state)
    action.run(task_vars=variables())
    left = json.loads((results / "web1.json").read_text())
    assert left.get("failed", False) == (not is_valid)
    assert action.needed_sdk == (state == "absent")
