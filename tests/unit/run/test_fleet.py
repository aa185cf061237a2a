# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout with its hooks and health checks, on hosts that only report their results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.host_counts import Size
from vigo_bridge.run import fleet, health_url
from vigo_bridge.run.batches import Batch
from vigo_bridge.run.converge import Converger
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult, RunStatus
from vigo_bridge.run.rollout_options import RolloutOptions

HOSTS = ("a", "b", "c")
HEALTH = Path("health.yml")
ASKS: Mapping[str, Any] = {"confirm": True}


@dataclass
class Waiting:
    """Replaces the signals: nobody sends any, unless a test says so."""

    asked: bool = False
    cut: bool = False
    waited: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


@dataclass
class Hosts:
    """Replaces Ansible: gives the result that the test sets for each host.

    unhealthy: for each health check in turn, the hosts that fail it and what they print.
    """

    failing: Sequence[str] = ()
    unhealthy: list[dict[str, EnvoyResult]] = field(default_factory=list)
    stop: Waiting = field(default_factory=Waiting)
    calls: list[tuple[Sequence[str], Path | None]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def __call__(
        self,
        hosts: Sequence[str],
        progress: Callable[[str, EnvoyResult | None], None],
        variables: Path | None = None,
        former: str = "keep",
    ) -> dict[str, EnvoyResult]:
        if former != "keep":
            self.states.append(f"{former} {' '.join(hosts)}")
            for host in hosts:
                progress(host, None)
            return {host: EnvoyResult(EnvoyStatus.CHANGED) for host in hosts}
        self.calls.append((tuple(hosts), variables))
        if variables:
            for host in hosts:
                progress(host, None)
            unhealthy = self.unhealthy.pop(0) if self.unhealthy else {}
            return {host: unhealthy.get(host, EnvoyResult(EnvoyStatus.CHANGED)) for host in hosts}
        found = {}
        for host in hosts:
            failed = host in self.failing
            found[host] = EnvoyResult(EnvoyStatus.FAILED if failed else EnvoyStatus.CONVERGED)
            progress(host, found[host])
        return found


@dataclass
class Seen:
    """What a watcher is told."""

    lines: list[str] = field(default_factory=list)

    def batch(self, batch: Batch) -> None:
        self.lines.append(f"batch {batch.number}/{batch.count}: {' '.join(batch.hosts)}")

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        self.lines.append(f"{host} {envoy.status.value if envoy else 'begun'}")

    def say(self, text: str) -> None:
        self.lines.append(text)

    def asking(self) -> AbstractContextManager[None]:
        return nullcontext()


@dataclass
class Rollout:
    """What a rollout gave: its result, what was shown, and what was kept after each batch."""

    result: RunResult
    seen: list[str]
    kept: list[tuple[str, ...]]


def roll_out(
    hosts: Hosts,
    finished: Sequence[str] = (),
    answer: fleet.Confirm | None = None,
    **options: Any,
) -> Rollout:
    seen, kept = Seen(), []
    result = fleet.roll_out_to_fleet(
        HOSTS,
        finished,
        cast(Converger, hosts),
        RolloutOptions(**{"batch_sizes": (Size(1),), **options}),
        HEALTH,
        seen,
        lambda result, done: kept.append(tuple(done)),
        answer or (lambda batch, hosts: ""),
    )
    return Rollout(result, seen.lines, kept)


def printed(reason: str, log: str = "", output: str | None = None) -> EnvoyResult:
    error = {"message": reason, "log": log} if log else None
    resource = Result("health/check", "exec", "failed", reason, error=error, output=output)
    return EnvoyResult(EnvoyStatus.FAILED, "the host's own message", (resource,))


def test_batch_after_batch() -> None:
    rollout = roll_out(Hosts())
    assert rollout.seen == [
        *("batch 1/3: a", "a converged"),
        *("batch 2/3: b", "b converged"),
        *("batch 3/3: c", "c converged"),
    ]
    assert rollout.kept == [("a",), ("a", "b"), ("a", "b", "c")]
    assert rollout.result.status is RunStatus.CONVERGED
    assert list(rollout.result.envoys) == list(HOSTS)
    assert rollout.result.started.tzinfo is not None
    assert 0 <= rollout.result.duration < 60


def test_a_host_that_fails_is_too_much() -> None:
    rollout = roll_out(Hosts(failing=["b"]))
    assert rollout.result.stopped == "1 host has failed, none are allowed"
    assert rollout.result.status is RunStatus.ABORTED
    assert rollout.result.envoys["c"] == EnvoyResult(EnvoyStatus.UNTOUCHED)
    assert rollout.kept == [("a",), ("a",)]


def test_a_percentage_counts_all_hosts() -> None:
    rollout = roll_out(Hosts(failing=["b"]), max_failures=Size(34, percent=True))
    assert rollout.result.stopped == ""
    assert rollout.result.envoys["c"].status is EnvoyStatus.CONVERGED


def test_the_size_of_a_batch_is_a_percentage_of_all_hosts() -> None:
    """Also of those that were finished before."""
    rollout = roll_out(Hosts(), finished=["a"], batch_sizes=(Size(67, percent=True),))
    assert rollout.seen == ["batch 1/1: b c", "b converged", "c converged"]


def test_finished_hosts_are_not_taken_again() -> None:
    hosts = Hosts()
    rollout = roll_out(hosts, finished=["a"], batch_sizes=())
    assert hosts.calls == [(("b", "c"), None)]
    assert rollout.kept == [("a", "b", "c")]
    assert rollout.result.envoys["a"] == EnvoyResult(
        EnvoyStatus.CONVERGED, "finished in the resumed rollout"
    )


def test_a_pause_lies_between_batches() -> None:
    hosts = Hosts()
    rollout = roll_out(hosts, pause=1.5)
    assert hosts.stop.waited == [1.5, 1.5]
    assert rollout.seen.count("pause of 1.5 s") == 2


@pytest.mark.parametrize(
    ("after", "waited"), [((), [1.5, 1.5]), ((1,), [1.5]), ((2,), [1.5]), ((3, 9), [])]
)
def test_a_pause_after_some_batches(after: tuple[int, ...], waited: list[float]) -> None:
    hosts = Hosts()
    roll_out(hosts, pause=1.5, pause_after=after)
    assert hosts.stop.waited == waited


@pytest.mark.parametrize(
    ("after", "asked"),
    [((), [(1, ("b",)), (2, ("c",))]), ((2,), [(2, ("c",))]), ((3,), [])],
)
def test_the_next_batch_is_confirmed(
    after: tuple[int, ...], asked: list[tuple[int, tuple[str, ...]]]
) -> None:
    seen: list[tuple[int, tuple[str, ...]]] = []

    def confirm(batch: Batch, hosts: Sequence[str]) -> str:
        seen.append((batch.number, tuple(hosts)))
        return ""

    rollout = roll_out(Hosts(), answer=confirm, pause_after=after)
    assert seen == []
    rollout = roll_out(Hosts(), answer=confirm, pause_after=after, **ASKS)
    assert seen == asked
    assert rollout.result.status is RunStatus.CONVERGED


def test_a_batch_that_is_not_confirmed_does_not_start() -> None:
    rollout = roll_out(Hosts(), answer=lambda batch, hosts: "no", **ASKS)
    assert [envoy.status.value for envoy in rollout.result.envoys.values()] == [
        "converged",
        "untouched",
        "untouched",
    ]
    assert (rollout.result.stopped, rollout.result.status) == ("no", RunStatus.ABORTED)
    assert rollout.result.batches[-1].detail == "no"
    assert rollout.kept == [("a",), ("a",)]


def test_an_interrupted_rollout_does_not_ask() -> None:
    hosts = Hosts()
    hosts.stop.wait = lambda seconds: setattr(hosts.stop, "asked", True)  # type: ignore[method-assign]
    rollout = roll_out(hosts, answer=lambda batch, hosts: "asked", pause=1, **ASKS)
    assert (rollout.result.stopped, rollout.result.status) == ("", RunStatus.INTERRUPTED)


def test_hooks_see_their_batch(tmp_path: Path) -> None:
    log = tmp_path / "log"
    said = 'echo "$VIGO_BATCH/$VIGO_BATCHES:$VIGO_BATCH_HOSTS:$VIGO_BATCH_FAILED"'
    roll_out(
        Hosts(failing=["a", "b"]),
        batch_sizes=(Size(2),),
        max_failures=Size(3),
        before_batch=f"{said} >> {log}",
        after_batch=f"{said} >> {log}",
    )
    assert log.read_text().splitlines() == ["1/2:a b:", "1/2:a b:a b", "2/2:c:", "2/2:c:"]


@pytest.mark.parametrize(
    ("hook", "touched", "said"),
    [
        ("before_batch", [], "--before-batch of batch 1: exit code 3: no"),
        ("after_batch", ["a"], "--after-batch of batch 1: exit code 3: no"),
    ],
)
def test_a_hook_that_fails_stops_the_rollout(hook: str, touched: list[str], said: str) -> None:
    hosts = Hosts()
    hooks: dict[str, Any] = {hook: "echo no; exit 3"}
    rollout = roll_out(hosts, **hooks)
    assert [call[0] for call in hosts.calls] == [(host,) for host in touched]
    assert rollout.result.stopped == said


#: what a check gave -> what is said of it
SAID: list[tuple[EnvoyResult, str]] = [
    (printed("exit code 1"), "exit code 1"),
    (printed("exit code 1", log="  refused\n"), "exit code 1: refused"),
    (printed("exit code 1", output="half\n"), "exit code 1: half"),
    (printed("exit code 1", log="x" * 600), "exit code 1: " + "x" * 500),
    (EnvoyResult(EnvoyStatus.UNREACHABLE, "no route"), "no route"),
]


@pytest.mark.parametrize(("answer", "said"), SAID)
def test_what_a_failed_check_says(answer: EnvoyResult, said: str) -> None:
    hosts = Hosts(unhealthy=[{"a": answer}])
    rollout = roll_out(hosts, health_check="curl", health_retries=1)
    assert rollout.result.envoys["a"].message == f"health check failed, attempt 1: {said}"
    assert rollout.result.envoys["a"].status is EnvoyStatus.FAILED
    assert f"health check 1 of 1: a not healthy: {said}" in rollout.seen
    assert hosts.stop.waited == []
    assert rollout.kept == [()]


def test_only_sick_hosts_are_checked_again() -> None:
    ill = printed("exit code 1")
    hosts = Hosts(unhealthy=[{"a": ill, "b": ill}, {"b": ill}])
    rollout = roll_out(
        hosts, batch_sizes=(), health_check="curl", health_retries=3, health_interval=7
    )
    checks = [call for call in hosts.calls if call[1]]
    assert checks == [(HOSTS, HEALTH), (("a", "b"), HEALTH), (("b",), HEALTH)]
    assert rollout.result.status is RunStatus.CONVERGED
    assert hosts.stop.waited == [7, 7]
    assert [line for line in rollout.seen if "health" in line] == [
        "health check 1 of 3: a, b not healthy: exit code 1",
        "health check 2 of 3: b not healthy: exit code 1",
    ]


def test_a_cut_ends_the_checks() -> None:
    ill = printed("exit code 1")
    hosts = Hosts(unhealthy=[{"a": ill}, {"a": ill}])
    hosts.stop.wait = lambda seconds: setattr(hosts.stop, "cut", True)  # type: ignore[method-assign]
    rollout = roll_out(hosts, health_check="curl", health_retries=5)
    assert len([call for call in hosts.calls if call[1]]) == 2
    assert rollout.result.envoys["a"].status is EnvoyStatus.INTERRUPTED


@dataclass
class Passing(Waiting):
    """A time that passes only while a rollout waits, and one second at each check."""

    now: float = 1000.0

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


#: for each health check in turn, the hosts that fail it -> the hosts that fail, with the message
RELAPSES: dict[str, tuple[list[list[str]], dict[str, str]]] = {
    "all stay healthy": ([], {}),
    "healthy at the second attempt": ([["a"]], {}),
    "one fails again": ([[], [], ["b"]], {"b": "after 6 s: exit code 1"}),
    "one fails at the end": ([[], [], [], [], ["b"]], {"b": "after 10 s: exit code 1"}),
    "one fails after the end": ([[], [], [], [], [], ["b"]], {}),
    "one after the other": (
        [[], ["a"], ["c"]],
        {"a": "after 3 s: exit code 1", "c": "after 6 s: exit code 1"},
    ),
    "all at once": ([[], ["a", "b", "c"]], dict.fromkeys("abc", "after 3 s: exit code 1")),
}


@pytest.mark.parametrize(("unhealthy", "failed"), RELAPSES.values(), ids=RELAPSES)
def test_hosts_must_stay_healthy(
    unhealthy: list[list[str]], failed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ill = printed("exit code 1")
    clock = Passing()
    hosts = Hosts(unhealthy=[dict.fromkeys(names, ill) for names in unhealthy], stop=clock)
    monkeypatch.setattr(fleet, "time", clock)
    rollout = roll_out(hosts, batch_sizes=(), health_check="curl", min_healthy_time=10)
    found = {
        host: envoy.message
        for host, envoy in rollout.result.envoys.items()
        if envoy.status is EnvoyStatus.FAILED
    }
    assert found == {host: f"health check failed again {said}" for host, said in failed.items()}
    assert [line for line in rollout.seen if "passed" in line or "again" in line] == [
        "health check passed; it must pass for 10 s",
        *(f"{host}: {message}" for host, message in found.items()),
    ]
    checks = [call[0] for call in hosts.calls if call[1]]
    gone = set().union(*([set(failed)] if len(failed) == len(HOSTS) else []))
    assert len(checks) == (2 if gone else 5 + (unhealthy == [["a"]]))


def test_a_cut_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Passing()
    hosts = Hosts(stop=clock)
    clock.wait = lambda seconds: setattr(clock, "cut", True)  # type: ignore[method-assign]
    monkeypatch.setattr(fleet, "time", clock)
    rollout = roll_out(hosts, health_check="curl", min_healthy_time=10)
    assert rollout.result.envoys["a"].status is EnvoyStatus.INTERRUPTED
    assert len([call for call in hosts.calls if call[1]]) == 1


def answers(monkeypatch: pytest.MonkeyPatch, *texts: str) -> list[str]:
    """Make the address answer with these problems in turn; return the addresses asked for."""
    left, asked = list(texts), []

    def fetch(url: str, is_cut: Callable[[], bool]) -> str:
        asked.append(url)
        assert not is_cut()
        return left.pop(0)

    monkeypatch.setattr(health_url, "fetch", fetch)
    return asked


def test_an_address_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = answers(monkeypatch, "refused", "500", "")
    hosts = Hosts()
    options: Mapping[str, Any] = {"health_retries": 3, "health_interval": 2}
    rollout = roll_out(hosts, batch_sizes=(), health_check_url="http://x/", **options)
    assert asked == ["http://x/"] * 3
    assert rollout.result.status is RunStatus.CONVERGED
    assert hosts.stop.waited == [2, 2]
    assert [line for line in rollout.seen if "health" in line] == [
        "health check 1 of 3: http://x/, attempt 1: refused",
        "health check 2 of 3: http://x/, attempt 2: 500",
    ]


def test_a_cut_ends_the_attempts_of_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = Hosts()
    asked: list[str] = []

    def fetch(url: str, is_cut: Callable[[], bool]) -> str:
        asked.append(url)
        assert is_cut() is False
        hosts.stop.asked = hosts.stop.cut = True
        assert is_cut() is True
        return "no complete response"

    monkeypatch.setattr(health_url, "fetch", fetch)
    rollout = roll_out(hosts, health_check_url="http://x/", health_retries=3)
    assert asked == ["http://x/"]
    assert rollout.seen == ["batch 1/3: a", "a converged"]
    assert hosts.stop.waited == []
    assert rollout.result.stopped == "http://x/, attempt 1: no complete response"
    assert rollout.result.status is RunStatus.INTERRUPTED


def test_an_address_that_does_not_answer_stops_the_rollout(monkeypatch: pytest.MonkeyPatch) -> None:
    answers(monkeypatch, "refused", "500")
    rollout = roll_out(Hosts(), health_check_url="http://x/", health_retries=2)
    assert rollout.result.stopped == "http://x/, attempt 2: 500"
    assert rollout.kept == [()]
    assert rollout.result.envoys["b"].status is EnvoyStatus.UNTOUCHED


#: what to do after a failure -> what happens to former states, and the status of each host
ROLLBACKS: list[tuple[str, list[str], list[str]]] = [
    ("stop", [], ["converged", "failed", "untouched"]),
    ("rollback", ["discard a", "restore b"], ["converged", "failed", "untouched"]),
    ("rollback-all", ["restore a b"], ["rolled_back", "failed", "untouched"]),
]


@pytest.mark.parametrize(("on_failure", "states", "statuses"), ROLLBACKS)
def test_former_states_after_a_failure(
    on_failure: str, states: list[str], statuses: list[str]
) -> None:
    hosts = Hosts(failing=["b"])
    rollout = roll_out(hosts, on_failure=on_failure)
    assert hosts.states == states
    assert [rollout.result.envoys[host].status.value for host in HOSTS] == statuses
    said = [line for line in rollout.seen if line.startswith("rolling back")]
    restored = [one.split()[1:] for one in states if one.startswith("restore")]
    assert said == [f"rolling back {', '.join(one)}" for one in restored]


def test_former_states_are_discarded_at_the_end() -> None:
    hosts = Hosts()
    roll_out(hosts, on_failure="rollback")
    assert hosts.states == ["discard a", "discard b", "discard c"]
    hosts = Hosts()
    roll_out(hosts, on_failure="rollback-all")
    assert hosts.states == ["discard a b c"]
