# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of vigo.bridge.container_exec takes the input of `vigo-bridge exec` from a file."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.action import container_exec
from ansible_collections.vigo.bridge.plugins.plugin_utils.stack_action import StackAction

_DATA = bytes(range(256))


@pytest.mark.parametrize("is_recording", [True, False])
@pytest.mark.parametrize("has_input", [True, False])
def test_input(
    is_recording: bool, has_input: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only `vigo-bridge` passes it: a variable of that name means nothing in a playbook."""
    sent: list[dict[str, Any]] = []

    def call(
        _self: Any, _module: str, arguments: dict[str, Any], _variables: Any, **_: Any
    ) -> dict[str, Any]:
        sent.append(arguments)
        return {}

    monkeypatch.setattr(StackAction, "call", call)
    monkeypatch.setattr(container_exec, "is_recording", lambda: is_recording)
    path = tmp_path / "stdin"
    path.write_bytes(_DATA)
    variables = {"playbook_dir": str(tmp_path), **({"vigo_stdin": "stdin"} if has_input else {})}
    action = object.__new__(container_exec.ActionModule)
    action.call("vigo.bridge.container_exec", {"argv": ["cat"]}, variables)
    expected: dict[str, Any] = {"argv": ["cat"]}
    if is_recording and has_input:
        expected["stdin_base64"] = base64.b64encode(_DATA).decode()
    assert sent == [expected]
