# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module gets from its arguments, and what Ansible gets when it ends."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types import task
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
    assert called.add_path_info({"dest": "/a"}) == {"dest": "/a"}


def test_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """It masks what arguments with no_log hold, unless that is only a reference."""
    monkeypatch.setattr(task, "end_with_caller", lambda: None)
    called = module(password="hunter22", text="plain")
    target = task.target_of(called)
    assert target.check_mode is True
    assert list(target.secrets.others) == ["hunter22"]
    assert called.no_log_values == set()
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
