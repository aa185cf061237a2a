# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a host after each turn, and what people are told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.unit.watch.watched import LOOKS, REPAIRS
from vigo_bridge.watch.states.model import NO_DATA, Condition, Drift, FleetState, HostState
from vigo_bridge.watch.states.next_state import next_state
from vigo_bridge.watch.states.retries import Retry
from vigo_bridge.watch.states.transitions import HostTransition, transitions

#: Of each turn: what `plan` returned, what the repair returned if there was one; the condition and
#: drift then, with `gone` for a host that cannot be reached; and what is news: resources,
#: `host` where there is something else to tell, or nothing.
Turns = Sequence[tuple[str, str, str, str]]
STORIES: dict[str, Turns] = {
    "as described": [
        ("as described", "", "Converged None", ""),
        ("as described", "", "Converged None", ""),
    ],
    "not looked at yet": [
        ("nothing", "", "NoData None", ""),
        ("interrupted", "", "NoData None", ""),
    ],
    "drift that nobody repairs is not a fight": [
        ("page is one", "", "Converged Changed", "site/page"),
        ("page is one", "", "Converged Changed", ""),
        ("page is one", "", "Converged Changed", ""),
        ("page is one", "", "Converged Changed", ""),
        ("as described", "", "Converged None", "host"),
    ],
    "what an earlier change may alter does not differ yet": [
        ("page is one, web is unknown", "", "Converged Changed", "site/page"),
        ("page is one, web is unknown", "both done", "Converged Changed", "site/page site/web"),
        ("page is one, web is unknown", "page written", "Converged Changed", ""),
    ],
    "another drift on the same host is news": [
        ("page is one", "", "Converged Changed", "site/page"),
        ("both differ", "", "Converged Changed", "site/web"),
        ("web stopped", "", "Converged Changed", "host"),
    ],
    "another difference of the same resource is news": [
        ("page is one", "", "Converged Changed", "site/page"),
        ("page is two", "", "Converged Changed", "site/page"),
        ("page is two", "", "Converged Changed", ""),
    ],
    "a difference that changes in each turn is a fight": [
        ("page is one", "", "Converged Changed", "site/page"),
        ("page is two", "", "Converged Changed", "site/page"),
        ("page is one", "", "Converged Diverged", "site/page"),
        ("page is two", "", "Converged Diverged", ""),
        ("page is two", "", "Converged Changed", "host"),
        ("as described", "", "Converged None", "host"),
    ],
    "a repair is told once": [
        ("web stopped", "web started", "Converged Changed", "site/web"),
        ("as described", "", "Converged None", ""),
    ],
    "what must be repaired in each turn is a fight": [
        ("web stopped", "web started", "Converged Changed", "site/web"),
        ("web stopped", "web started", "Converged Changed", ""),
        ("web stopped", "web started", "Converged Diverged", "site/web"),
        ("web stopped", "web started", "Converged Diverged", ""),
        ("as described", "", "Converged None", "host"),
        ("web stopped", "web started", "Converged Changed", "site/web"),
    ],
    "a turn without drift ends the row": [
        ("web stopped", "web started", "Converged Changed", "site/web"),
        ("web stopped", "web started", "Converged Changed", ""),
        ("as described", "", "Converged None", ""),
        ("web stopped", "web started", "Converged Changed", "site/web"),
    ],
    "a turn that was not looked at does not end the row": [
        ("web stopped", "web started", "Converged Changed", "site/web"),
        ("web stopped", "web started", "Converged Changed", ""),
        ("interrupted", "", "Converged Changed", ""),
        ("web stopped", "web started", "Converged Diverged", "site/web"),
    ],
    "a rollout that did not get to the host": [
        ("page is one", "not reached", "Converged Changed", "site/page"),
        ("page is one", "interrupted", "Converged Changed", ""),
        ("page is one", "page written", "Converged Changed", "site/page"),
        ("as described", "", "Converged None", ""),
    ],
    "some fail": [
        ("web fails", "", "Degraded None", "site/web"),
        ("web fails", "", "Degraded None", ""),
        ("as described", "", "Converged None", "host"),
    ],
    "what fails in each turn is not a fight": [
        ("web fails", "", "Degraded None", "site/web"),
        *[("web fails", "", "Degraded None", "")] * 4,
    ],
    "all fail": [("both fail", "", "Failed None", "site/page site/web")],
    "one fails and all others wait for it": [
        ("web fails, page waits", "", "Failed None", "site/web")
    ],
    "the call fails, and nothing is known of resources": [
        ("page is one", "", "Converged Changed", "site/page"),
        ("call fails", "", "Failed Changed", "host"),
        ("page is one", "", "Converged Changed", "host"),
    ],
    "a repair that fails": [
        ("both differ", "page written, web fails", "Degraded Changed", "site/page site/web"),
        ("web stopped", "web started", "Converged Changed", "site/web"),
        ("as described", "", "Converged None", ""),
    ],
    "a repair that fails, and is not tried in the next turn": [
        ("web stopped", "web fails", "Degraded Changed", "site/web"),
        ("web stopped", "", "Degraded Changed", ""),
        ("web stopped", "web fails", "Degraded Changed", ""),
        ("as described", "", "Converged None", "host"),
    ],
    "what waits for a failed resource still differs": [
        ("both differ", "page waits, web fails", "Failed Changed", "site/page site/web"),
    ],
    "a repair that was rolled back": [
        ("page is one", "rolled back", "Converged Changed", "site/page"),
        ("page is one", "rolled back", "Converged Changed", ""),
    ],
    "a repair that failed and was rolled back": [
        ("both differ", "web fails, rolled back", "Degraded Changed", "site/page site/web"),
    ],
    "a host that is not healthy after its repair": [
        ("page is one", "unhealthy", "Failed Changed", "site/page"),
        ("as described", "", "Failed None", ""),
        ("as described", "nothing to do", "Converged None", "host"),
    ],
    "a host that others have repaired": [
        ("web stopped", "nothing to do", "Converged None", ""),
    ],
    "a host that cannot be reached keeps its state": [
        ("page is one", "", "Converged Changed", "site/page"),
        ("gone", "", "Converged Changed gone", "host"),
        ("gone", "", "Converged Changed gone", ""),
        ("page is one", "", "Converged Changed", "host"),
    ],
    "a host that is lost while it is repaired": [
        ("as described", "", "Converged None", ""),
        ("page is one", "gone", "Converged None gone", "host"),
    ],
    "a host that was never reached": [
        ("gone", "", "NoData None gone", "host"),
        ("as described", "", "Converged None", "host"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("turns", STORIES.values(), ids=STORIES)
def test_the_states_of_a_host(turns: Turns) -> None:
    host: HostState | None = None
    for number, (look, repair, expected, news) in enumerate(turns, start=1):
        before = host
        tried = REPAIRS[repair]
        host = next_state(before or NO_DATA, LOOKS[look], tried, f"turn {number}")
        if tried is not None:
            failed = tried.status.value in ("failed", "rolled_back")
            host = replace(host, retry=Retry(failures=int(failed)))
        assert shown(host) == expected, number
        assert told(before, host) == news, number


def shown(host: HostState) -> str:
    gone = " gone" if host.is_unreachable else ""
    return f"{host.condition.title} {host.drift.title}{gone}"


def told(before: HostState | None, after: HostState) -> str:
    states = (FleetState({} if before is None else {"h1": before}), FleetState({"h1": after}))
    found = [one for one in transitions(*states) if one.is_news]
    assert len(found) <= 1
    for one in found:
        assert isinstance(one, HostTransition)
        return " ".join(resource.id for resource in one.news) or "host"
    return ""


def test_what_is_known_of_a_resource() -> None:
    first = next_state(NO_DATA, LOOKS["web stopped"], REPAIRS["web fails"], "10:00")
    (web,) = first.resources
    assert (web.id, web.action, web.reason) == ("site/web", "failed", "it was exited")
    assert (web.pending, web.repaired, web.turns, web.error) == (True, False, 1, "no such image")
    assert [(one.field, one.old, one.new) for one in web.differences] == [
        ("state", "exited", "running")
    ]
    later = next_state(first, LOOKS["web stopped"], REPAIRS["web started"], "10:05")
    (web,) = later.resources
    assert (web.action, web.pending, web.repaired, web.error) == ("started", False, True, "")
    assert (web.since, later.since, later.seen) == ("10:00", "10:05", "10:05")
    assert (first.to_repair, later.to_repair) == (("site/web",), ())
    assert (first.needs_repair, later.needs_repair) == (True, False)


def test_since_when() -> None:
    """The time stays while the state is the same; an unreachable host keeps its own."""
    host = NO_DATA
    times = []
    for now, look in enumerate(["as described", "as described", "gone", "gone", "as described"]):
        host = next_state(host, LOOKS[look], None, str(now))
        times.append((host.since, host.seen, host.unreachable_since))
    assert times == [
        ("0", "0", ""),
        ("0", "1", ""),
        ("0", "1", "2"),
        ("0", "1", "2"),
        ("0", "4", ""),
    ]
    assert host.unreachable_message == ""


#: conditions of hosts -> that of the fleet
FLEETS = {
    "": "NoData",
    "converged": "Converged",
    "converged no_data": "NoData",
    "converged degraded no_data": "Degraded",
    "failed degraded": "Failed",
}


@pytest.mark.parametrize(("hosts", "expected"), FLEETS.items())
def test_a_fleet_is_as_its_worst_host(hosts: str, expected: str) -> None:
    states = [HostState(Condition(word), Drift.NONE) for word in hosts.split()]
    fleet = FleetState({str(number): one for number, one in enumerate(states)})
    assert fleet.condition.title == expected
    assert sum(fleet.conditions.values()) == len(states)
    assert fleet.drift is Drift.NONE
