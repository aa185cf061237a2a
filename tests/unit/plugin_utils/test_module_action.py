# SPDX-License-Identifier: GPL-3.0-or-later
"""What actions hand to modules, with secrets and the docker SDK, and what they return and raise."""

from __future__ import annotations

import base64
import errno
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure, AnsibleError
from ansible.plugins.action import ActionBase

from ansible_collections.vigo.bridge.plugins.action import condition, container, file, traits
from ansible_collections.vigo.bridge.plugins.action import exec as exec_action
from ansible_collections.vigo.bridge.plugins.module_utils.engine import sdk
from ansible_collections.vigo.bridge.plugins.plugin_utils import secret_action
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import UnknownSecrets

EVIL = "\x1b]0;t\x07 \x9b2J \u202e"
CLEAN = "\\x1b]0;t\\x07 \\x9b2J \\u202e"
ACTIONS: dict[str, Any] = {
    "condition": condition,
    "container": container,
    "exec": exec_action,
    "file": file,
    "traits": traits,
}


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    monkeypatch.setattr(secret_action, "display", Mock())
    monkeypatch.setattr(exec_action, "display", Mock())


def made(name: str, answer: Any, **arguments: Any) -> Any:
    """Return an action whose modules answer with a result, or raise an error.

    sent: the name and the arguments of each call.
    """
    action = object.__new__(ACTIONS[name].ActionModule)
    action._task = SimpleNamespace(
        args=arguments, async_val=0, no_log=False, resolved_action=f"vigo.bridge.{name}"
    )
    action._loader = None
    action.is_pipelining = lambda: True
    action.sent = []
    answers = answer if isinstance(answer, list) else [answer]

    def execute(module: str, given: Mapping[str, Any], task_vars: Any) -> dict[str, Any]:
        action.sent.append((module, dict(given)))
        found = answers[min(len(action.sent), len(answers)) - 1]
        if isinstance(found, Exception):
            raise found
        return dict(found)

    action.execute = execute
    return action


def known(monkeypatch: pytest.MonkeyPatch, **secrets: str) -> list[Any]:
    """Provide these secrets, and return the list of requests."""
    asked: list[Any] = []

    def look_up(paths: Any, variables: Any, loader: Any) -> dict[str, str]:
        asked.append((sorted(paths), variables))
        return {path: secrets[path] for path in paths}

    monkeypatch.setattr(secret_action, "look_up_in_ansible", look_up)
    return asked


#: action, the task's arguments -> those of the module
HANDED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("exec", {"command": "true", "timeout": 7}, {"command": "true", "timeout": 7}),
    ("condition", {"that": True}, {"that": "true"}),
    ("traits", {"names": ["os"]}, {"names": ["os"]}),
    ("file", {"target_path": "/x", "content": "y"}, {"target_path": "/x", "content": "y"}),
]


@pytest.mark.parametrize(("name", "given", "expected"), HANDED)
def test_the_module_of_the_same_name_is_called(
    name: str, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    action = made(name, {"changed": False}, **given)
    action.run(None, {})
    ((module, sent),) = action.sent
    assert module == f"vigo.bridge.{name}"
    assert sent.pop("_secrets") == {}
    assert sent == expected


@pytest.mark.parametrize("name", ["exec", "file", "condition", "container", "traits"])
def test_what_a_target_returns_is_safe_to_print(name: str) -> None:
    given = {"container": "a"} if name == "container" else {}
    found = made(name, {"msg": EVIL, "warnings": [EVIL]}, **given).run(None, {})
    assert found == {"msg": CLEAN, "warnings": [CLEAN]}


#: what a call raises -> what Ansible gets
RAISED: list[tuple[Exception, type[Exception]]] = [
    (AnsibleActionFail(EVIL), AnsibleActionFail),
    (AnsibleConnectionFailure(EVIL), AnsibleConnectionFailure),
    (ValueError(EVIL), AnsibleActionFail),
    (OSError(errno.ENOSPC, "No space left on device", EVIL), AnsibleActionFail),
]


@pytest.mark.parametrize("name", ["exec", "file", "condition", "container", "traits"])
@pytest.mark.parametrize(("error", "kind"), RAISED)
def test_so_is_what_it_raises(name: str, error: Exception, kind: type[Exception]) -> None:
    given = {"container": "a"} if name == "container" else {}
    with pytest.raises(AnsibleError) as raised:
        made(name, error, **given).run(None, {})
    assert type(raised.value) is kind
    assert CLEAN in str(raised.value)
    assert "\x1b" not in str(raised.value)


def test_secrets_are_looked_up_and_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = known(monkeypatch, **{"a/b": "the first value", "c": "the second value"})
    action = made("exec", {}, command="x secret:a/b", environment={"Y": "secret:{c}"})
    action.run(None, {"variable": 1})
    assert asked == [(["a/b", "c"], {"variable": 1})]
    secrets = action.sent[0][1]["_secrets"]
    assert dict(secrets) == {"a/b": "the first value", "c": "the second value"}
    assert "value" not in f"{secrets} {secrets!r} {action.sent}"
    assert action.sent[0][1]["command"] == "x secret:a/b"


@pytest.mark.parametrize(("value", "warned"), [("abc", True), ("long enough to be masked", False)])
def test_a_weak_secret_is_warned_of(
    value: str, warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(monkeypatch, a=value)
    made("exec", {}, command="secret:a").run(None, {})
    assert secret_action.display.warning.called is warned  # type: ignore[attr-defined]
    assert value not in str(secret_action.display.warning.call_args)  # type: ignore[attr-defined]


@pytest.mark.parametrize("error", [StoreError("locked"), UnknownSecrets(["a"], ["the store"])])
def test_a_secret_that_cannot_be_had(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_action, "look_up_in_ansible", Mock(side_effect=error))
    action = made("exec", {}, command="secret:a")
    with pytest.raises(AnsibleActionFail, match=re.escape(str(error))):
        action.run(None, {})
    assert action.sent == []


#: the answers of a target, whether the controller has an SDK -> what it is sent with each call
MISSING_SDK = {sdk.MISSING: True, "failed": True}
SDKS: dict[str, tuple[list[dict[str, Any]], bool, list[bool]]] = {
    "it has one": ([{"changed": True}], True, [False]),
    "it has none": ([MISSING_SDK, {"changed": True}], True, [False, True]),
    "nobody has one": ([MISSING_SDK], False, [False]),
}


@pytest.mark.parametrize(("answers", "has", "sent"), SDKS.values(), ids=SDKS)
def test_the_sdk_is_sent_where_it_is_missing(
    answers: list[dict[str, Any]], has: bool, sent: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = SimpleNamespace(packed=lambda: "packed") if has else None
    monkeypatch.setattr(secret_action, "controllers_sdk", lambda: archive)
    monkeypatch.setattr(secret_action, "OFFER", {"digest": "d"})
    action = made("container", answers, container="a")
    found = action.run(None, {})
    assert [given.get("_sdk_archive") for _name, given in action.sent] == [
        "packed" if each else None for each in sent
    ]
    assert {given["_sdk"]["digest"] for _name, given in action.sent} == {"d"}
    assert found == answers[-1]


def test_others_are_offered_none() -> None:
    action = made("exec", {}, command="true")
    action.run(None, {})
    assert "_sdk" not in action.sent[0][1]


class Files:
    """What reads files: those that end in .vault are decrypted to another path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cleaned: list[str] = []

    def get_real_file(self, path: str, decrypt: bool) -> str:
        assert decrypt
        if not path.endswith(".vault"):
            return path
        plain = self.folder / "plain"
        plain.write_text("decrypted")
        return str(plain)

    def cleanup_tmp_file(self, path: str) -> None:
        self.cleaned.append(path)


def reading(folder: Path, **arguments: Any) -> Any:
    action = made("file", {}, target_path="/x", **arguments)
    action._loader = Files(folder)
    action.find_file = lambda kind, name: str(folder / name)
    return action


#: name, mode of the file on the controller, arguments -> content, whether it was vaulted, mode
SOURCES: list[tuple[str, int, dict[str, Any], str, bool, Any]] = [
    ("a.txt", 0o640, {}, "plain text", False, None),
    ("a.txt", 0o640, {"mode": "preserve"}, "plain text", False, "0640"),
    ("a.txt", 0o4755, {"mode": "preserve"}, "plain text", False, "4755"),
    ("a.txt", 0o640, {"mode": "0600"}, "plain text", False, "0600"),
    ("a.vault", 0o600, {}, "decrypted", True, None),
]


@pytest.mark.parametrize(("name", "bits", "more", "content", "vaulted", "mode"), SOURCES)
def test_src_is_read(
    name: str, bits: int, more: dict[str, Any], content: str, vaulted: bool, mode: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    (tmp_path / name).write_text("plain text")
    (tmp_path / name).chmod(bits)
    action = reading(tmp_path, src=name, **more)
    action.run(None, {})
    given = action.sent[0][1]
    assert base64.b64decode(given["_content"]).decode() == content
    assert (given["_vaulted"], given.get("mode"), given.get("src")) == (vaulted, mode, None)
    assert action.loader.cleaned == [str(tmp_path / ("plain" if vaulted else name))]


@pytest.mark.parametrize("name", ["a.txt", "a.vault"])
def test_what_was_vaulted_is_not_left_on_a_target(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("x")
    action = reading(tmp_path, src=name)
    action.is_pipelining = lambda: False
    action.pipelining_obstacle = lambda: "an obstacle"
    if name == "a.txt":
        action.run(None, {})
        return
    with pytest.raises(AnsibleActionFail, match="an obstacle"):
        action.run(None, {})
    assert action.sent == []


#: what is wrong with src
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("folder", {}, "is not a regular file"),
    ("nowhere", {}, "is not a regular file"),
    ("a.txt", {"content": "x"}, "src and content are mutually exclusive"),
    ("large", {}, "is larger than 64 MiB"),
]


@pytest.mark.parametrize(("name", "more", "complaint"), REFUSED)
def test_src_is_refused(name: str, more: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.txt").write_text("x")
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(64 * 1024 * 1024 + 1)
    action = reading(tmp_path, src=name, **more)
    with pytest.raises(AnsibleActionFail, match=complaint):
        action.run(None, {})
    assert action.sent == []


#: logoutput, no_log, failed -> whether output is shown
LOGGED: list[tuple[Any, bool, bool, bool]] = [
    (True, False, False, True),
    ("yes", False, False, True),
    ("True", False, False, True),
    (False, False, False, False),
    ("no", False, False, False),
    (True, True, False, False),
    (True, False, True, False),
]


@pytest.mark.parametrize(("wanted", "no_log", "failed", "shown"), LOGGED)
def test_output_is_shown(wanted: Any, no_log: bool, failed: bool, shown: bool) -> None:
    action = made("exec", {"output": "one\n", "failed": failed}, command="x", logoutput=wanted)
    action._task.no_log = no_log
    action.run(None, {"inventory_hostname": "web"})
    lines = exec_action.display.display.call_args_list  # type: ignore[attr-defined]
    assert [call.args[0] for call in lines] == (["  [web] one"] if shown else [])
