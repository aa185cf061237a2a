# SPDX-License-Identifier: GPL-3.0-or-later
"""The decisions of a rollout, held against the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from tests.properties import examples
from tests.unit.run.rollout_model import FATES, Expected, World, expected
from vigo_bridge.host_counts import parse_batch_sizes, parse_budget
from vigo_bridge.report.exit_status import exit_status
from vigo_bridge.run.batches import Batch, split
from vigo_bridge.run.results import (
    BatchResult,
    EnvoyResult,
    EnvoyStatus,
    Gate,
    RunResult,
    run_status,
)
from vigo_bridge.run.rollout import Rolled, Rules, over_budget, roll_out


class Simulated:
    """The parts of a rollout in a world that exists on paper only."""

    def __init__(self, world: World, stop_after: int = 0, cut_in: str = "") -> None:
        """Simulate the parts. stop_after: the batch in which the user asks to stop. cut_in: the
        part that is cut.
        """
        self.world = world
        self.fate = dict(zip(world.hosts, world.fates, strict=True))
        self.seen: dict[str, list[str]] = {host: [] for host in world.hosts}
        self.fetches: list[int] = []
        self.story: list[str] = []
        self.kept: list[Rolled] = []
        self.stopping = self.cut = False
        self._stop_after = stop_after
        self._cut_in = cut_in

    def prepare(self, batch: Batch) -> str:
        self._now(f"prepare {batch.number}")
        return ""

    def converge(self, batch: Batch) -> Mapping[str, EnvoyResult]:
        self.stopping = self.stopping or batch.number == self._stop_after
        self._now(f"converge {batch.number}")
        return {host: self._converged(host) for host in batch.hosts}

    def check(self, hosts: Sequence[str], batch: Batch) -> Mapping[str, str]:
        self._now(f"check {batch.number}")
        unhealthy = {}
        for host in hosts:
            needed = {"good": 1, "slow": 2}.get(self.fate[host], 10**6)
            self.seen[host] += ["check"] * min(needed, self.world.retries)
            if needed > self.world.retries:
                unhealthy[host] = "not well"
        return unhealthy

    def fetch(self, batch: Batch) -> str:
        self._now(f"fetch {batch.number}")
        is_down = bool(self.world.down_from) and batch.number >= (self.world.down_from or 0)
        self.fetches.append(self.world.retries if is_down else 1)
        return "HTTP 503" if is_down else ""

    def conclude(self, batch: Batch, failed: Sequence[str]) -> str:
        self._now(f"conclude {batch.number}: {' '.join(failed)}".rstrip())
        return ""

    def roll_back(self, hosts: Sequence[str]) -> Mapping[str, EnvoyResult]:
        self._now(f"roll back: {' '.join(hosts)}")
        found = EnvoyStatus.CHANGED, EnvoyStatus.UNREACHABLE
        return {host: EnvoyResult(found[self.fate[host] == "unreachable"]) for host in hosts}

    def discard_former_states(self, hosts: Sequence[str]) -> None:
        self._now(f"discard: {' '.join(hosts)}")

    def pause(self, batch: Batch) -> str:
        self._now("pause")
        return ""

    def keep(self, rolled: Rolled) -> None:
        self.kept.append(rolled)

    def _converged(self, host: str) -> EnvoyResult:
        if self.cut:
            return EnvoyResult(EnvoyStatus.INTERRUPTED)
        fate = self.fate[host]
        if fate == "unreachable":
            return EnvoyResult(EnvoyStatus.UNREACHABLE)
        self.seen[host].append("converge")
        return EnvoyResult(EnvoyStatus.FAILED if fate == "failing" else EnvoyStatus.CHANGED)

    def _now(self, step: str) -> None:
        self.story.append(step)
        if step == self._cut_in:
            self.stopping = self.cut = True


def rolled_out(parts: Simulated) -> Rolled:
    world = parts.world
    sizes = parse_batch_sizes(world.sizes) if world.sizes else ()
    hosts = world.hosts
    rules = Rules(
        budget=parse_budget(world.budget).of(len(hosts)),
        has_check=world.check,
        has_url=world.down_from is not None,
        rolls_back=False,
        rolls_back_all=False,
    )
    return roll_out(split(hosts, sizes, len(hosts)), rules, parts)


def observed(world: World) -> Expected:
    parts = Simulated(world)
    rolled = rolled_out(parts)
    untouched = EnvoyResult(EnvoyStatus.UNTOUCHED)
    envoys = {host: rolled.envoys.get(host, untouched) for host in world.hosts}
    status = run_status(
        list(envoys.values()), interrupted=rolled.interrupted, stopped=bool(rolled.stopped)
    )
    return Expected(
        parts.seen,
        {host: envoy.status.value for host, envoy in envoys.items()},
        [(list(batch.hosts), batch.gate.value) for batch in rolled.batches],
        parts.fetches,
        status.value,
        exit_status(RunResult(status, rolled.batches, envoys, None, 0.0)),  # type: ignore[arg-type]
    )


GOOD, FAILING, GONE, SICK, SLOW = FATES
#: A world -> the gates of its batches -> exit code. The model says the rest.
WORLDS = [
    (World((GOOD,) * 4), ["none"], 0),
    (World((GOOD,) * 4, "1,50%"), ["none"] * 3, 0),
    (World((GOOD, FAILING, GOOD), "1"), ["none"] * 2, 4),
    (World((GOOD, GOOD, FAILING), "1"), ["none"] * 3, 3),
    (World((GONE, GONE, GOOD, GOOD), "2"), ["none"], 4),
    (World((FAILING, GONE, GOOD, GOOD), "2", "2"), ["none"] * 2, 3),
    (World((FAILING, GONE, GOOD, GOOD), "2", "50%"), ["none"] * 2, 3),
    (World((FAILING, GONE, GOOD, GOOD), "2", "49%"), ["none"], 4),
    (World((GOOD, SICK, GOOD), "1", check=True), ["passed", "failed"], 4),
    (World((GOOD, SICK, GOOD), "1", "1", check=True), ["passed", "failed", "passed"], 3),
    (World((SLOW, SLOW), "1", check=True), ["passed", "passed"], 0),
    (World((SLOW, SLOW), "1", check=True, retries=1), ["failed"], 4),
    (World((FAILING, GOOD), "1", check=True), ["none"], 4),
    (World((GOOD,) * 3, "1", down_from=2), ["passed", "failed"], 4),
    (World((GOOD,) * 3, "1", down_from=3), ["passed", "passed", "failed"], 3),
    (World((GOOD,) * 3, "1", down_from=0), ["passed"] * 3, 0),
    (World((FAILING, GOOD), "1", down_from=0), ["none"], 4),
    (World((), "1"), [], 0),
]


@pytest.mark.parametrize(("world", "gates", "code"), WORLDS)
def test_worlds(world: World, gates: list[str], code: int) -> None:
    out = expected(world)
    assert [gate for _, gate in out.batches] == gates
    assert out.code == code
    assert observed(world) == out


def worlds(most_hosts: int = 12, fates: Sequence[str] = FATES) -> st.SearchStrategy[World]:
    numbers = st.integers(1, most_hosts + 2).map(str)
    sizes = numbers | st.integers(1, 100).map(lambda number: f"{number}%")
    lists = st.lists(sizes, min_size=1, max_size=3).map(",".join)
    budgets = st.integers(0, 4).map(str) | st.integers(0, 100).map(lambda number: f"{number}%")
    return st.builds(
        World,
        st.lists(st.sampled_from(fates), min_size=1, max_size=most_hosts).map(tuple),
        st.just("") | lists,
        budgets,
        st.booleans(),
        st.integers(1, 3),
        st.none() | st.integers(0, 4),
    )


@settings(max_examples=examples(100))
@given(worlds())
def test_any_world(world: World) -> None:
    assert observed(world) == expected(world)


@settings(max_examples=examples(60))
@given(worlds(), st.integers(1, 5))
def test_asked_to_stop_the_running_batch_finishes_and_no_other_starts(
    world: World, number: int
) -> None:
    whole = Simulated(world)
    rolled_out(whole)
    parts = Simulated(world, stop_after=number)
    rolled = rolled_out(parts)
    begun = [step for step in parts.story if step.startswith("prepare")]
    concluded = [step for step in parts.story if step.startswith("conclude")]
    assert len(begun) == len(concluded) == len(rolled.batches) <= number
    steps = [step for step in parts.story if step != "pause"]
    assert steps == [step for step in whole.story if step != "pause"][: len(steps)]
    assert rolled.interrupted == (number <= len(rolled.batches))


@settings(max_examples=examples(60))
@given(worlds(), st.sampled_from(["prepare", "converge", "check", "fetch"]), st.integers(1, 4))
def test_cut_nothing_more_is_done(world: World, part: str, number: int) -> None:
    step = f"{part} {number}"
    parts = Simulated(world, cut_in=step)
    rolled = rolled_out(parts)
    if step in parts.story:
        assert parts.story[-1] == step
        assert rolled.interrupted
        checked = Counter(envoy.status for envoy in rolled.envoys.values())
        assert part == "fetch" or number == len(rolled.batches)
        assert part != "converge" or checked[EnvoyStatus.INTERRUPTED] >= 1


def test_a_batch_whose_address_is_down_is_seen_again_when_resumed() -> None:
    parts = Simulated(World((GOOD,) * 3, "1", down_from=2))
    assert rolled_out(parts).finished == ("h1",)
    assert [kept.finished for kept in parts.kept] == [("h1",), ("h1",)]


def test_failed_hosts_are_told_to_the_command_behind_their_batch() -> None:
    parts = Simulated(World((GOOD, FAILING, GONE), "2", "3"))
    rolled_out(parts)
    assert parts.story == [
        *("prepare 1", "converge 1", "conclude 1: h2", "pause"),
        *("prepare 2", "converge 2", "conclude 2: h3"),
    ]


def test_a_command_before_a_batch_that_fails_leaves_the_batch_alone() -> None:
    class Refusing(Simulated):
        def prepare(self, batch: Batch) -> str:
            return "no" if batch.number == 2 else ""

    parts = Refusing(World((GOOD,) * 3, "1"))
    rolled = rolled_out(parts)
    assert list(rolled.envoys) == ["h1"]
    assert (rolled.stopped, rolled.batches[1].detail) == ("no", "no")


def test_a_command_after_a_batch_that_fails_stops_the_rollout() -> None:
    class Refusing(Simulated):
        def conclude(self, batch: Batch, failed: Sequence[str]) -> str:
            return "no" if batch.number == 2 else ""

    rolled = rolled_out(Refusing(World((GOOD,) * 3, "1")))
    assert list(rolled.envoys) == ["h1", "h2"]
    assert rolled.stopped == "no"


@pytest.mark.parametrize(
    ("failed", "budget", "told"),
    [
        (0, 0, ""),
        (2, 2, ""),
        (1, 0, "1 host has failed, none are allowed"),
        (3, 2, "3 hosts have failed, 2 may"),
    ],
)
def test_over_budget(failed: int, budget: int, told: str) -> None:
    assert over_budget(failed, budget) == told


@pytest.mark.parametrize(
    ("world", "all_hosts", "story", "statuses"),
    [
        (
            World((GOOD, GOOD, FAILING, GOOD), "2"),
            False,
            ["discard: h1 h2", "roll back: h3 h4"],
            ["changed", "changed", "failed", "rolled_back"],
        ),
        (
            World((GOOD, GOOD, FAILING, GOOD, GOOD), "2"),
            True,
            ["roll back: h1 h2 h3 h4"],
            ["rolled_back", "rolled_back", "failed", "rolled_back"],
        ),
        (World((GOOD, GOOD, GOOD), "2"), False, ["discard: h1 h2", "discard: h3"], ["changed"] * 3),
        (World((GOOD, GOOD, GOOD), "2"), True, ["discard: h1 h2 h3"], ["changed"] * 3),
        (World((SICK, GOOD), check=True), False, ["roll back: h1 h2"], ["failed", "rolled_back"]),
        (World((GOOD, GONE)), False, ["roll back: h1 h2"], ["rolled_back", "unreachable"]),
        (World((GOOD, GOOD), "1", down_from=1), False, ["roll back: h1"], ["rolled_back"]),
        (World((FAILING, GOOD), "1", "50%"), False, ["roll back: h1"], ["failed"]),
    ],
)
def test_hosts_of_a_failed_batch_are_rolled_back(
    world: World, all_hosts: bool, story: list[str], statuses: list[str]
) -> None:
    parts = Simulated(world)
    hosts = world.hosts
    sizes = parse_batch_sizes(world.sizes) if world.sizes else ()
    rules = Rules(
        budget=parse_budget(world.budget).of(len(hosts)),
        has_check=world.check,
        has_url=world.down_from is not None,
        rolls_back=True,
        rolls_back_all=all_hosts,
    )
    rolled = roll_out(split(hosts, sizes, len(hosts)), rules, parts)
    assert [step for step in parts.story if step.startswith(("roll back", "discard"))] == story
    assert [envoy.status.value for envoy in rolled.envoys.values()] == statuses
    assert bool(rolled.stopped) == (story[-1].startswith("roll back"))
    assert set(rolled.finished) == {
        host for host, envoy in rolled.envoys.items() if envoy.status is EnvoyStatus.CHANGED
    }


#: Without checks; the hosts of a batch that failed are rolled back.
ROLLS_BACK = Rules(budget=0, has_check=False, has_url=False, rolls_back=True, rolls_back_all=False)


def test_a_host_that_cannot_be_rolled_back_has_failed() -> None:
    world = World((FAILING, GONE))
    rolled = roll_out(split(world.hosts, (), 2), ROLLS_BACK, Simulated(world))
    assert rolled.stopped == "2 hosts of the batch failed; 1 of 2 hosts rolled back"
    assert [envoy.rollback_error for envoy in rolled.envoys.values()] == ["", "unreachable"]


class RollingBack(Simulated):
    """Hosts whose rollback ends in this way."""

    def __init__(self, world: World, end: EnvoyStatus | type[BaseException]) -> None:
        super().__init__(world)
        self._end = end

    def roll_back(self, hosts: Sequence[str]) -> Mapping[str, EnvoyResult]:
        if isinstance(self._end, type):
            raise self._end
        return {host: EnvoyResult(self._end, "run again") for host in hosts}


@pytest.mark.parametrize(
    ("all_hosts", "finished"), [(False, ("h1", "h2")), (True, ())], ids=["batch", "all"]
)
@pytest.mark.parametrize("hosts", ["2", "1"])
def test_hosts_that_are_rolled_back_are_not_finished(
    all_hosts: bool, finished: tuple[str, ...], hosts: str
) -> None:
    """Also if the controller is killed meanwhile: they are converged again with --resume."""
    parts = RollingBack(World((GOOD, GOOD, FAILING)), KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        roll_out(
            split(parts.world.hosts, parse_batch_sizes(hosts), 3),
            replace(ROLLS_BACK, rolls_back_all=all_hosts),
            parts,
        )
    assert parts.kept[-1].finished == finished


@pytest.mark.parametrize(
    ("end", "statuses", "error"),
    [
        (EnvoyStatus.FAILED, ["failed", "failed"], "run again"),
        (EnvoyStatus.UNREACHABLE, ["failed", "failed"], "run again"),
        (EnvoyStatus.INTERRUPTED, ["failed", "interrupted"], "interrupted"),
    ],
)
def test_a_rollback_that_fails(end: EnvoyStatus, statuses: list[str], error: str) -> None:
    world = World((FAILING, GOOD))
    rolled = roll_out(split(world.hosts, (), 2), ROLLS_BACK, RollingBack(world, end))
    assert [envoy.status.value for envoy in rolled.envoys.values()] == statuses
    assert {envoy.rollback_error for envoy in rolled.envoys.values()} == {error}
    assert rolled.finished == ()


RAN = Result("shop/page", "file", "updated", "")
RESTORED = Result("shop/page", "file", "updated", "the former state was restored")
#: the status of a host, that of its rollback, the message of this -> the status afterwards, why the
#: rollback failed
ROLLED_BACK: list[tuple[str, str, str, str, str]] = [
    ("changed", "changed", "", "rolled_back", ""),
    ("converged", "converged", "", "rolled_back", ""),
    ("failed", "changed", "", "failed", ""),
    ("unreachable", "converged", "", "unreachable", ""),
    ("changed", "interrupted", "run again", "interrupted", "interrupted"),
    ("failed", "interrupted", "run again", "failed", "interrupted"),
    ("unreachable", "interrupted", "run again", "unreachable", "interrupted"),
    ("changed", "failed", "no disk", "failed", "no disk"),
    ("changed", "failed", "", "failed", "failed"),
    ("changed", "unreachable", "no route", "failed", "no route"),
    ("failed", "unreachable", "no route", "failed", "no route"),
    ("unreachable", "unreachable", "no route", "unreachable", "no route"),
    ("unreachable", "failed", "no disk", "unreachable", "no disk"),
]


@pytest.mark.parametrize(("status", "back", "said", "expected", "error"), ROLLED_BACK)
def test_the_whole_result_of_a_rollback(
    status: str, back: str, said: str, expected: str, error: str
) -> None:
    before = EnvoyResult(EnvoyStatus(status), "own", (RAN,), notes=("a", "both"), orphans=("web",))

    class Scripted(Simulated):
        def converge(self, batch: Batch) -> Mapping[str, EnvoyResult]:
            return {"h1": before, "h2": EnvoyResult(EnvoyStatus.FAILED)}

        def roll_back(self, hosts: Sequence[str]) -> Mapping[str, EnvoyResult]:
            result = EnvoyResult(EnvoyStatus(back), said, (RESTORED,), notes=("both", "b"))
            return dict.fromkeys(hosts, result)

    rolled = roll_out(split(["h1", "h2"], (), 2), ROLLS_BACK, Scripted(World((GOOD, FAILING))))
    assert rolled.envoys["h1"] == replace(
        before,
        status=EnvoyStatus(expected),
        notes=("a", "both", "b"),
        restored=(RESTORED,),
        rollback_error=error,
    )


def test_why_the_next_batch_does_not_start_is_added_to_the_last_one() -> None:
    class Refusing(Simulated):
        def pause(self, batch: Batch) -> str:
            return "not confirmed"

    parts = Refusing(World((SICK, GOOD), "1", "1", check=True))
    rolled = rolled_out(parts)
    assert rolled == Rolled(
        batches=(BatchResult(("h1",), Gate.FAILED, "h1: not well; not confirmed"),),
        envoys={"h1": EnvoyResult(EnvoyStatus.FAILED, "not well")},
        finished=(),
        stopped="not confirmed",
        interrupted=False,
    )
    assert parts.kept[-1] == rolled


def test_a_cut_while_an_address_is_fetched() -> None:
    rolled = rolled_out(Simulated(World((GOOD,), down_from=0), cut_in="fetch 1"))
    assert rolled == Rolled(
        batches=(BatchResult(("h1",), Gate.PASSED),),
        envoys={"h1": EnvoyResult(EnvoyStatus.CHANGED)},
        finished=("h1",),
        stopped="",
        interrupted=True,
    )


@pytest.mark.parametrize("part", ["converge 1", "check 1", "fetch 1"])
def test_an_interrupted_rollout_is_not_rolled_back(part: str) -> None:
    parts = Simulated(World((FAILING, GOOD), check=True, down_from=1, budget="2"), cut_in=part)
    rules = replace(ROLLS_BACK, budget=2, has_check=True, has_url=True)
    roll_out(split(["h1", "h2"], (), 2), rules, parts)
    assert parts.story[-1] == part
