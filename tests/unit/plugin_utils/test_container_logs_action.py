# SPDX-License-Identifier: GPL-3.0-or-later
"""The action of vigo.bridge.container_logs continues where the last call ended."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import (
    AnsibleActionFail,
    AnsibleAuthenticationFailure,
    AnsibleConnectionFailure,
    AnsibleError,
)
from ansible.plugins.action import ActionBase

from ansible_collections.vigo.bridge.plugins.action import container_logs
from ansible_collections.vigo.bridge.plugins.module_utils.converge.logs import (
    PACKED,
    Found,
    packed,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.frames import Line
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.pages import (
    Page,
    Source,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.log_page import LogPage

_LOST = AnsibleConnectionFailure("the host has gone")
_DENIED = AnsibleAuthenticationFailure("wrong password")
_FAILED = {"failed": True, "msg": "no engine responds"}


def answer(number: int, *, more: bool = False) -> dict[str, Any]:
    """Return what the module returns: a line with this number, and a cursor with it."""
    web = Source(None, "id", "web", "w/web", True)  # type: ignore[arg-type]
    page = Page([(web, Line(number, "stdout", str(number).encode()))], more=more)
    return {
        PACKED: packed(Found(page, number, number, {"at": number, "containers": {}})),
        "notes": [],
    }


class Sink:
    """The program that shows lines. It ends after some messages."""

    def __init__(self, most: int = 100) -> None:
        self.said: list[str] = []
        self._most = most

    def _say(self, text: str) -> None:
        if len(self.said) == self._most:
            raise BrokenPipeError
        self.said.append(text)

    def page(self, page: LogPage, asked: int) -> None:
        assert asked
        self._say(" ".join(line.text for line in page.lines))

    def trouble(self, message: str) -> None:
        self._say(f"trouble: {message}")

    def note(self, message: str) -> None:
        self._say(f"note: {message}")

    def end(self, error: str = "") -> None:
        self._say(f"end: {error}")

    def close(self) -> None:
        """Do nothing."""


class Live:
    """A call that stays. results: what it returns, until it ends."""

    def __init__(self, results: Iterable[dict[str, Any] | None]) -> None:
        self._results = iter(results)
        self.is_closed = False

    def next(self, limit: float) -> dict[str, Any] | None:
        assert limit > 10
        return next(self._results, None)

    def close(self) -> None:
        self.is_closed = True


def called(
    monkeypatch: pytest.MonkeyPatch,
    answers: Iterable[Any],
    sink: Sink | None,
    calls: list[dict[str, Any]] | None = None,
    live: Iterable[Live | None] = (),
    **arguments: Any,
) -> list[dict[str, Any]]:
    """Run the action, and return the arguments of each call of the module. calls: gets them.

    live: calls that stay, in their order; None where the connection does not allow it.
    """
    staying = iter(live)
    sent = [] if calls is None else calls
    given = iter(answers)
    action = object.__new__(container_logs.ActionModule)
    action._task = SimpleNamespace(args=arguments, no_log=False, diff=False, async_val=0)

    def call(_module: str, arguments: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        sent.append(arguments)
        found = next(given)
        if isinstance(found, Exception):
            raise found
        result: dict[str, Any] = found
        return result

    def live_call(_module: str, arguments: dict[str, Any], *_: Any) -> Live | None:
        found = next(staying, None)
        if found is not None:
            sent.append({**arguments, "stays": True})
        return found

    monkeypatch.setattr(action, "live_call", live_call)
    monkeypatch.setattr(ActionBase, "run", lambda *_: {})
    monkeypatch.setattr(container_logs, "stream_of", lambda host: sink)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    monkeypatch.setattr(action, "call", call)
    monkeypatch.setattr(action, "template", lambda value: value)
    monkeypatch.setattr(action, "reset_connection", lambda: sent.append({"reset": True}))
    action.run(None, {"inventory_hostname": "web1", "vigo_lock_timeout": 3})
    return sent


#: answers of the module, whether it follows -> what is said
CALLS: dict[str, tuple[list[Any], bool, list[str]]] = {
    "one call": ([answer(1)], False, ["1", "end: "]),
    "several pages": (
        [answer(1, more=True), answer(2, more=True), answer(3)],
        False,
        ["1", "2", "3", "end: "],
    ),
    "a host that cannot be reached": (
        [_LOST],
        False,
        ["end: the host has gone"],
    ),
    "an engine that is missing": ([_FAILED], False, ["end: no engine responds"]),
    "a host that cannot be reached yet": (
        [_LOST, _LOST, answer(1), answer(2)],
        True,
        ["trouble: the host has gone", "trouble: ", "1", "2"],
    ),
    "an engine that does not run yet": (
        [_FAILED, answer(1)],
        True,
        ["trouble: no engine responds", "trouble: ", "1"],
    ),
    "a wrong password": (
        [_DENIED],
        True,
        ["end: Failed to authenticate: wrong password"],
    ),
    "an error of the controller": ([AnsibleError("bad")], True, ["end: bad"]),
    "an invalid result": (
        [{PACKED: "xyz"}],
        False,
        ["end: the host returned an invalid result: it cannot be decoded (Incorrect padding)"],
    ),
    "following": ([answer(1), answer(2), answer(3)], True, ["1", "2", "3"]),
    "a lost connection": (
        [answer(1), _LOST, _LOST, answer(2), answer(3)],
        True,
        ["1", "trouble: the host has gone", "trouble: ", "2", "3"],
    ),
    "an engine that restarts": (
        [answer(1), _FAILED, answer(2)],
        True,
        ["1", "trouble: no engine responds", "trouble: ", "2"],
    ),
}


@pytest.mark.parametrize(("answers", "follow", "said"), CALLS.values(), ids=CALLS)
def test_what_is_sent(
    answers: list[Any], follow: bool, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = Sink(len(said) if follow else 100)
    more = [answer(9)] if follow and "end" not in said[0] else []
    # A program that shows lines has ended when it takes no more messages.
    ends = pytest.raises(AnsibleActionFail, match="Broken") if more else nullcontext()
    arguments: dict[str, Any] = {"wait": 10} if follow else {}
    with ends:
        called(monkeypatch, [*answers, *more], sink, **arguments)
    assert sink.said == said


def test_each_call_continues_where_the_last_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [answer(1), answer(2, more=True), _LOST, answer(3, more=True), answer(4)]
    sent: list[dict[str, Any]] = []
    with pytest.raises(AnsibleActionFail, match="Broken"):
        called(monkeypatch, answers, Sink(5), sent, wait=10)
    calls = [
        (each.get("cursor", {}).get("at"), each["wait"] >= 1) if PACKED in each else "reset"
        for each in sent
    ]
    assert calls == [(None, False), (1, True), (2, False), "reset", (2, False), (3, False)]


#: what calls return that stay, each followed by an ordinary call -> what is said
STAYING: dict[str, tuple[list[list[Any] | None], list[str]]] = {
    "until the end": ([[answer(2), answer(3), answer(4)]], ["1", "2", "3", "4"]),
    "a lost connection": ([[answer(2)], [answer(4)]], ["1", "2", "3", "4"]),
    "an engine that ends": ([[answer(2), _FAILED], [answer(4)]], ["1", "2", "3", "4"]),
    "an invalid result": ([[answer(2), {PACKED: "?"}], [answer(4)]], ["1", "2", "3", "4"]),
    "a connection that does not allow it": ([None, [answer(9)]], ["1", "3", "5"]),
    "one that ends without results": ([[], [], [], [answer(9)]], ["1", "3", "5", "7"]),
    "results now and then": (
        [[], [], [answer(6)], [], [], [answer(12)]],
        ["1", "3", "5", "6", "7", "9", "11", "12"],
    ),
}


@pytest.mark.parametrize(("staying", "said"), STAYING.values(), ids=STAYING)
def test_calls_that_stay(
    staying: list[list[Any] | None], said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    live = [None if results is None else Live(results) for results in staying]
    answers = (answer(number) for number in range(1, 100, 2))
    sink = Sink(len(said))
    with pytest.raises(AnsibleActionFail, match="Broken"):
        called(monkeypatch, answers, sink, live=live, wait=10)
    assert sink.said == said


def test_a_call_that_stays_continues_and_is_continued(monkeypatch: pytest.MonkeyPatch) -> None:
    live = [Live([answer(2), answer(3)])]
    sent: list[dict[str, Any]] = []
    with pytest.raises(AnsibleActionFail, match="Broken"):
        called(monkeypatch, [answer(1), answer(4)], Sink(3), sent, live, wait=10, only=["w"])
    calls = [(each.get("cursor", {}).get("at"), each.get("stays", False)) for each in sent]
    assert calls == [(None, False), (1, True), (3, False)]
    assert sent[1]["only"] == ["w"]
    assert live[0].is_closed


def test_no_call_stays_for_lines_of_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    live = [Live([answer(2)])]
    sent = called(monkeypatch, [answer(1, more=True), answer(2)], Sink(), live=live)
    assert not any("stays" in each for each in sent)


def test_secrets_of_resources_are_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    resources = [
        {"id": "w/a", "type": "container", "container": "a", "image": "i", "env": "secret:x"},
        {"id": "w/d", "type": "container", "container": "d", "image": "i", "env": "secret:x"},
        {
            "id": "w/b",
            "type": "container",
            "container": "b",
            "image": "i",
            "docker_host": "unix:///b",
            "env": "secret:y",
        },
        {"id": "w/c", "type": "exec", "command": "secret:z"},
    ]
    [sent] = called(monkeypatch, [{"lines": []}], None, resources=resources)
    # One stands for all that are on the usual engine.
    assert [each["id"] for each in sent["resources"]] == ["w/a", "w/b"]
    assert "secret:" not in str(sent)
    assert "lock_timeout" not in sent


def test_nothing_of_a_stack_is_sent_for_containers_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [sent] = called(monkeypatch, [{"lines": []}], None, containers=["a"], resources=[], vars={})
    assert sent == {"containers": ["a"]}
