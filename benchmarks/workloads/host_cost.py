# SPDX-License-Identifier: GPL-3.0-or-later
"""W11, the processor time of the controller for each host, and W12, the round trips of a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from benchmarks.workloads.catalogue import ANSIBLE, PING, PYINFRA, RUN
from benchmarks.workloads.controller import Controller
from benchmarks.workloads.hosts import Hosts
from benchmarks.workloads.measure import FirstContact, Situation, Tool, Unchanged, measure
from benchmarks.workloads.processor_time import control_group
from benchmarks.workloads.results import Figures
from benchmarks.workloads.work import work
from tests.testbed import Host
from tests.testbed.common import say
from tests.testbed.relay import Relay, relay

#: Of W12, in seconds.
ROUND_TRIP = 0.05
FIRST, ANEW, LATER = "first contact", "new connections", "open connections"
ROUND_TRIPS = "round trips"


def processor_time(
    controller: Controller, hosts: Hosts, counts: Sequence[int], rounds: int
) -> Iterator[Figures]:
    """Yield the processor time of the controller alone, for fleets of increasing size."""
    files_and_commands = work(files=10, commands=10)
    for count in counts:
        say(f"W11: {count} hosts")
        fleet = hosts.first(count)
        with control_group() as group:
            situation = Unchanged(controller, fleet, files_and_commands, group.seconds_of)
            values = measure(situation, (RUN, PYINFRA, PING), rounds, PING)
            controller.disconnect()
        yield Figures("20 unchanged, processor time of the controller", count, values)


def latency(controller: Controller, hosts: Sequence[Host], rounds: int) -> Iterator[Figures]:
    """Yield times and round trips of each host where each round trip takes 50 ms."""
    twenty = work(containers=5, files=10, commands=5)
    with relay(hosts, ROUND_TRIP) as slow:
        for name in (FIRST, ANEW, LATER):
            say(f"W12: {name}")
            controller.disconnect()
            # Open connections would bypass the relay.
            kind = FirstContact if name == FIRST else Unchanged
            before = controller.disconnect if name != LATER else _nothing
            situation = _RoundTrips(kind(controller, slow.hosts, twenty), slow, before)
            times = measure(situation, (RUN, ANSIBLE, PYINFRA), rounds, PING)
            yield Figures(f"20 unchanged, {name}", len(hosts), times)
            trips = {of: situation.of_each[of][-len(times[of]) :] for of in times}
            yield Figures(f"20 unchanged, {name}", len(hosts), trips, ROUND_TRIPS)
        controller.disconnect()


class _RoundTrips:
    """Counts the round trips of each call while it is measured.

    Attributes:
        of_each: by tool, the average round trips per host of each call.
    """

    def __init__(self, situation: Situation, slow: Relay, before: Callable[[], None]) -> None:
        self._situation = situation
        self._relay = slow
        self._before = before
        self.of_each: dict[str, list[float]] = {}

    def once(self, tool: Tool) -> float:
        self._before()
        earlier = self._relay.round_trips
        seconds = self._situation.once(tool)
        count = (self._relay.round_trips - earlier) / len(self._relay.hosts)
        self.of_each.setdefault(tool.name, []).append(count)
        return seconds


def _nothing() -> None:
    pass
