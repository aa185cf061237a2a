# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with the state of a large fleet, in which something of everything is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.unit.report.large_runs import fleet as large_run
from tests.unit.watch.fleets import HOSTS, TIME, fleet, turn
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.run.history import History
from vigo_bridge.watch.server.listen_address import read_access, read_address
from vigo_bridge.watch.server.pages import Pages
from vigo_bridge.watch.server.rollout_page import Rollouts
from vigo_bridge.watch.server.server import Server
from vigo_bridge.watch.server.snapshot import Recorder
from vigo_bridge.watch.states.model import FleetState

_WORDS = ("drift", "repaired", "fight", "failed", "call failed", "unreachable", "two drifts")
_EVIL = "<img src=x onerror=window.harmed=1>"


def large_fleet(count: int) -> FleetState:
    """Return a fleet of which one host in eight has a problem, each kind in turn."""
    words = {
        f"web{number:03}.app.example.com": _WORDS[number // 8 % len(_WORDS)]
        if number % 8 == 0
        else "good"
        for number in range(1, count)
    }
    found = fleet(words, 41, "stack")
    (resource,) = HOSTS["failed"].resources
    evil = replace(HOSTS["failed"], resources=(replace(resource, error=_EVIL, since=TIME),))
    return replace(found, hosts={**found.hosts, "evil": evil})


@contextmanager
def serving(folder: Path, hosts: int) -> Iterator[str]:
    """Serve the pages of a fleet with some rollouts; yield the address."""
    history = History(folder)
    for count, command in ((3, "run"), (20, "watch"), (1, "restart")):
        record = history.add(count, command=command, subject="stacks", key="key", fingerprint="f")
        history.write(replace(record, ended=True, result=run_as_data(large_run(count, 3))))
    state = large_fleet(hosts)
    recorder = Recorder(state, 300.0)
    recorder.turn_ended(state, (), turn(41, rollout=2))
    address = read_address("127.0.0.1:0")
    pages = Pages("shop", recorder, Rollouts(history))
    server = Server(address, read_access(address, None), pages)
    try:
        yield server.url
    finally:
        server.close()
