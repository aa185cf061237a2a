# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module gets from its arguments, and what Ansible gets when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.engine import sdk
from ansible_collections.vigo.bridge.plugins.module_utils.host import private_files
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types import task
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    Behaviour,
    Decision,
    Turn,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import (
    NOTHING,
    RERUN,
    Attribute,
    ResourceType,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.called import Ended, FakeModule

SPEC = {"password": {"no_log": True}, "text": {}, "number": {}}


def module(**params: Any) -> FakeModule:
    return FakeModule(params, SPEC)


@pytest.mark.parametrize(
    ("result", "failed", "shown"),
    [
        ({"changed": True}, False, {"changed": True, "failed": False}),
        ({"changed": False, "rc": 3}, False, {"changed": False, "rc": 3, "failed": False}),
        ({"failed": False, "rc": 3}, False, {"rc": 3, "failed": False}),
        ({"failed": True, "msg": "no", "rc": 3}, True, {"msg": "no", "rc": 3}),
    ],
)
def test_the_end(result: dict[str, Any], failed: bool, shown: dict[str, Any]) -> None:
    with pytest.raises(Ended) as ended:
        task.leave(module(), Secrets(), **result)
    assert (ended.value.failed, ended.value.result) == (failed, shown)


def test_arguments_are_shown_without_secrets() -> None:
    called = module(password="hunter22", text="x hunter33", number=7)
    with pytest.raises(Ended):
        task.leave(called, Secrets({"a/b": "hunter33"}))
    assert called.params["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert "hunter33" not in called.params["text"]
    assert called.params["number"] == 7


def test_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """It masks what arguments with no_log hold, unless that is only a reference."""
    monkeypatch.setattr(task, "end_with_caller", lambda: None)
    called = module(password="hunter22", text="plain")
    target = task.target_of(called)
    assert target.check_mode is True
    assert list(target.secrets.others) == ["hunter22"]
    assert list(task.target_of(module(password="secret:a/b")).secrets.others) == []


@pytest.mark.parametrize("failed", [False, True])
def test_the_result_of_a_resource(failed: bool) -> None:
    called = module()
    target = Target(secrets=Secrets({"a/b": "hunter22"}), notes=["note hunter22"])
    error = {"message": "no hunter22", "log": "log"} if failed else None
    action = "failed" if failed else "updated"
    result = Result("it", "file", action, "why", rc=3, error=error, returned={"more": 1})
    with pytest.raises(Ended) as ended:
        task._leave(called, target, result, {"path": "/a"})
    assert ended.value.failed is failed
    shown = {"path": "/a", "action": action, "reason": "why", "rc": 3, "more": 1}
    last = {"msg": "no ********", "log": "log"} if failed else {"changed": True, "failed": False}
    assert ended.value.result == {**shown, "duration_s": 0.0, **last}
    assert called.warned == ["note ********"]


class Taken(Behaviour):
    """Notes what it gets, and changes nothing. fails: whether it says so."""

    def __init__(self, kind: ResourceType, fails: bool = False) -> None:
        self.type = kind
        self._fails = fails
        self.seen: list[Any] = []

    def observe(self, spec: Any, target: Target) -> None:
        self.seen.append(spec)
        if self._fails:
            raise ResourceError("no hunter22", "correct it", rc=5)

    def decide(self, spec: Any, observed: None, turn: Turn) -> Decision:
        self.seen.append((turn.triggered, turn.awaited))
        return Decision("none", "as it is")

    def describe(
        self, attributes: Mapping[str, Any], result: Result, target: Target
    ) -> Mapping[str, Any]:
        return {"described": dict(attributes), "was": result.action}


def kind(**settings: Any) -> ResourceType:
    """Return a type with two attributes, and one that its tasks have in addition."""
    return ResourceType(
        name="thing",
        key="name",
        attributes=lambda: (Attribute("name", "str", required=True), Attribute("size", "int")),
        behaviour=lambda: Taken(kind()),
        parse=dict,
        task_options={"src": {"type": "str"}},
        added=("_content",),
        **settings,
    )


def called(
    monkeypatch: pytest.MonkeyPatch,
    behaviour: Taken,
    params: dict[str, Any],
    check_mode: bool = False,
) -> tuple[FakeModule, Ended, dict[str, Any]]:
    """Return the module, its end, and what it was made with."""
    monkeypatch.setattr(task, "end_with_caller", lambda: None)
    made: dict[str, Any] = {}

    def module_of(**settings: Any) -> FakeModule:
        made.update(settings)
        taken = {"_content": "c", "_secrets": {"a/b": "hunter22"}}
        given = {"size": None, "src": None, **params}
        made["module"] = FakeModule(given, settings["argument_spec"], taken, check_mode)
        return cast(FakeModule, made["module"])

    monkeypatch.setattr(task, "called_module", module_of)
    with pytest.raises(Ended) as ended:
        task.run_module(behaviour, mutually_exclusive=[("name", "src")])
    return made.pop("module"), ended.value, made


@pytest.mark.parametrize("on_trigger", [NOTHING, RERUN])
def test_the_options_of_a_module(on_trigger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    behaviour = Taken(kind(on_trigger=on_trigger))
    _module, _ended, made = called(monkeypatch, behaviour, {"name": "a"})
    trigger = {"triggered": {"type": "bool", "default": False}} if on_trigger == RERUN else {}
    assert made == {
        "added": ("_content",),
        "argument_spec": {
            "name": {"type": "str", "required": True},
            "size": {"type": "int"},
            "src": {"type": "str"},
            **trigger,
        },
        "mutually_exclusive": [("name", "src")],
    }


#: arguments of the task -> the attributes that the type gets
GIVEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "a"}, {"name": "a", "src": None, "_content": "c"}),
    ({"name": "a", "size": 0}, {"name": "a", "size": 0, "src": None, "_content": "c"}),
    ({"name": "a", "src": "x"}, {"name": "a", "src": "x", "_content": "c"}),
    ({"name": "a", "other": 1}, {"name": "a", "src": None, "_content": "c"}),
]


@pytest.mark.parametrize(("params", "expected"), GIVEN)
def test_what_a_type_gets(
    params: dict[str, Any], expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour = Taken(kind())
    module, ended, _made = called(monkeypatch, behaviour, params)
    assert behaviour.seen[0] == expected
    assert ("src" in module.params) is ("src" in params), "Ansible shows what is left"
    result = ended.result
    assert (result["described"], result["was"]) == (expected, "none")
    assert (ended.failed, result["changed"], result["reason"]) == (False, False, "as it is")


@pytest.mark.parametrize("triggered", [None, False, True])
@pytest.mark.parametrize("check_mode", [False, True])
def test_the_turn(
    triggered: bool | None, check_mode: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later tasks depend on a resource, so it must be settled; but nothing is waited for in check
    mode.
    """
    behaviour = Taken(kind())
    params = {"name": "a"} if triggered is None else {"name": "a", "triggered": triggered}
    called(monkeypatch, behaviour, params, check_mode)
    assert behaviour.seen[1] == (bool(triggered), not check_mode)


def test_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    behaviour = Taken(kind(), fails=True)
    _module, ended, _made = called(monkeypatch, behaviour, {"name": "a"})
    assert ended.failed
    names = ("msg", "reason", "log", "rc", "action", "was")
    assert [ended.result[name] for name in names] == [
        *("no ********; correct it", "no ********; correct it", "", 5, "failed", "failed")
    ]


@pytest.mark.parametrize("needs_engine", [False, True])
@pytest.mark.parametrize("is_remote", [False, True])
def test_whether_the_sdk_is_needed(
    needs_engine: bool, is_remote: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    required: list[str] = []
    monkeypatch.setattr(task, "require_sdk", lambda _module, folder: required.append(folder))
    hosts: list[str] = []

    def needs_sdk(host: str) -> bool:
        hosts.append(host)
        return is_remote

    monkeypatch.setattr(task, "needs_sdk", needs_sdk)
    called(monkeypatch, Taken(kind(needs_engine=needs_engine)), {"name": "a"})
    assert hosts == ([""] if needs_engine else [])
    expected = [private_files.default_folder()] if needs_engine and is_remote else []
    assert required == expected


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("is_there", [False, True])
def test_the_sdk_is_requested(
    check_mode: bool, is_there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call ends without changes, and without showing its arguments twice."""
    asked: list[Any] = []

    def provide(*arguments: Any, keep: bool) -> bool:
        asked.append((*arguments, keep))
        return is_there

    monkeypatch.setattr(sdk, "provide", provide)
    taken = {"_sdk": {"digest": "d"}, "_sdk_archive": "YQ=="}
    module_ = FakeModule({"text": "x"}, SPEC, taken, check_mode)
    if is_there:
        task.require_sdk(cast(Any, module_), "/state")
        assert module_.params == {"text": "x"}
    else:
        with pytest.raises(Ended) as ended:
            task.require_sdk(cast(Any, module_), "/state")
        assert (ended.value.failed, ended.value.result) == (
            False,
            {"changed": False, "sdk_missing": True},
        )
        assert module_.params == {}
    folders = sdk.folders("/state")
    assert asked == [({"digest": "d"}, "YQ==", folders, not check_mode)]


#: an exception in a module for one resource -> its message
EXCEPTIONS: list[tuple[Exception, str]] = [
    (ResourceError("no hunter22", "correct it"), "no ********; correct it"),
    (OSError(28, "No space left on device"), "the disk is full; free some space"),
    (KeyError("x"), "internal error in vigo.bridge (please report it): KeyError('x')"),
]


@pytest.mark.parametrize(("error", "message"), EXCEPTIONS)
@pytest.mark.parametrize("with_notes", [False, True])
def test_exceptions(error: Exception, message: str, with_notes: bool) -> None:
    """Notes become warnings, unless the module returns them."""
    called_module = module()
    target = Target(secrets=Secrets({"a/b": "hunter22"}), notes=["note hunter22"])
    with (
        pytest.raises(Ended) as ended,
        task.explained(cast(Any, called_module), target, with_notes=with_notes),
    ):
        raise error
    result = ended.value.result
    assert ended.value.failed
    assert result.pop("traceback", "").startswith("Traceback") is isinstance(error, KeyError)
    notes = ["note ********"]
    assert result == {"msg": message, **({"notes": notes} if with_notes else {})}
    assert called_module.warned == ([] if with_notes else notes)
