# SPDX-License-Identifier: GPL-3.0-or-later
"""What plugins use of Ansible that it does not document, and what happens where it is missing."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from ansible import constants
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible.release import __version__

from ansible_collections.vigo.bridge.plugins.plugin_utils import ansible_compat
from tests.matrix.parts import BETA, CORES


class Action(ansible_compat.AnsibleAction):
    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        raise NotImplementedError


@pytest.fixture
def action() -> Any:
    """Return an action as Ansible makes one, with a connection by SSH."""
    task = SimpleNamespace(async_val=0, environment=None)
    shell = SimpleNamespace(SHELL_FAMILY="sh", env_prefix=lambda **_: "")
    connection = SimpleNamespace(
        _shell=shell,
        become=None,
        transport="ssh",
        has_pipelining=True,
        get_option={"timeout": "7"}.__getitem__,
        is_pipelining_enabled=lambda wrap_async: not wrap_async,
    )
    return Action(task, connection, None, SimpleNamespace(), SimpleNamespace(template=str))


UNSUPPORTED = "ansible-core [0-9.]+[a-z0-9]* is not supported: {} is missing; install one of 2.19, "


def test_with_all_names(action: Any) -> None:
    assert action.template(7) == "7"
    assert action.can_run_programs()
    assert action.is_pipelining()
    assert action.connection_timeout() == 7
    assert action.pipelining_obstacle() == ""
    assert not action.needs_terminal()


#: What an ansible-core may lack of an action -> what then holds.
WITHOUT: dict[str, Callable[[Any], bool]] = {
    "_is_pipelining_enabled": lambda action: not action.is_pipelining(),
    "_compute_environment_string": lambda action: not action.can_run_programs(),
    "_low_level_execute_command": lambda action: not action.can_run_programs(),
    "_update_module_args": lambda action: not action.can_run_programs(),
}


@pytest.mark.parametrize(("name", "holds"), WITHOUT.items(), ids=WITHOUT)
def test_a_missing_method(
    name: str, holds: Callable[[Any], bool], action: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(ActionBase, name)
    assert holds(action)


#: The same of what an action is given.
WITHOUT_ATTRIBUTE: dict[str, Callable[[Any], bool]] = {
    "_connection": lambda action: (
        not action.can_run_programs()
        and action.connection_timeout() == constants.DEFAULT_TIMEOUT
        and action.pipelining_obstacle() == ""
        and not action.needs_terminal()
    ),
    "_connection._shell": lambda action: not action.can_run_programs(),
    "_connection._shell.SHELL_FAMILY": lambda action: not action.can_run_programs(),
    "_connection.become": lambda action: (
        action.pipelining_obstacle() == "" and not action.needs_terminal()
    ),
    "_connection.has_pipelining": lambda action: action.pipelining_obstacle() == "",
    "_connection.get_option": lambda action: (
        action.connection_timeout() == constants.DEFAULT_TIMEOUT
    ),
}


@pytest.mark.parametrize(("name", "holds"), WITHOUT_ATTRIBUTE.items(), ids=WITHOUT_ATTRIBUTE)
def test_a_missing_attribute(name: str, holds: Callable[[Any], bool], action: Any) -> None:
    owner = action
    *above, last = name.split(".")
    for part in above:
        owner = getattr(owner, part)
    delattr(owner, last)
    assert holds(action)


#: name -> what cannot continue without it
REQUIRED: dict[str, Callable[[Any], Any]] = {
    "_templar": lambda action: action.template(1),
    "_loader": lambda action: action.loader,
}


@pytest.mark.parametrize(("name", "use"), REQUIRED.items(), ids=REQUIRED)
def test_a_required_attribute(name: str, use: Callable[[Any], Any], action: Any) -> None:
    delattr(action, name)
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format(f"Action.{name}")):
        use(action)


def test_a_required_method(action: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ActionBase, "_find_needle")
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format("Action._find_needle")):
        action.find_file("files", "x")


@pytest.mark.parametrize("name", ["_parse_returned_data", "_update_module_args"])
def test_an_answer_that_cannot_be_recognized(
    name: str, action: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a stranger's text might be taken for a result."""
    monkeypatch.delattr(ActionBase, name)
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format(f"ActionBase.{name}")):
        action.execute_module("vigo.bridge.exec", {}, {})


#: `async` of the task, what Ansible tells modules -> what modules get
INJECTED: list[tuple[int, dict[str, bool], dict[str, bool]]] = [
    (0, {"_ansible_inject_invocation": False}, {"_ansible_inject_invocation": True}),
    (60, {"_ansible_inject_invocation": False}, {"_ansible_inject_invocation": False}),
    (0, {}, {}),
]


@pytest.mark.parametrize(("async_val", "before", "after"), INJECTED)
def test_modules_return_their_arguments(
    async_val: int,
    before: dict[str, bool],
    after: dict[str, bool],
    action: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a task in the background returns is read by Ansible alone."""

    def update(self: Any, name: str, given: dict[str, Any], task_vars: Any) -> None:
        given.update(before)

    monkeypatch.setattr(ActionBase, "_update_module_args", update)
    action._task.async_val = async_val
    assert action.module_arguments("vigo.bridge.exec", {}, {}) == after


#: Ansible's answer about its setting -> whether results have the arguments
SHOWN: list[tuple[Any, bool]] = [(True, True), (False, False), (AnsibleError("unknown"), True)]


@pytest.mark.parametrize(("answer", "shown"), SHOWN)
def test_results_with_arguments(answer: Any, shown: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Mock(side_effect=[answer])
    monkeypatch.setattr(constants, "config", Mock(get_config_value=ask))
    assert ansible_compat.shows_arguments({"x": 1}) is shown
    ask.assert_called_once_with("INJECT_INVOCATION", variables={"x": 1})


def test_a_missing_encoder(action: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("ansible.module_utils.common.json.get_module_encoder")
    assert ansible_compat.module_encoder() is None
    assert not action.can_run_programs()


def test_missing_names_of_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "inventory_hostname" in ansible_compat.names_of_ansibles_variables()
    monkeypatch.delattr(constants, "INTERNAL_STATIC_VARS")
    assert ansible_compat.names_of_ansibles_variables() == frozenset()


def test_missing_keywords(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "when" in ansible_compat.keywords()
    monkeypatch.delattr("ansible.vars.reserved.get_reserved_names")
    with pytest.raises(
        AnsibleError, match=UNSUPPORTED.format("ansible.vars.reserved.get_reserved_names")
    ):
        ansible_compat.keywords()


def test_missing_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ansible_compat.setting("DEFAULT_TIMEOUT", {}) == constants.DEFAULT_TIMEOUT
    monkeypatch.delattr(constants, "config")
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format("ansible.constants.config")):
        ansible_compat.setting("DEFAULT_TIMEOUT", {})


#: hostvars -> the variables of the host
GIVEN: list[tuple[Any, dict[str, Any]]] = [
    (SimpleNamespace(raw_get={"a": {"x": 1}}.get), {"x": 1}),
    (SimpleNamespace(raw_get={"b": {"x": 1}}.get), {}),
    (SimpleNamespace(), {}),
    (None, {}),
]


@pytest.mark.parametrize(("hosts", "variables"), GIVEN)
def test_variables_that_are_given(hosts: Any, variables: dict[str, Any]) -> None:
    given = ansible_compat.given_variables({"hostvars": hosts, "inventory_hostname": "a"})
    assert given == variables


def _with_imports() -> None:
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        ansible_compat.add_imports(archive, "ansible.modules.x", "import json\n")


_LOADER = "ansible.plugins.loader.PluginLoader"
#: what may be missing in a plugin -> what needs it
STOPPED: list[tuple[str, Callable[[], Any]]] = [
    (f"{_LOADER}.find_plugin_with_context", lambda: ansible_compat.find_module("a.b.c")),
    (f"{_LOADER}.find_plugin_with_context", lambda: ansible_compat.has_action("a.b.c")),
    (
        "ansible.executor.module_common._get_ansible_module_fqn",
        lambda: ansible_compat.import_name("/x"),
    ),
    ("ansible.executor.module_common.recursive_finder", _with_imports),
    ("ansible.inventory.helpers.get_group_vars", lambda: ansible_compat.inventory_variables(None)),
    ("ansible.utils.vars.combine_vars", lambda: ansible_compat.inventory_variables(None)),
]


@pytest.mark.parametrize(("name", "use"), STOPPED)
def test_a_missing_name_in_a_plugin(
    name: str, use: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(name)
    with pytest.raises(AnsibleError, match="is not supported: .*" + name.rpartition(".")[2]):
        use()


def test_a_missing_manager_of_extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    def finder(extension_manager: Any, **_given: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("ansible.executor.module_common.recursive_finder", finder)
    monkeypatch.delattr("ansible.executor.module_common._builder", raising=False)
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format(".*_builder")):
        _with_imports()


def test_missing_cleaning_of_results(action: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"stdout": '{"changed": false}', "stderr": "", "rc": 0}
    assert action.result_of(answer)["changed"] is False
    monkeypatch.setattr(ActionBase, "_parse_returned_data", lambda *_: {})
    monkeypatch.delattr("ansible.vars.clean.remove_internal_keys", raising=False)
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format(".*remove_internal_keys")):
        action.result_of(answer)
    monkeypatch.setattr(ActionBase, "_parse_returned_data", lambda *_: object())
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format("object.remove_internal_keys")):
        action.result_of(answer)


def test_the_folder_of_ansibles_modules() -> None:
    assert Path(ansible_compat.modules_folder(), "ping.py").is_file()


def test_variables_that_cannot_be_set() -> None:
    variables = {"a": 1}
    ansible_compat.use_for_polling(variables, {"a": 2})
    assert variables == {"a": 2}
    fixed = MappingProxyType({"a": 1})
    ansible_compat.use_for_polling(fixed, {"a": 2})
    assert dict(fixed) == {"a": 1}


def test_an_error_that_wraps_none() -> None:
    error: Any = SimpleNamespace(message="a")
    assert vars(ansible_compat.without_cause(error, "b")) == {"message": "b"}


def test_the_versions_are_those_that_are_tested() -> None:
    assert tuple(CORES) == ansible_compat.SEEN_ON


def test_this_version_is_one_of_them() -> None:
    assert __version__.rpartition(".")[0] in (*ansible_compat.SEEN_ON, BETA)


#: `async` of the task -> whether arguments stay off the disk, and what is read of the output
BACKGROUND: list[tuple[int, bool, str]] = [(0, True, '{"own": 1}'), (60, False, '{"other": 1}')]


@pytest.mark.parametrize(("async_val", "pipelining", "read"), BACKGROUND)
def test_a_task_in_the_background(
    async_val: int, pipelining: bool, read: str, action: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its output is that of what starts the module, and its arguments are written to a file."""
    seen: list[str] = []

    original = ActionBase._parse_returned_data

    def parse(self: Any, res: dict[str, Any], profile: str) -> Any:
        seen.append(res["stdout"])
        return original(self, res, profile)

    monkeypatch.setattr(ActionBase, "_parse_returned_data", parse)
    action._task.async_val = async_val
    action.own_output = lambda output: '{"own": 1}'
    action.result_of({"stdout": '{"other": 1}', "stderr": "", "rc": 0})
    assert seen == [read]
    assert action.is_pipelining() is pipelining


def test_a_module_cannot_say_what_only_ansible_may(action: Any) -> None:
    facts = {"discovered_interpreter_python": "/evil", "other": 1}
    printed = json.dumps({"changed": False, "ansible_facts": facts})
    found = action.result_of({"stdout": printed, "stderr": "", "rc": 0})
    assert found["ansible_facts"] == {"other": 1}


class Become:
    success = "BECOME-SUCCESS-x"

    def __init__(self, password: str = "") -> None:
        self._password = password

    def get_option(self, name: str) -> str:
        return {"become_pass": self._password}[name]

    def build_become_command(self, command: str, shell: Any) -> str:
        return f"sudo -u root /bin/sh -c 'echo {self.success} ; {command}'"


BUILT = [b"/usr/bin/ssh", b"-o", b"Port=22", b"-tt", b"web1", b"id"]
#: the transport, what it builds, whom the task becomes -> the command for a terminal
TERMINALS: dict[str, tuple[str, list[bytes] | None, str, list[str]]] = {
    "this machine": ("local", None, "", ["/bin/sh", "-c", "id"]),
    "this machine with become": (
        "local",
        None,
        "root",
        ["/bin/sh", "-c", "sudo -u root /bin/sh -c 'id'"],
    ),
    "the same user": ("local", None, "ops", ["/bin/sh", "-c", "id"]),
    "SSH": ("ssh", BUILT, "", [word.decode() for word in BUILT]),
    "SSH with a password": (
        "ssh",
        [b"sshpass", b"-d7", *BUILT],
        "",
        [word.decode() for word in BUILT],
    ),
    "another connection": ("docker", None, "", []),
    "a missing name": ("ssh", None, "", []),
}


@pytest.mark.parametrize(
    ("transport", "built", "user", "command"), TERMINALS.values(), ids=TERMINALS
)
def test_terminals(
    transport: str,
    built: list[bytes] | None,
    user: str,
    command: list[str],
    action: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {"ssh_executable": "/usr/bin/ssh", "host": "web1"}
    given = {"transport": transport, "get_option": options.__getitem__, "_shell": None}
    building = {} if built is None else {"_build_command": lambda *_: built}
    become = {"become": Become() if user else None}
    monkeypatch.setattr(action, "_connection", SimpleNamespace(**given, **building, **become))
    monkeypatch.setattr(action, "_get_remote_user", lambda: "ops")
    monkeypatch.setattr(action, "get_become_option", lambda name: user)
    assert action.terminal_command(["id"]) == command


#: the transport, what it builds, a password for become -> the command whose output can be read
PIPED: dict[str, tuple[str, list[bytes] | None, str | None, list[str]]] = {
    "this machine": ("local", None, None, ["/bin/sh", "-c", "A=b id"]),
    "become without a password": (
        "local",
        None,
        "",
        ["/bin/sh", "-c", "sudo -u root /bin/sh -c 'A=b id'"],
    ),
    "become with a password": ("local", None, "secret", []),
    "SSH": ("ssh", BUILT, None, [word.decode() for word in BUILT]),
    "SSH with a password": (
        "ssh",
        [b"sshpass", b"-d7", *BUILT],
        None,
        [word.decode() for word in BUILT],
    ),
    "another connection": ("docker", None, None, []),
}


@pytest.mark.parametrize(("transport", "built", "password", "command"), PIPED.values(), ids=PIPED)
def test_commands_with_pipes(
    transport: str,
    built: list[bytes] | None,
    password: str | None,
    command: list[str],
    action: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {"ssh_executable": "/usr/bin/ssh", "host": "web1"}
    asked: list[tuple[str, ...]] = []
    pipe = os.pipe() if built and built[0] == b"sshpass" else None

    def build(*words: str) -> list[bytes]:
        asked.append(words)
        return built or []

    connection = SimpleNamespace(
        transport=transport,
        get_option=options.__getitem__,
        _shell=None,
        become=None if password is None else Become(password),
        sshpass_pipe=pipe,
        **({} if built is None else {"_build_command": build}),
    )
    monkeypatch.setattr(action, "_connection", connection)
    monkeypatch.setattr(action, "_get_remote_user", lambda: "ops")
    monkeypatch.setattr(action, "_compute_environment_string", lambda: "A=b")
    monkeypatch.setattr(action, "get_become_option", lambda name: "root")
    assert action.piped_command("id") == command
    # Nothing may ask for a password, since nobody is there to answer.
    assert all(words[2:] == ("-o", "BatchMode=yes", "web1", "A=b id") for words in asked)
    for descriptor in pipe or ():
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)
