# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module reads and returns, with AnsibleModule and without.

Arguments that an action plugin adds to a module are not options of the module.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import called_module
from ansible_collections.vigo.bridge.plugins.module_utils.delivery.ansible_compat import (
    give_arguments,
)
from ansible_collections.vigo.bridge.plugins.module_utils.delivery.ansible_module import FullModule
from ansible_collections.vigo.bridge.plugins.module_utils.delivery.called_module import (
    ADDED,
    CalledModule,
)
from ansible_collections.vigo.bridge.plugins.module_utils.delivery.plain_module import PlainModule

#: What the action plugin sets to get the arguments back.
INJECT = "_ansible_inject_invocation"
CALL = {"_call": {"0f" * 16: True}}
OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    "key": {"type": "str", "no_log": True},
}
READERS = {"plain": PlainModule, "full": FullModule}


@pytest.fixture(params=READERS)
def module(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that makes a module with one option, called with these arguments.

    It is sent in our own way; or run by Ansible itself, which gives it to AnsibleModule.
    """
    for name in ("_ANSIBLE_ARGS", "_ANSIBLE_PROFILE"):
        monkeypatch.setattr(basic, name, getattr(basic, name, None))
    monkeypatch.setattr(called_module, "_line", None)

    def made(arguments: dict[str, Any], **settings: Any) -> CalledModule:
        line = line_of(arguments)
        if request.param == "full":
            give_arguments(basic, line)
        else:
            called_module.give_arguments(line)
        return called_module.called_module(OPTIONS, **settings)

    made.kind = READERS[request.param]  # type: ignore[attr-defined]
    return made


def line_of(arguments: dict[str, Any]) -> bytes:
    if INJECT in inspect.getsource(basic):  # Since ansible-core 2.21.
        arguments = {**arguments, INJECT: True}
    return json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_it_is_apart_from_the_arguments(module: Any) -> None:
    made = module({"name": "x", "_secrets": {"a": "b"}, "_ansible_check_mode": True, **CALL})
    assert isinstance(made, module.kind)
    assert made.params == {"name": "x", "key": None}
    assert made.taken == {"_secrets": {"a": "b"}, **CALL}
    assert made.told["_ansible_check_mode"] is True
    assert made.check_mode is True
    assert not {*ADDED, "name"} & made.told.keys()


def test_it_is_no_check(module: Any) -> None:
    assert module({"name": "x"}).check_mode is False


def test_an_option_that_is_not_set(module: Any) -> None:
    assert module({}).params == {"name": None, "key": None}


@pytest.mark.parametrize(
    ("end", "status", "returned"),
    [
        (lambda made: made.exit_json(changed=False), 0, {"changed": False}),
        (lambda made: made.fail_json("no", log=["x"]), 1, {"failed": True, "msg": "no"}),
        (lambda made: made.fail_json(msg="\udcff ☃"), 1, {"failed": True, "msg": "\udcff ☃"}),
        (lambda made: made.exit_json(dest="/etc/hosts"), 0, {"dest": "/etc/hosts"}),
    ],
    ids=["result", "failure", "any text", "nothing is added for dest"],
)
def test_a_result_identifies_the_call_and_holds_nothing_else_of_it(
    end: Any, status: int, returned: Any, module: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        end(module({"name": "x", "_secrets": {"a": "hidden"}, **CALL}))
    assert ended.value.code == status
    result = printed(capsys)
    assert result.pop("invocation")["module_args"] == {"name": "x", "key": None, **CALL}
    result.pop("log", None)
    assert result == returned


def test_the_same_warning_is_returned_once(capsys: pytest.CaptureFixture[str]) -> None:
    made = PlainModule({}, {}, {}, {})
    for text in ("first", "second", "first"):
        made.warn(text)
    with pytest.raises(SystemExit):
        made.exit_json()
    assert printed(capsys)["warnings"] == ["first", "second"]


def test_what_a_secret_option_holds_is_not_masked_everywhere(
    module: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Modules of ours mask it themselves, but not in names that happen to contain it."""
    with pytest.raises(SystemExit):
        module({"key": "web"}).exit_json(container="web")
    assert printed(capsys)["container"] == "web"


@pytest.mark.parametrize("wrong", ["nmae", "_other"])
def test_an_unsupported_argument(
    wrong: str, module: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        module({wrong: "x", "_secrets": {}, **CALL})
    result = printed(capsys)
    assert result["msg"].startswith("Unsupported parameters for ")
    assert result["msg"].endswith(f"{wrong}. Supported parameters include: key, name.")
    assert result["invocation"]["module_args"]["_call"] == CALL["_call"]


def test_what_one_action_alone_adds(module: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert module({"_content": "eA=="}, added=("_content",)).taken == {"_content": "eA=="}
    with pytest.raises(SystemExit):
        module({"_content": "eA=="})
    assert "_content" in printed(capsys)["msg"]


def test_ansible_converts_what_does_not_fit(module: Any) -> None:
    made = module({"name": 12})
    assert isinstance(made, FullModule)
    assert made.params["name"] == "12"
