# SPDX-License-Identifier: GPL-3.0-or-later
"""What our actions decide before anything is sent to a host."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.vigo.bridge.plugins.action.converge import ActionModule
from ansible_collections.vigo.bridge.plugins.module_utils.delivery.called_module import ADDED
from ansible_collections.vigo.bridge.plugins.plugin_utils import secret_action
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_action import SecretAction


class Sending(SecretAction):
    """An action whose arguments go nowhere. sent: those of each call."""

    def __init__(self, pipelining: bool, can: bool = True, become: bool | None = None) -> None:
        self._pipelining = pipelining
        self._task = SimpleNamespace(async_val=0, args={})
        self._loader = None
        elevation = become is not None and SimpleNamespace(name="su", pipelining=become)
        self._connection = SimpleNamespace(has_pipelining=can, transport="psrp", become=elevation)
        self.sent: list[dict[str, Any]] = []

    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        raise NotImplementedError

    def _is_pipelining_enabled(self, *_: Any, **__: Any) -> bool:
        return self._pipelining

    def execute(self, module: str, arguments: Any, task_vars: Any) -> dict[str, Any]:
        self.sent.append(dict(arguments))
        return {}


@pytest.mark.parametrize(
    ("secrets", "action", "complaint"),
    [
        ({}, Sending(False), ""),
        ({"a": "a long enough secret"}, Sending(True), ""),
        ({"a": "a long enough secret"}, Sending(False), "set `pipelining = true`"),
        (
            {"a": "a long enough secret"},
            Sending(False, can=False),
            "the connection 'psrp' does not",
        ),
        ({"a": "a long enough secret"}, Sending(False, become=False), "the become method 'su'"),
    ],
)
def test_secrets_never_lie_on_a_target(
    secrets: dict[str, str], action: Sending, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_action, "look_up_in_ansible", lambda *_: secrets)
    if not complaint:
        action.call("vigo.bridge.exec", {"command": "x"}, {})
        assert action.sent == [{"command": "x", "_secrets": secrets}]
        return
    with pytest.raises(AnsibleActionFail, match=complaint):
        action.call("vigo.bridge.exec", {"command": "x"}, {})
    assert action.sent == []


@pytest.mark.parametrize("name", ADDED)
def test_a_task_cannot_set_what_actions_add(name: str) -> None:
    action = Sending(True)
    action._task.args = {"command": "x", name: {}}
    with pytest.raises(AnsibleActionFail, match=f"unsupported parameter {name}; remove it"):
        action.call("vigo.bridge.exec", {"command": "x"}, {})
    assert action.sent == []


#: The user's variables, those of --set; what the host gets of web_port, which the stack sets to 1
#: and its crate to 2.
PREFERRED: list[tuple[dict[str, Any], list[str], dict[str, Any], dict[str, Any]]] = [
    ({}, [], {"web_port": 1}, {"web_port": 2}),
    ({"web_port": 8}, [], {"web_port": 8}, {}),
    ({"web_port": 8}, ["web_port"], {"web_port": 1}, {"web_port": 2}),
    ({"other": 8}, [], {"web_port": 1}, {"web_port": 2}),
    ({"web_port": 8}, ["other"], {"web_port": 8}, {}),
]


@pytest.mark.parametrize(("users", "fixed", "stack", "crate"), PREFERRED)
def test_whose_variable_wins(
    users: dict[str, Any], fixed: list[str], stack: dict[str, Any], crate: dict[str, Any]
) -> None:
    action = object.__new__(ActionModule)
    action._templar = SimpleNamespace(template=lambda value: value)
    arguments: dict[str, Any] = {
        "vars": {"web_port": 1},
        "crates": {"web": {"vars": {"web_port": 2}}},
    }
    action._prefer_user_variables(arguments, {**users, "vigo_fixed": fixed})
    assert arguments["vars"] == stack
    assert arguments["crates"]["web"]["vars"] == crate
