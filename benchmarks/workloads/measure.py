# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls tools in turn, measures the times, and checks the result on the hosts after each call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from benchmarks.workloads import ansible_peer, ours
from benchmarks.workloads.controller import BenchmarkError, Call, Controller
from benchmarks.workloads.hosts import (
    empty,
    empty_of_the_work,
    forget,
    forget_vigo_bridge,
    on_each,
)
from benchmarks.workloads.verify import State, changes, problems, state
from benchmarks.workloads.work import Work
from tests.testbed import Host
from tests.testbed.common import say

#: Seconds of each call, by the name of the tool.
Times = dict[str, list[float]]


@dataclass(frozen=True)
class Tool:
    """One tool to compare.

    Attributes:
        prepare: writes its input, and returns the call that applies the work. Not measured.
        slow: has one round less, and is warmed up by opening its connections only.
    """

    name: str
    prepare: Callable[[Controller, Work, Sequence[Host]], Call]
    slow: bool = False


class Situation(Protocol):
    """The state of the hosts before a tool is called."""

    def once(self, tool: Tool) -> float:
        """Prepare the situation, call the tool and check what it did; return the seconds.

        Raises:
            BenchmarkError: the tool failed, or did not do what it should.
        """


def measure(situation: Situation, tools: Sequence[Tool], rounds: int, warm: Tool) -> Times:
    """Measure tools in turn: A B C, A B C. warm: called instead of a slow tool for its warm-up."""
    for tool in tools:
        seconds = situation.once(warm if tool.slow else tool)
        say(f"  {tool.name}: warmed up in {seconds:.1f} s")
    times: Times = {tool.name: [] for tool in tools}
    for number in range(1, rounds + 1):
        for tool in tools:
            if tool.slow and number == rounds > 1:
                continue
            seconds = situation.once(tool)
            times[tool.name].append(seconds)
            say(f"  round {number} of {rounds}, {tool.name}: {seconds:.2f} s")
    return times


@dataclass
class _OnHosts:
    """The hosts of a situation. figure: measures a call; by default, its wall-clock time."""

    controller: Controller
    hosts: Sequence[Host]
    work: Work
    figure: Callable[[Call], float] = Call.seconds

    def __post_init__(self) -> None:
        """Prepare the hosts before the first call; here, nothing."""

    def _states(self) -> list[State]:
        return on_each(self.hosts, partial(state, self.work))

    def _bring_about(self) -> list[State]:
        """Bring the hosts to the state that the work describes, and return their states."""
        states = self._states()
        if self._wrong(states):
            on_each(self.hosts, empty)
            ours.run(self.controller, self.work, self.hosts).seconds()
            states = self._states()
            self._insist("the set-up", states)
        return states

    def _insist(self, name: str, states: Sequence[State]) -> None:
        if wrong := self._wrong(states):
            raise BenchmarkError(f"{name} did not do its work:\n" + "\n".join(wrong[:20]))

    def _wrong(self, states: Sequence[State]) -> list[str]:
        return [
            f"{host.name}: {problem}"
            for host, found in zip(self.hosts, states, strict=True)
            for problem in problems(self.work, found)
        ]

    def _call(self, tool: Tool) -> float:
        return self.figure(tool.prepare(self.controller, self.work, self.hosts))


class Unchanged(_OnHosts):
    """Everything is as desired: a tool has nothing to do, and must not change anything."""

    def __post_init__(self) -> None:
        self._before = self._bring_about()

    def once(self, tool: Tool) -> float:
        seconds = self._call(tool)
        for host, before, after in zip(self.hosts, self._before, self._states(), strict=True):
            if found := changes(before, after):
                raise BenchmarkError(
                    f"{tool.name} changed what was already as desired; {host.name}: {found}"
                )
        return seconds


class FirstContact(Unchanged):
    """The same, on hosts that vigo-bridge has not contacted before: it has to send its modules."""

    def once(self, tool: Tool) -> float:
        on_each(self.hosts, forget_vigo_bridge)
        return super().once(tool)


class OneFileChanged(_OnHosts):
    """The content of the first file has changed in the work, but not on the hosts."""

    def __post_init__(self) -> None:
        self._revision = 0
        self._containers = [found.containers for found in self._bring_about()]

    def once(self, tool: Tool) -> float:
        if tool.prepare is not ansible_peer.ping:
            self._next_revision()
        seconds = self._call(tool)
        states = self._states()
        self._insist(tool.name, states)
        if [found.containers for found in states] != self._containers:
            raise BenchmarkError(f"{tool.name} changed containers that were already as desired")
        return seconds

    def _next_revision(self) -> None:
        self._revision += 1
        self.work = self.work.with_revision(self._revision)
        if reload := self.work.reload:
            on_each(self.hosts, lambda host: forget(host, reload.trace))


class Nothing(_OnHosts):
    """The hosts have only the images, and the tool has not been used on them before."""

    _empty = staticmethod(empty)

    def once(self, tool: Tool) -> float:
        on_each(self.hosts, self._empty)
        seconds = self._call(tool)
        if tool.prepare is not ansible_peer.ping:
            self._insist(tool.name, self._states())
        return seconds


class NothingOfTheWork(Nothing):
    """The hosts have nothing of the work, but the tool has been used on them before."""

    _empty = staticmethod(empty_of_the_work)
