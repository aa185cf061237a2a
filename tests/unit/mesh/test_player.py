# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call of a playbook on a mesh leaves for each host, with links that follow a script."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.mesh import player
from vigo_bridge.mesh.answer import Answer, Ended, Event, HostResult, Started
from vigo_bridge.mesh.link import Outcome
from vigo_bridge.mesh.nodes import Command, Mesh, Node
from vigo_bridge.mesh.player import MeshPlayer
from vigo_bridge.mesh.sharding import Facts, Shard
from vigo_bridge.run.call import Call
from vigo_bridge.run.results import EnvoyResult, read_envoys
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets

GOOD = json.dumps({"changed": False, "resources": [], "notes": [], "orphans": []})
DONE = Outcome(Ended("successful", "last lines"))
LOST = Outcome(None, "connection reset")


@dataclass
class Scripted:
    """A link whose node answers with these parts. waits: for `cancel` or `lose`, before the end."""

    parts: Sequence[Answer]
    outcome: Outcome
    waits: bool = False
    never_returns: bool = False
    heard: float = field(default_factory=time.monotonic)
    may_run: bool = False
    is_overdue: bool = False
    calls: list[str] = field(default_factory=list)
    _go_on: threading.Event = field(default_factory=threading.Event)

    def run(self, take: Callable[[Answer], None]) -> Outcome:
        for part in self.parts:
            self.may_run = self.may_run or isinstance(part, Started)
            take(part)
        if self.waits:
            self._go_on.wait(30)
        return self.outcome

    def cancel(self) -> None:
        if "cancel" not in self.calls:
            self.calls.append("cancel")
        self._go_on.set()

    def lose(self, reason: str) -> None:
        self.calls.append(f"lose: {reason}")
        if not self.never_returns:
            self._go_on.set()

    def finish(self) -> None:
        self.calls.append("finish")


def result(host: str, content: str = GOOD) -> HostResult:
    return HostResult(f"{host}.json", content)


def event(host: str) -> Event:
    data = {"event": "runner_on_ok", "uuid": "a1", "stdout": f"ok {host}\r\n"}
    return Event({**data, "event_data": {"host": host}})


class Played:
    """One call with hosts h1 and h2 on node a, and h3 and h4 on node b."""

    def __init__(
        self, folder: Path, a: Scripted, b: Scripted, stop: Stop | None = None, full: str = ""
    ) -> None:
        """Run it. full: the node whose files cannot be written."""
        nodes = [Node("a", Command(("a",)), ("h[12]",)), Node("b", Command(("b",)), ("h[34]",))]
        links = {"a": a, "b": b}
        self.events: list[str] = []
        self.output: list[str] = []
        hosts = ["h1", "h2", "h3", "h4"]
        results = folder / "results"
        results.mkdir()
        secrets = Secrets({}, lambda paths: {})
        call = Call(
            *(folder / "site.yml", [], hosts, [], None, ""), folder, results, secrets, folder, {}
        )

        def make(call: Call, shard: Shard, path: Path) -> Scripted:
            if shard.node.name == full:
                raise OSError("no space left")
            return links[shard.node.name]

        play = MeshPlayer(Mesh(tuple(nodes)), Facts(), make)
        stop = stop or Stop(print)
        self.complaint = play(call, self._event, self.output.append, stop)
        self.envoys: dict[str, EnvoyResult] = read_envoys(
            hosts, results, check_mode=False, interrupted=stop.cut, complaint=self.complaint
        )

    def _event(self, data: Any) -> None:
        self.events.append(data["event_data"]["host"])

    def statuses(self) -> dict[str, str]:
        return {host: envoy.status.value for host, envoy in self.envoys.items()}


def test_results_of_all_nodes(tmp_path: Path) -> None:
    a = Scripted([Started(), result("h1"), event("h1"), result("h2"), event("h2")], DONE)
    b = Scripted([Started(), result("h3"), event("h3"), result("h4"), event("h4")], DONE)
    played = Played(tmp_path, a, b)
    assert set(played.statuses().values()) == {"converged"}
    assert sorted(played.events) == ["h1", "h2", "h3", "h4"]
    assert sorted(played.output)[0] == "ok h1\n"
    assert (a.calls, b.calls) == (["finish"], ["finish"])


def test_a_node_speaks_only_for_its_own_hosts(tmp_path: Path) -> None:
    failed = json.dumps({"failed": True, "msg": "forged"})
    forged: list[Answer] = [
        Started(),
        result("h3", failed),
        result("../x"),
        event("h3"),
        Event({"event": "x"}),
    ]
    a = Scripted([*forged, result("h1"), result("h2")], DONE)
    b = Scripted([Started(), result("h3"), result("h4")], DONE)
    played = Played(tmp_path, a, b)
    assert set(played.statuses().values()) == {"converged"}
    assert played.events == []
    assert not (tmp_path / "x.json").exists()


def test_hosts_without_a_result_get_what_ansible_said(tmp_path: Path) -> None:
    played = Played(
        tmp_path, Scripted([Started()], DONE), Scripted([result("h3"), result("h4")], DONE)
    )
    assert played.statuses()["h1"] == "failed"
    assert "node a:\nlast lines" in played.envoys["h1"].message


def test_a_lost_node_keeps_what_it_has_sent(tmp_path: Path) -> None:
    a = Scripted([Started(), result("h1"), event("h1")], LOST)
    b = Scripted([Started(), result("h3"), result("h4")], DONE)
    played = Played(tmp_path, a, b)
    expected = {"h1": "converged", "h2": "unreachable", "h3": "converged", "h4": "converged"}
    assert played.statuses() == expected
    assert "may still be running there: connection reset" in played.envoys["h2"].message
    assert a.calls == [], "a lost unit must not be removed"


def test_a_node_that_never_started(tmp_path: Path) -> None:
    played = Played(tmp_path, Scripted([], LOST), Scripted([result("h3"), result("h4")], DONE))
    assert played.envoys["h1"].message == "cannot start on node a: connection reset"
    assert played.statuses()["h1"] == "unreachable"


def test_a_node_that_refuses(tmp_path: Path) -> None:
    refused = Outcome(Ended("error", explanation="other version"))
    played = Played(tmp_path, Scripted([], refused), Scripted([result("h3"), result("h4")], DONE))
    assert played.statuses()["h2"] == "failed"
    message = "node a did not run anything on this host: other version"
    assert played.envoys["h2"].message == message


def test_an_error_of_ours_is_no_endless_wait(tmp_path: Path) -> None:
    class Broken(Scripted):
        def run(self, take: Callable[[Answer], None]) -> Outcome:
            raise ZeroDivisionError

    played = Played(tmp_path, Broken([], DONE), Scripted([result("h3"), result("h4")], DONE))
    assert "internal error" in played.envoys["h1"].message


def test_a_full_disk_leaves_no_node_behind(tmp_path: Path) -> None:
    a = Scripted([Started()], LOST, waits=True)
    with pytest.raises(OSError, match="no space left"):
        Played(tmp_path, a, Scripted([], LOST), full="b")
    assert a.calls == ["lose: the controller gave up"]


def test_a_stop_cancels_all_nodes(tmp_path: Path) -> None:
    stop = Stop(lambda text: None)
    canceled = Outcome(Ended("canceled"))
    a = Scripted([Started(), result("h1")], canceled, waits=True)
    b = Scripted([Started()], canceled, waits=True)
    threading.Timer(0.3, lambda: setattr(stop, "cut", True)).start()
    played = Played(tmp_path, a, b, stop)
    assert (a.calls, b.calls) == (["cancel", "finish"], ["cancel", "finish"])
    assert played.statuses() == {"h1": "converged"} | dict.fromkeys(
        ("h2", "h3", "h4"), "interrupted"
    )


def test_a_stop_that_is_not_confirmed(tmp_path: Path) -> None:
    stop = Stop(lambda text: None)
    a = Scripted([Started()], LOST, waits=True)
    b = Scripted([], LOST, waits=True)
    threading.Timer(0.3, lambda: setattr(stop, "cut", True)).start()
    played = Played(tmp_path, a, b, stop)
    assert "may still be running" in played.envoys["h1"].message
    assert played.statuses()["h3"] == "interrupted", "nothing was started there"


@pytest.mark.parametrize("never_returns", [False, True])
def test_a_silent_node(
    never_returns: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "_SILENCE", 0.3)
    monkeypatch.setattr(player, "_PATIENCE", 0.3)
    a = Scripted([Started()], LOST, waits=True, never_returns=never_returns)
    b = Scripted([Started(), result("h3"), result("h4")], DONE)
    played = Played(tmp_path, a, b)
    assert played.statuses()["h1"] == "unreachable"
    assert played.envoys["h1"].message.endswith("it has not responded for 0.3 s")
