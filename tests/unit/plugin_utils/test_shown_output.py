# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action of vigo.bridge.exec shows of a command's output."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from ansible_collections.vigo.bridge.plugins.action import exec as exec_action
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_action import ModuleAction

#: host, output -> the lines shown
SHOWN = [
    ("web1", "one\ntwo\n", ["  [web1] one", "  [web1] two"]),
    ("web1", "", []),
    ("web1", "\x1b[2Jone\x9b\n", ["  [web1] \\x1b[2Jone\\x9b"]),
    ("web\x1b]0;t\x07\n1\u202e", "one", ["  [web\\x1b]0;t\\x07\\n1\\u202e] one"]),
]


@pytest.mark.parametrize(("host", "output", "expected"), SHOWN)
def test_shown(
    host: str, output: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModuleAction, "run", lambda *_: {"output": output})
    action = object.__new__(exec_action.ActionModule)
    action._task = Mock(args={"logoutput": True}, no_log=False)
    monkeypatch.setattr(exec_action, "display", display := Mock())
    action.run(None, {"inventory_hostname": host})
    assert [call.args[0] for call in display.display.call_args_list] == expected
