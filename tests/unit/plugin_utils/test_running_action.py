# SPDX-License-Identifier: GPL-3.0-or-later
"""What an action sends to a target, in which order, and how it handles the results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.bundled_module import (
    CALL,
    MISSING,
    NO_MODULE,
    NO_PYTHON,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils import running_action
from ansible_collections.vigo.bridge.plugins.plugin_utils.running_action import RunningAction

EXEC = "vigo.bridge.exec"
FOUND = "\nvigo-bridge-python /usr/bin/python3.9\n"
HUNG = "\nvigo-bridge-python-hangs /opt/python\n"


class Running(RunningAction):
    """An action on a target whose answers are given. calls: what was sent, in its order.

    answers: of the programs, as results, or as text where it is not a result. by_ansible: of a
    module that Ansible runs.
    """

    def __init__(self, *answers: Mapping[str, Any] | str, by_ansible: Any = None, **task: Any):
        self.answers = list(answers)
        self.by_ansible = by_ansible or {"changed": False}
        self.calls: list[str] = []
        self.given: dict[str, Any] = {}
        self.programs: list[tuple[str, bytes | None]] = []
        self.terminal = self.pipelining = self.posix = False
        self._task = SimpleNamespace(
            **{"async_val": 0, "check_mode": False, "delegate_to": None, **task}
        )

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        raise NotImplementedError

    def template(self, value: Any) -> Any:
        return value

    def needs_terminal(self) -> bool:
        return self.terminal

    def is_pipelining(self) -> bool:
        return self.pipelining

    def can_run_programs(self) -> bool:
        return self.posix

    def connection_timeout(self) -> int:
        return 7

    def module_arguments(self, module: str, arguments: Any, task_vars: Any) -> dict[str, Any]:
        return dict(arguments)

    def run_program(self, command: str, given: bytes | None) -> dict[str, Any]:
        kinds = {"later_call": "kept", "first_call": "sources"}
        self.calls.append(next((kind for word, kind in kinds.items() if word in command), "search"))
        self.programs.append((command, given))
        answer = self.answers.pop(0)
        text = answer if isinstance(answer, str) else self.echoed(answer)
        return {"stdout": text, "stderr": "\x1b[2J", "rc": 0}

    def echoed(self, answer: Mapping[str, Any]) -> str:
        return json.dumps({**answer, "invocation": {"module_args": {CALL: {self._call: True}}}})

    def result_of(self, answer: dict[str, Any]) -> dict[str, Any]:
        assert "\x1b" not in answer["stdout"] + answer["stderr"]
        found = [line for line in answer["stdout"].split("\n") if line.startswith("{")]
        return dict(json.loads(self.own_output("\n".join(found))))

    def execute_module(self, module: str, arguments: Any, task_vars: Any) -> dict[str, Any]:
        self.calls.append("ansible")
        self.given = {"module": module, "arguments": dict(arguments), "variables": dict(task_vars)}
        return dict(self.by_ansible)


@pytest.fixture(autouse=True)
def ansible(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return Ansible's settings."""
    settings = {
        "INTERPRETER_PYTHON": "/usr/bin/python3",
        "INTERPRETER_PYTHON_FALLBACK": ["python3.13", "python3.9"],
        "PYTHON_MODULE_RLIMIT_NOFILE": 0,
        "INJECT_INVOCATION": True,
    }

    def setting(name: str, variables: Mapping[str, Any]) -> Any:
        return variables.get(f"setting {name}", settings[name])

    monkeypatch.setattr(running_action, "setting", setting)
    monkeypatch.setattr(running_action, "shows_arguments", lambda _: settings["INJECT_INVOCATION"])
    monkeypatch.setattr(running_action, "display", Mock())
    monkeypatch.delenv("VIGO_KEEP_MODULES", raising=False)
    return settings


def keeping(*answers: Mapping[str, Any] | str, **more: Any) -> Running:
    action = Running(*answers, **more)
    action.pipelining = action.posix = True
    return action


DONE = {"changed": True, "rc": 0}
NOTHING = {MISSING: NO_MODULE}
NOWHERE = {MISSING: NO_PYTHON}
#: the answers of the target -> what is sent for one call, and the result's own part
SENT: dict[str, tuple[list[Any], list[str], dict[str, Any]]] = {
    "it is kept": ([DONE], ["kept"], DONE),
    "it is not kept": ([NOTHING, DONE], ["kept", "sources"], DONE),
    "no Python runs": ([NOWHERE], ["kept", "ansible"], {"changed": False}),
    "it cannot be imported": (
        [NOTHING, NOTHING, FOUND],
        ["kept", "sources", "search", "ansible"],
        {"changed": False},
    ),
    "no Python for the sources": (
        [NOTHING, NOWHERE],
        ["kept", "sources", "ansible"],
        {"changed": False},
    ),
}


@pytest.mark.parametrize(("answers", "calls", "result"), SENT.values(), ids=SENT)
def test_what_is_sent(answers: list[Any], calls: list[str], result: dict[str, Any]) -> None:
    action = keeping(*answers)
    found = action.execute(EXEC, {"command": "true"}, {})
    assert action.calls == calls
    assert {name: value for name, value in found.items() if name != "invocation"} == result


#: what is so -> whether a kept module is asked for
KEPT: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], bool]] = {
    "as usual": ({}, {}, {}, True),
    "check mode": ({}, {}, {"check_mode": True}, True),
    "switched off": ({"vigo_keep_modules": "no"}, {}, {}, False),
    "switched on": ({"vigo_keep_modules": "yes"}, {}, {}, True),
    "no pipelining": ({}, {"pipelining": False}, {}, False),
    "another shell": ({}, {"posix": False}, {}, False),
    "in the background": ({}, {}, {"async_val": 60}, False),
    "a limit": ({"setting PYTHON_MODULE_RLIMIT_NOFILE": 100}, {}, {}, False),
}


@pytest.mark.parametrize(("variables", "attributes", "task", "kept"), KEPT.values(), ids=KEPT)
def test_whether_it_is_kept(
    variables: dict[str, Any], attributes: dict[str, Any], task: dict[str, Any], kept: bool
) -> None:
    action = keeping(*([DONE] if kept else [FOUND]), **task)
    for name, value in attributes.items():
        setattr(action, name, value)
    action.execute(EXEC, {"command": "true"}, variables)
    assert action.calls == (["kept"] if kept else ["search", "ansible"])


@pytest.mark.parametrize(("value", "kept"), [("0", False), ("false", False), ("1", True)])
def test_the_environment_says_whether(
    value: str, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGO_KEEP_MODULES", value)
    action = keeping(*([DONE] if kept else [FOUND]))
    action.execute(EXEC, {}, {})
    assert action.calls[0] == ("kept" if kept else "search")


@pytest.mark.parametrize(("check_mode", "keep"), [(True, b"false"), (False, b"true")])
def test_check_mode_adds_only_to_what_a_run_has_kept(check_mode: bool, keep: bytes) -> None:
    action = keeping(NOTHING, DONE, check_mode=check_mode)
    action.execute(EXEC, {"command": "true"}, {})
    assert action.calls == ["kept", "sources"]
    (_, reader), (_, sources) = action.programs
    assert b'"keep": true' in (reader or b"")
    assert b'"keep": ' + keep in (sources or b"")


def test_what_a_program_reads() -> None:
    action = keeping(NOTHING, DONE)
    action.execute(EXEC, {"command": "true"}, {})
    for command, given in action.programs:
        assert "/usr/bin/python3" in command
        assert "sleep 7" in command
        assert given is not None
        assert given.startswith(b"-\n")
        arguments = json.loads(given[given.rindex(b'{"ANSIBLE_MODULE_ARGS"') :])
        assert arguments["ANSIBLE_MODULE_ARGS"]["command"] == "true"


@pytest.mark.parametrize(("terminal", "given"), [(False, b"\n"), (True, None)])
def test_a_search_with_a_terminal(terminal: bool, given: bytes | None) -> None:
    action = Running(FOUND)
    action.terminal = terminal
    action.execute(EXEC, {}, {})
    assert action.programs[0][1] == given


#: `delegate_to`, the variables -> those of the host with the Python that was found
CHOSEN: list[tuple[str | None, dict[str, Any], dict[str, Any]]] = [
    (None, {"a": 1}, {"a": 1, "ansible_python_interpreter": "/usr/bin/python3.9"}),
    (
        "db",
        {"a": 1, "ansible_delegated_vars": {"db": {"b": 2}, "web": {}}},
        {
            "a": 1,
            "ansible_delegated_vars": {
                "db": {"b": 2, "ansible_python_interpreter": "/usr/bin/python3.9"},
                "web": {},
            },
        },
    ),
]


@pytest.mark.parametrize(("host", "variables", "expected"), CHOSEN)
def test_ansible_uses_the_python_that_runs(
    host: str | None, variables: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = json.dumps(variables)
    action = Running(FOUND, delegate_to=host)
    action.execute(EXEC, {"command": "true"}, variables)
    assert action.given["variables"] == expected
    assert json.dumps(variables) == before


def test_so_does_what_asks_for_a_result_in_the_background() -> None:
    variables: dict[str, Any] = {}
    action = Running(FOUND, async_val=60)
    action.execute("vigo.bridge.traits", {"names": []}, variables)
    assert variables == {"ansible_python_interpreter": "/usr/bin/python3.9"}
    assert action.given["arguments"] == {"names": []}


#: the setting, the variables of the host it is for -> the Pythons that are tried
PYTHONS: list[tuple[str | None, dict[str, Any], list[str]]] = [
    (None, {}, ["/usr/bin/python3"]),
    (None, {"setting INTERPRETER_PYTHON": "/opt/py"}, ["/opt/py"]),
    (
        None,
        {"setting INTERPRETER_PYTHON": "auto"},
        ["python3.13", "python3.9", "/usr/bin/python3"],
    ),
    (
        None,
        {"setting INTERPRETER_PYTHON": "auto_silent"},
        ["python3.13", "python3.9", "/usr/bin/python3"],
    ),
    (
        "db",
        {"ansible_delegated_vars": {"db": {"setting INTERPRETER_PYTHON": "/opt/py"}}},
        ["/opt/py"],
    ),
]


@pytest.mark.parametrize(("host", "variables", "pythons"), PYTHONS)
def test_which_pythons_are_tried(
    host: str | None, variables: dict[str, Any], pythons: list[str]
) -> None:
    action = keeping(DONE, delegate_to=host)
    action.execute(EXEC, {}, variables)
    assert f"\nfor p in {' '.join(pythons)}; do\n" in action.programs[0][0]
    assert (action.programs[0][1] or b"").startswith(b"-\n" * len(pythons) + b"#")


def test_a_python_that_hangs_is_named_once() -> None:
    action = keeping(HUNG + json.dumps(NOTHING), HUNG)
    action.own_output = lambda output: output  # type: ignore[method-assign]
    action.answers[1] = HUNG + json.dumps(DONE)
    action.execute(EXEC, {}, {})
    (warning,) = running_action.display.warning.call_args_list
    assert warning.args[0].startswith("/opt/python on the target does not respond; ")


def test_no_python_answers() -> None:
    action = Running(HUNG)
    found = action.execute(EXEC, {}, {})
    assert action.calls == ["search"]
    assert found["failed"] is True
    assert found["msg"].startswith("no Python on the target can be used: /opt/python did not")
    assert " within 7 s " in found["msg"]


@pytest.mark.parametrize("shown", [True, False])
def test_the_calls_identifier_is_not_shown(shown: bool, ansible: dict[str, Any]) -> None:
    ansible["INJECT_INVOCATION"] = shown
    found = keeping(DONE).execute(EXEC, {}, {})
    assert found.get("invocation") == ({"module_args": {}} if shown else None)


def test_each_call_has_an_identifier_of_its_own() -> None:
    action = Running(FOUND, FOUND)
    calls = []
    for _ in range(2):
        action.execute(EXEC, {"command": "true"}, {})
        (call,) = action.given["arguments"][CALL]
        calls.append(call)
    assert [len(call) for call in calls] == [32, 32]
    assert calls[0] != calls[1]


def test_a_module_without_a_result_is_explained() -> None:
    printed = {"module_stdout": "", "module_stderr": "no space", "rc": 1, "msg": "MODULE FAILURE"}
    found = Running(FOUND, by_ansible=printed).execute(EXEC, {}, {})
    assert "the module exited without a result (exit code 1): no space" in found["msg"]
