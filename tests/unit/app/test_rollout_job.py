# SPDX-License-Identifier: GPL-3.0-or-later
"""What the history says about a rollout that was undone, and about its undoing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.app import rollout_job
from vigo_bridge.app.rollout_job import Job, roll_back
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.history import History, Record
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus
from vigo_bridge.run.state import controller_folder
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets

HOSTS = ("h1", "h2", "h3")
PAGE = Result("site/page", "file", "updated", "the former state was restored")
STAYED = EnvoyResult(EnvoyStatus.CONVERGED, resources=(replace(PAGE, action="none"),))
NOT_UNDONE = EnvoyResult(EnvoyStatus.CONVERGED, resources=(replace(PAGE, action="skipped"),))
WENT_BACK = EnvoyResult(EnvoyStatus.CHANGED, resources=(PAGE,))
FAILED = EnvoyResult(EnvoyStatus.FAILED, resources=(replace(PAGE, action="failed"),))
GONE = EnvoyResult(EnvoyStatus.UNREACHABLE)
CUT = EnvoyResult(EnvoyStatus.INTERRUPTED)


@dataclass
class Hosts:
    """Hosts whose rollback ends as given. meanwhile: called before it."""

    ends: Mapping[str, EnvoyResult]
    meanwhile: Callable[[], object] = lambda: None
    calls: list[tuple[str, ...]] = field(default_factory=list)

    def __call__(
        self, hosts: Sequence[str], progress: Any, former: str = ""
    ) -> dict[str, EnvoyResult]:
        assert former == "restore"
        self.calls.append(tuple(hosts))
        self.meanwhile()
        return {host: self.ends.get(host, WENT_BACK) for host in hosts}


def past() -> History:
    return History(controller_folder() / "history")


@pytest.fixture
def rollout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Return a rollout that finished two of its three hosts."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    record = past().add(3, command="run", subject="/srv/shop", key="shop", fingerprint="f")
    record = replace(record, finished=("h1", "h2"), result={"status": "aborted"}, ended=True)
    past().write(record)
    return record


def undo(
    rollout: Record, hosts: Hosts, monkeypatch: pytest.MonkeyPatch, names: Sequence[str] = HOSTS
) -> None:
    @contextlib.contextmanager
    def converging(job: Job, private: Path, stop: Stop) -> Iterator[Hosts]:
        yield hosts

    monkeypatch.setattr(rollout_job, "_converging", converging)
    where = Path("/nowhere")
    how = RunOptions(rollout=rollout.name)
    secrets = Secrets({}, lambda paths: {})
    job = Job("rollout undo 1", "/srv/shop", where, [], names, secrets, how, "shop", "f")
    roll_back(job, rollout, where)


#: the hosts that are undone -> what becomes of them, the hosts that are finished afterwards
ENDS: dict[str, tuple[Sequence[str], Mapping[str, EnvoyResult], tuple[str, ...]]] = {
    "all went back": (HOSTS, {}, ()),
    "one had nothing to go back to": (HOSTS, {"h1": STAYED}, ("h1",)),
    "none had": (HOSTS, dict.fromkeys(HOSTS, STAYED), ("h1", "h2")),
    "a command is not undone": (HOSTS, {"h1": NOT_UNDONE}, ()),
    "one fails": (HOSTS, {"h1": STAYED, "h2": FAILED}, ("h1",)),
    "one cannot be reached": (HOSTS, {"h1": STAYED, "h2": GONE}, ("h1",)),
    "interrupted": (HOSTS, {"h1": STAYED, "h2": CUT}, ("h1",)),
    "--limit": (("h2", "h3"), {}, ("h1",)),
    "only hosts that were not finished": (("h3",), {}, ("h1", "h2")),
}


@pytest.mark.parametrize(("names", "ends", "finished"), ENDS.values(), ids=ENDS)
def test_hosts_that_went_back_are_not_finished(
    rollout: Record,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    names: Sequence[str],
    ends: Mapping[str, EnvoyResult],
    finished: tuple[str, ...],
) -> None:
    undo(rollout, Hosts(ends), monkeypatch, names)
    last = past().last("shop")
    assert last == replace(rollout, finished=finished)
    assert not last.is_complete
    said = capsys.readouterr().err
    stayed = {host for host, end in ends.items() if end is STAYED}
    assert ("nothing to undo: no host has kept" in said) == (stayed == {*HOSTS})
    undone = past().records()[-1]
    assert (undone.command, undone.hosts, undone.ended) == ("rollout undo 1", len(names), True)
    assert set(undone.result["envoys"]) == set(names)


def test_the_history_can_be_trusted_at_any_moment(
    rollout: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A controller that is killed while hosts go back leaves none of them finished."""
    found: list[Record] = []
    hosts = Hosts({"h1": STAYED}, meanwhile=lambda: found.extend(past().records()))
    undo(rollout, hosts, monkeypatch)
    first, second = found
    assert first == replace(rollout, finished=())
    assert (second.command, second.status) == ("rollout undo 1", "running")


def test_it_can_be_repeated(rollout: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    undo(rollout, Hosts({"h2": GONE}), monkeypatch)
    undo(rollout, Hosts(dict.fromkeys(HOSTS, STAYED)), monkeypatch)
    assert [record.command for record in past().records()] == ["run", *["rollout undo 1"] * 2]
    last = past().last("shop")
    assert last is not None
    assert last.finished == ()
