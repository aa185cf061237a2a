# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments and the answer of modules about a whole stack."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge import stack_module
from ansible_collections.vigo.bridge.plugins.module_utils.host import private_files
from ansible_collections.vigo.bridge.plugins.module_utils.types import task
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.called import Ended, FakeModule

SPEC: dict[str, Any] = {"docker_host": {}, "state_dir": {}, "resources": {}}
NOTHING: dict[str, Any] = {"docker_host": None, "state_dir": None, "resources": []}
SECRETS = {"_secrets": {"a/b": "hunter22"}}

Work = Callable[[Any, Target], list[Result]]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test change the environment, or watch its caller."""
    monkeypatch.setattr(task, "end_with_caller", lambda: None)
    monkeypatch.setattr(os, "environ", dict(os.environ))


def called(
    monkeypatch: pytest.MonkeyPatch,
    work: Work,
    params: dict[str, Any] | None = None,
    taken: dict[str, Any] | None = None,
    **how: Any,
) -> tuple[bool, dict[str, Any]]:
    """Return whether the module failed, and what it returned. how: as `run_stack_module` has it."""
    module = FakeModule({**NOTHING, **(params or {})}, SPEC, taken)

    def made(**settings: Any) -> FakeModule:
        assert settings == {
            "argument_spec": SPEC,
            "added": how.get("added", ()),
        }
        return module

    monkeypatch.setattr(stack_module, "called_module", made)
    with pytest.raises(Ended) as ended:
        stack_module.run_stack_module(SPEC, work, **{"uses_engine": lambda _params: False, **how})
    return ended.value.failed, ended.value.result


def result(name: str, action: str, reason: str = "") -> Result:
    return Result(name, "exec", action, reason, duration_s=1.5)


def shown(name: str, action: str, reason: str = "") -> dict[str, Any]:
    return {"id": name, "type": "exec", "action": action, "reason": reason, "duration_s": 1.5}


#: actions of the resources -> whether something changed, and the message of the failure
ANSWERS: dict[str, tuple[list[str], bool, str]] = {
    "no resources": ([], False, ""),
    "no change": (["none", "skipped"], False, ""),
    "a change": (["none", "ran"], True, ""),
    "a failure": (["failed"], False, "1 of 1 resource failed\nr0: why"),
    "a failure beside a change": (
        ["ran", "none", "blocked"],
        True,
        "1 of 3 resources failed\nr2: why",
    ),
    "two failures": (["failed", "blocked"], False, "2 of 2 resources failed\nr0: why\nr1: why"),
}


@pytest.mark.parametrize(("actions", "changed", "message"), ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("only_reads", [False, True])
def test_the_answer(
    actions: list[str],
    changed: bool,
    message: str,
    only_reads: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def work(_params: Any, target: Target) -> list[Result]:
        target.note("a note")
        target.orphans.append("old")
        target.returned["containers"] = ["web"]
        return [result(f"r{number}", action, "why") for number, action in enumerate(actions)]

    failed, answer = called(monkeypatch, work, only_reads=only_reads)
    assert failed is bool(message)
    assert answer == {
        "changed": changed and not only_reads,
        "resources": [shown(f"r{number}", action, "why") for number, action in enumerate(actions)],
        "orphans": ["old"],
        "notes": ["a note"],
        "containers": ["web"],
        **({"msg": message} if message else {"failed": False}),
    }


def test_secrets_are_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(_params: Any, target: Target) -> list[Result]:
        target.note("note hunter22")
        target.returned["containers"] = [{"image": "hunter22"}]
        return [result("it", "failed", "why hunter22")]

    _failed, answer = called(monkeypatch, work, taken=SECRETS)
    assert answer["notes"] == ["note ********"]
    assert answer["containers"] == [{"image": "********"}]
    assert answer["resources"] == [shown("it", "failed", "why ********")]
    assert answer["msg"] == "1 of 1 resource failed\nit: why ********"


#: an exception -> the message, and whether Python's traceback is returned
EXCEPTIONS: list[tuple[Exception, str, bool]] = [
    (ResourceError("it is hunter22", "correct it"), "it is ********; correct it", False),
    (
        FileNotFoundError(2, "No such file or directory", "/a"),
        "/a: No such file or directory",
        False,
    ),
    (
        ValueError("hunter22"),
        "internal error in vigo.bridge (please report it): ValueError('********')",
        True,
    ),
]


@pytest.mark.parametrize(("error", "message", "is_internal"), EXCEPTIONS)
def test_exceptions(
    error: Exception, message: str, is_internal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(_params: Any, target: Target) -> list[Result]:
        target.note("note hunter22")
        raise error

    failed, answer = called(monkeypatch, work, taken=SECRETS)
    assert failed
    assert ("traceback" in answer) is is_internal
    assert "hunter22" not in answer.pop("traceback", "")
    assert answer == {"msg": message, "notes": ["note ********"]}


@pytest.mark.parametrize("name", ["scope", "stack_id", "state_dir"])
def test_options_that_no_file_can_have(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    failed, answer = called(monkeypatch, lambda *_: [], {name: "a\0b"})
    assert failed
    assert answer["msg"].startswith(f"{name} contains a NUL character")


def test_what_the_work_gets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The arguments, and those that the action plugin adds; `prepare` comes before."""
    seen: list[Any] = []

    def work(params: Any, target: Target) -> list[Result]:
        seen.append((params, target.check_mode, dict(target.secrets.values)))
        return []

    called(
        monkeypatch,
        work,
        {"docker_host": "tcp://h:1"},
        {**SECRETS, "_pulls": {"x": 1}, "_other": 2},
        added=["_pulls", "_further"],
        prepare=lambda module, target: seen.append(module.taken["_pulls"]),
    )
    params = {**NOTHING, "docker_host": "tcp://h:1", "_pulls": {"x": 1}, "_further": None}
    assert seen == [{"x": 1}, (params, True, {"a/b": "hunter22"})]
    assert os.environ["DOCKER_HOST"] == "tcp://h:1"


def test_without_an_engine_the_environment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    os.environ["DOCKER_HOST"] = "unix:///own"
    called(monkeypatch, lambda *_: [])
    assert os.environ["DOCKER_HOST"] == "unix:///own"


REMOTE, LOCAL = "tcp://192.0.2.1:2375", "unix:///run/engine"


def container(host: str) -> dict[str, str]:
    return {"type": "container", "name": "web", "docker_host": host}


#: resources, default engine, whether the module uses the default engine, whether it may exist
#: -> whether the SDK is needed
ENGINES: dict[str, tuple[list[Any], str, bool, bool, bool]] = {
    "no container": ([], REMOTE, False, True, False),
    "no container, but containers to remove": ([], REMOTE, True, True, True),
    "containers to remove, but no engine": ([], REMOTE, True, False, False),
    "containers to remove at a socket": ([], LOCAL, True, True, False),
    "a container at a socket": ([container(LOCAL)], REMOTE, True, True, False),
    "a container on a remote engine": ([container(REMOTE)], LOCAL, False, False, True),
    "a container on the default engine": ([container("")], REMOTE, False, False, True),
    "one of two is remote": ([container(LOCAL), container(REMOTE)], LOCAL, False, True, True),
}


@pytest.mark.parametrize(
    ("resources", "default", "uses_engine", "is_there", "expected"), ENGINES.values(), ids=ENGINES
)
@pytest.mark.parametrize("folder", [None, "/state"])
def test_engines_that_need_the_sdk(
    resources: list[Any],
    default: str,
    uses_engine: bool,
    is_there: bool,
    expected: bool,
    folder: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    required: list[str] = []
    monkeypatch.setattr(stack_module, "require_sdk", lambda _module, path: required.append(path))
    monkeypatch.setattr(stack_module, "usual_engine_is_there", lambda: is_there)
    params = {"docker_host": default, "state_dir": folder, "resources": resources}
    called(
        monkeypatch,
        lambda *_: [],
        params,
        uses_engine=lambda given: given["docker_host"] and uses_engine,
    )
    assert required == ([folder or private_files.default_folder()] if expected else [])
