# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments that an action plugin adds to a module are not options of the module."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.ansible_compat import (
    give_arguments,
)
from ansible_collections.vigo.bridge.plugins.module_utils.delivery.called_module import (
    ADDED,
    CalledModule,
)

#: What the action plugin sets to get the arguments back.
INJECT = "_ansible_inject_invocation"
CALL = {"_call": {"0f" * 16: True}}


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that makes a module with one option, called with these arguments."""
    for name in ("_ANSIBLE_ARGS", "_ANSIBLE_PROFILE"):
        monkeypatch.setattr(basic, name, getattr(basic, name, None))

    def made(arguments: dict[str, Any], **settings: Any) -> CalledModule:
        if INJECT in inspect.getsource(basic):  # Since ansible-core 2.21.
            arguments = {**arguments, INJECT: True}
        text = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
        give_arguments(basic, text)
        return CalledModule(argument_spec={"name": {"type": "str"}}, **settings)

    return made


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_it_is_apart_from_the_arguments(module: Any) -> None:
    made = module({"name": "x", "_secrets": {"a": "b"}, **CALL})
    assert made.params["name"] == "x"
    assert not set(ADDED) & set(made.params)
    assert made.taken == {"_secrets": {"a": "b"}, **CALL}


def test_a_result_identifies_the_call_and_holds_nothing_else_of_it(
    module: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        module({"name": "x", "_secrets": {"a": "hidden"}, **CALL}).exit_json(changed=False)
    result = printed(capsys)
    assert result["invocation"]["module_args"] == {"name": "x", **CALL}
    assert "hidden" not in json.dumps(result)


@pytest.mark.parametrize("wrong", ["nmae", "_other"])
def test_an_unsupported_argument(
    wrong: str, module: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        module({wrong: "x", "_secrets": {}, **CALL})
    result = printed(capsys)
    assert result["msg"].startswith("Unsupported parameters for ")
    assert result["msg"].endswith(f"{wrong}. Supported parameters include: name.")
    assert result["invocation"]["module_args"]["_call"] == CALL["_call"]


def test_what_one_action_alone_adds(module: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert module({"_content": "eA=="}, added=("_content",)).taken == {"_content": "eA=="}
    with pytest.raises(SystemExit):
        module({"_content": "eA=="})
    assert "_content" in printed(capsys)["msg"]
