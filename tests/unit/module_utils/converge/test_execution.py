# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a command in the containers of a stack."""

from __future__ import annotations

import base64
import itertools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge import execution as commands
from ansible_collections.vigo.bridge.plugins.module_utils.converge.execution import run_command
from ansible_collections.vigo.bridge.plugins.module_utils.delivery.called_module import TERMINAL
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import execution
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import HOST
from tests.unit.module_utils.converge.stack_on_engine import StackOnEngine, actions


@pytest.fixture
def stack(tmp_path: Path) -> StackOnEngine:
    memory = InMemoryEngine()
    memory.have("redis:7-alpine")
    stack = StackOnEngine(memory, tmp_path)
    stack.container("shop/web")
    stack.container("shop/db")
    stack.run()
    return stack


def run(stack: StackOnEngine, *words: str, **arguments: Any) -> list[Result]:
    return stack.call(run_command, {"argv": list(words), **arguments})


SHELL = ("sh", "-c")
#: the command -> its action, exit code, output, and why it failed
COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, int | None, str | None, str]]] = {
    "one that succeeds": ((*SHELL, "echo hello"), ("ran", 0, "hello\n", "")),
    "one that prints nothing": (("true",), ("ran", 0, "", "")),
    "one that fails": (
        (*SHELL, "echo no; exit 3"),
        ("failed", 3, "no\n", "the command failed with exit code 3"),
    ),
    "one that cannot be started, for whatever reason": (
        (*SHELL, "exit 126"),
        ("failed", 126, "", "exit code 126: the command cannot be started"),
    ),
    "one that is not there": (
        (*SHELL, "exit 127"),
        ("failed", 127, "", "exit code 127: the command was not found"),
    ),
}


@pytest.mark.parametrize(("words", "expected"), COMMANDS.values(), ids=COMMANDS)
def test_commands(
    stack: StackOnEngine,
    words: tuple[str, ...],
    expected: tuple[str, int | None, str | None, str],
) -> None:
    (done,) = run(stack, *words, only=["shop/web"])
    problem = done.error["message"] if done.error else ""
    assert (done.action, done.rc, done.output, problem) == expected


def test_all_that_are_selected(stack: StackOnEngine) -> None:
    assert actions(run(stack, "true")) == {"shop/web": "ran", "shop/db": "ran"}


@pytest.mark.parametrize(
    ("containers", "limit"), [(1, 8 * 1024 * 1024), (4, 2 * 1024 * 1024), (1000, 64 * 1024)]
)
def test_all_containers_share_the_output(containers: int, limit: int) -> None:
    assert execution.output_limit(containers) == limit


@pytest.mark.parametrize(
    "given",
    [{"stdin": "hi\n"}, {"stdin_base64": base64.b64encode(b"hi\n").decode()}],
    ids=["text", "base64"],
)
def test_input(stack: StackOnEngine, given: dict[str, str]) -> None:
    (done,) = run(stack, "cat", only=["shop/db"], **given)
    assert done.output == "hi\n"


def test_secrets(stack: StackOnEngine) -> None:
    """The command gets them, and the result does not show them."""
    secrets = {"a/b": "correct horse battery"}
    given = {"env": {"KEY": "secret:a/b"}, "only": ["shop/db"]}
    (done,) = run(stack, *SHELL, "echo secret:a/b", secrets=secrets, **given)
    assert done.output == "********\n"
    (command,) = stack.memory.commands.values()
    assert command["Cmd"][-1] == "echo correct horse battery"
    assert command["Env"] == ["KEY=correct horse battery"]


def test_what_the_engine_is_given(stack: StackOnEngine) -> None:
    run(stack, "true", only=["shop/db"], user="redis", chdir="/srv")
    (command,) = stack.memory.commands.values()
    assert (command["User"], command["WorkingDir"]) == ("redis", "/srv")
    assert not command["AttachStdin"]


def test_a_time_limit(stack: StackOnEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    time = SimpleNamespace(monotonic=itertools.count().__next__, sleep=lambda _: None)
    monkeypatch.setattr(execution, "time", time)
    (done,) = run(stack, "redis-server", only=["shop/db"], timeout="3s")
    assert done.reason == (
        "the command did not end within 3 s; it may still be running in the container; increase the"
        " timeout"
    )
    assert done.rc is None


#: what is done with the container first -> the result
STATES = {
    "stop": "failed: container web is not running (exited); start it first",
    "pause": "failed: container web is paused; start it first",
    "remove": "skipped: container web does not exist on this host",
}


@pytest.mark.parametrize(("state", "done"), STATES.items(), ids=STATES)
def test_what_does_not_run(stack: StackOnEngine, state: str, done: str) -> None:
    if state == "remove":
        stack.memory.request("DELETE", "/containers/web?force=true", 1.0)
    else:
        stack.memory.request("POST", f"/containers/web/{state}", 1.0)
    assert actions(run(stack, "true")) == {"shop/web": done, "shop/db": "ran"}


#: what happens to the container while the command runs -> the result
ENDS = {
    "stop": "container web was stopped (exited) while the command was running",
    "restart": "container web was restarted while the command was running",
    "kill": "container web was stopped (exited) while the command was running",
    "remove": "container web was removed while the command was running",
    "": "the command failed with exit code 137",
}


@pytest.mark.parametrize(("end", "problem"), ENDS.items(), ids=ENDS)
def test_a_container_that_ends_in_the_meantime(
    end: str, problem: str, stack: StackOnEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code alone looks like a fault of the command."""
    original = Engine.command

    def command(engine: Engine, number: str) -> Any:
        if end == "remove":
            stack.memory.request("DELETE", "/containers/web?force=true", 1.0)
        elif end:
            stack.memory.request("POST", f"/containers/web/{end}", 1.0)
        return original(engine, number)

    monkeypatch.setattr(Engine, "command", command)
    (done,) = run(stack, *SHELL, "exit 137", only=["shop/web"])
    assert (done.action, done.reason) == ("failed", problem)


def test_what_is_not_ours(stack: StackOnEngine) -> None:
    stack.container("shop/other")
    body = {"Image": "redis:7-alpine", "HostConfig": {}, "Labels": {}}
    stack.memory.request("POST", "/containers/create?name=other", 1.0, body=body)
    stack.memory.request("POST", "/containers/other/start", 1.0)
    (done,) = run(stack, "true", only=["shop/other"])
    assert done.reason.startswith("container other was not created by this stack")
    assert stack.memory.commands == {}


def test_check_mode(stack: StackOnEngine) -> None:
    stack.memory.request("DELETE", "/containers/web?force=true", 1.0)
    assert actions(run(stack, "true", check=True)) == {
        "shop/web": "skipped: container web does not exist on this host",
        "shop/db": "ran",
    }
    assert stack.memory.commands == {}


def test_a_container_by_name(stack: StackOnEngine) -> None:
    """Without a stack, any container is meant."""
    (done,) = run(stack, *SHELL, "echo hello", container="db", docker_host=HOST)
    assert (done.id, done.action, done.output) == ("db", "ran", "hello\n")
    with pytest.raises(ResourceError, match="container none does not exist"):
        run(stack, "true", container="none", docker_host=HOST)


#: arguments that are refused -> the message
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no command": ({"argv": []}, "argv is empty"),
    "input": ({"stdin_base64": "%"}, "stdin_base64 is not valid base64"),
    "a time": ({"timeout": "soon"}, "timeout: 'soon' is not a duration"),
}


@pytest.mark.parametrize(("given", "told"), BAD.values(), ids=BAD)
def test_bad_arguments(stack: StackOnEngine, given: dict[str, Any], told: str) -> None:
    with pytest.raises(ResourceError, match=told):
        run(stack, "true", **given)


#: the engine that a container names -> the one that is used
ENGINES = {"": "", " tcp://a:2375 ": "tcp://a:2375"}


@pytest.mark.parametrize(("named", "used"), ENGINES.items())
def test_which_engine(
    named: str, used: str, stack: StackOnEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts: list[str] = []

    def connect(host: str, *_: object) -> None:
        hosts.append(host)
        raise OSError("there is no engine")

    monkeypatch.setattr(commands, "Engine", connect)
    stack.container("shop/web", docker_host=named)
    run(stack, "true", only=["shop/web"])
    assert hosts == [used]


def test_where_a_terminal_can_be_opened(stack: StackOnEngine) -> None:
    """Nothing is run: the container and its engine are returned."""

    def place(arguments: Any, target: Target) -> list[Result]:
        target.service(TERMINAL, lambda: True)
        return run_command(arguments, target)

    stack.memory.request("POST", "/containers/db/stop", 1.0)
    stack.container("shop/new")
    web, db, new = stack.call(place, {"argv": ["sh"]})
    box = stack.memory.box("web")
    assert box is not None
    assert (web.id, web.action) == ("shop/web", "ran")
    assert json.loads(web.output or "") == {"container": box.id, "engine": HOST}
    assert (db.action, db.reason) == (
        "failed",
        "container db is not running (exited); start it first",
    )
    assert (new.action, new.reason) == ("skipped", "container new does not exist on this host")
    assert stack.memory.commands == {}
