# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of ansible-playbook, what a player gets, and which results are read."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.run import call, converge
from vigo_bridge.run.call import Call
from vigo_bridge.run.converge import Converger, Former, RunOptions
from vigo_bridge.run.playbook import Playbook
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets

#: options -> the arguments after `--diff --limit @FILE`
ARGUMENTS: list[tuple[RunOptions, list[str]]] = [
    (RunOptions(), ["--extra-vars", "vigo_lock_timeout=30", "--extra-vars", "{}"]),
    (
        RunOptions(check_mode=True, become=True, lock_timeout=0.5),
        ["--check", "--become", "--extra-vars", "vigo_lock_timeout=0.5", "--extra-vars", "{}"],
    ),
    (
        RunOptions(prune=True, only=("web", "db/x")),
        [
            *("--extra-vars", "vigo_lock_timeout=30"),
            *("--extra-vars", json.dumps({"vigo_prune": True, "vigo_only": ["web", "db/x"]})),
        ],
    ),
    (
        RunOptions(pull="always", pull_limit=2),
        [
            *("--extra-vars", "vigo_lock_timeout=30"),
            *("--extra-vars", json.dumps({"vigo_pull": "always", "vigo_pull_limit": 2})),
        ],
    ),
    (
        RunOptions(min_healthy_time=30),
        [
            *("--extra-vars", "vigo_lock_timeout=30"),
            *("--extra-vars", json.dumps({"vigo_min_healthy_time": 30})),
        ],
    ),
    (
        RunOptions(forks=7, ansible_verbosity=3),
        ["--extra-vars", "vigo_lock_timeout=30", "--extra-vars", "{}", "--forks", "7", "-vvv"],
    ),
    (
        RunOptions(rollout="r1"),
        [
            *("--extra-vars", "vigo_lock_timeout=30"),
            *("--extra-vars", json.dumps({"vigo_former": "keep", "vigo_rollout": "r1"})),
        ],
    ),
    (
        RunOptions(ansible_verbosity=0),
        ["--extra-vars", "vigo_lock_timeout=30", "--extra-vars", "{}"],
    ),
]


class Played:
    """Replaces Ansible: notes the calls, and lets no host have a result."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[Playbook] = []
        self.shows: list[Any] = []
        monkeypatch.setattr(call, "play", self)

    def __call__(self, playbook: Playbook, on_event: Any, on_output: Any, stop: Stop) -> str:
        self.calls.append(playbook)
        self.shows.append(on_output)
        return "the last lines"


def converger(folder: Path, options: RunOptions) -> Converger:
    stop = Stop(lambda text: None)
    secrets = Secrets({}, lambda paths: {})
    return Converger(
        Path("site.yml"), ["inv"], options, folder, secrets, folder / "socket", stop, print, None
    )


@pytest.mark.parametrize(("options", "expected"), ARGUMENTS)
def test_arguments(
    options: RunOptions, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played(monkeypatch)
    found = converger(tmp_path, options)(["a", "b"], lambda host, envoy: None)
    (played_call,) = played.calls
    assert played_call.arguments[:3] == ["--limit", f"@{tmp_path}/call-1/hosts.txt", "--diff"]
    assert played_call.arguments[3:] == expected
    assert (tmp_path / "call-1" / "hosts.txt").read_text() == "a\nb\n"
    assert (played_call.path, played_call.inventory) == (Path("site.yml"), ["inv"])
    assert played_call.private == tmp_path / "call-1" / "runner"
    assert played.shows[0] is (
        converge._show_nothing if options.ansible_verbosity is None else print
    )
    assert list(found) == ["a", "b"]
    assert all("the last lines" in envoy.message for envoy in found.values())


def test_a_health_check_brings_its_own_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played(monkeypatch)
    options = RunOptions(prune=True, passwords={"ANSIBLE_ASK_PASS": "true"})
    converging = converger(tmp_path, options)
    converging(["a"], lambda host, envoy: None)
    converging(["a"], lambda host, envoy: None, Path("health.yml"))
    second = played.calls[1]
    assert second.private == tmp_path / "call-2" / "runner"
    assert second.arguments[3:] == [
        *("--extra-vars", "vigo_lock_timeout=30", "--extra-vars", "@health.yml"),
    ]
    assert second.environment["ANSIBLE_ASK_PASS"] == "true"
    assert str(tmp_path / "socket") in second.environment.values()


#: rollout, what to do with former states -> what hosts are told to do with them
FORMER: list[tuple[str, Former, dict[str, str]]] = [
    ("", "keep", {}),
    ("", "restore", {}),
    ("r1", "keep", {"vigo_former": "keep", "vigo_rollout": "r1"}),
    ("r1", "restore", {"vigo_former": "restore", "vigo_rollout": "r1"}),
    ("r1", "discard", {"vigo_former": "discard", "vigo_rollout": "r1"}),
]


@pytest.mark.parametrize(("rollout", "former", "expected"), FORMER)
def test_former_states(
    rollout: str,
    former: Former,
    expected: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played = Played(monkeypatch)
    converger(tmp_path, RunOptions(rollout=rollout))(["a"], lambda *_: None, former=former)
    assert json.loads(played.calls[0].arguments[-1]) == expected


class Recorded:
    """A player that notes its calls, and writes results. results: by host."""

    def __init__(self, results: dict[str, dict[str, Any]]) -> None:
        self.calls: list[Call] = []
        self.stops: list[Stop] = []
        self._results = results

    def __call__(self, given: Call, on_event: Any, on_output: Any, stop: Stop) -> str:
        self.calls.append(given)
        self.stops.append(stop)
        for host, result in self._results.items():
            (given.results / f"{host}.json").write_text(json.dumps(result))
            on_event({"event": "runner_on_ok", "event_data": {"host": host}})
        on_event({"event": "runner_on_ok", "event_data": {"host": "other"}})
        return "the last lines"


#: the file with variables -> the playbook that is called
PLAYBOOKS = [
    (None, None, "site.yml"),
    (None, "health.yml", "site.yml"),
    ("check.yml", None, "site.yml"),
    ("check.yml", "health.yml", "check.yml"),
]


@pytest.mark.parametrize(("check", "variables", "playbook"), PLAYBOOKS)
def test_what_a_player_gets(
    check: str | None, variables: str | None, playbook: str, tmp_path: Path
) -> None:
    player = Recorded({})
    options = RunOptions(play=player, record="0042", passwords={"A": "file"})
    converging = converger(tmp_path, options)
    converging.check = Path(check) if check else None
    given = Path(variables) if variables else None
    converging(["a", "b"], lambda *_: None, given)
    extra = [] if variables else ["--extra-vars", "{}"]
    assert player.calls == [
        Call(
            playbook=Path(playbook),
            inventory=["inv"],
            hosts=["a", "b"],
            arguments=["--diff", "--extra-vars", "vigo_lock_timeout=30", *extra],
            variables=given,
            rollout="0042",
            folder=tmp_path / "call-1",
            results=tmp_path / "call-1" / "results",
            secrets=converging.secrets,
            socket=tmp_path / "socket",
            passwords={"A": "file"},
        )
    ]
    assert player.stops == [converging.stop]


CHANGED = {"resources": [{"id": "c/x", "type": "exec", "action": "ran", "reason": ""}]}


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, "changed"),
        ({"check_mode": True}, "pending"),
        ({"only_reads": True}, "pending"),
        ({"check_mode": True, "only_reads": True}, "pending"),
    ],
)
def test_a_change_is_pending_if_nothing_is_changed(
    options: dict[str, Any], status: str, tmp_path: Path
) -> None:
    converging = converger(tmp_path, RunOptions(play=Recorded({"a": CHANGED}), **options))
    seen: list[Any] = []
    found = converging(["a"], lambda host, envoy: seen.append((host, envoy)))
    assert found["a"].status.value == status
    assert seen == [("a", found["a"])], "a host is shown when it ends"


@pytest.mark.parametrize("cut", [True, False])
def test_hosts_without_a_result_after_an_interruption(cut: bool, tmp_path: Path) -> None:
    converging = converger(tmp_path, RunOptions(play=Recorded({})))
    converging.stop.cut = cut
    status = "interrupted" if cut else "failed"
    assert converging(["a"], lambda *_: None)["a"].status.value == status


@pytest.mark.parametrize("written", [1, 0])
def test_a_full_disk_is_the_reason_for_missing_results(
    written: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results that hosts have left are read nevertheless, and the file that tries it is removed."""
    tried: list[Path] = []

    def refuse(path: Path, text: str) -> None:
        if written:
            path.write_text(text[:written])
        tried.append(path)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(converge, "write_text", refuse)
    converging = converger(tmp_path, RunOptions(play=Recorded({"a": CHANGED})))
    found = converging(["a", "b"], lambda *_: None)
    assert found["a"].status.value == "changed"
    assert found["b"].message.endswith(
        "\nAnsible's files cannot be written: the disk is full; free some space"
    )
    assert tried == [tmp_path / "call-1" / "room"]
    assert not tried[0].exists()
    converging(["a"], lambda *_: None)
    assert len(tried) == 1, "all hosts have results"
