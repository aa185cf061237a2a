# SPDX-License-Identifier: GPL-3.0-or-later
"""A watcher finds what differs, repairs it if it is asked to, and survives what goes wrong."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.integration.test_interrupt import await_no_process_with
from tests.integration.watched_fleet import SITE, WatchedFleet, news, states


def test_the_life_of_a_watcher(tmp_path: Path) -> None:
    fleet = WatchedFleet(tmp_path, 2)
    watching = fleet.watch("--repair")

    first = watching.turn(ask=False)
    assert states(first) == "h1 converged changed, h2 converged changed"
    assert (first["turn"], first["looked"], first["rollout"]) == (1, True, 1)
    assert fleet.page("h1").read_text() == "hello\n"
    quiet = watching.turn()
    assert states(quiet) == "h1 converged none, h2 converged none"
    assert (news(quiet), quiet["rollout"], quiet["actions"]) == (
        "",
        None,
        {"none": 2, "skipped": 2},
    )

    fleet.page("h2").write_text("edited\n")
    repaired = watching.turn()
    assert (news(repaired), repaired["rollout"]) == ("h2 site/page", 2)
    assert fleet.page("h2").read_text() == "hello\n"
    (difference,) = repaired["changes"][0]["resources"][0]["differences"]
    assert (difference["old"], difference["new"]) == ("edited", "hello")

    fleet.write_site(SITE.replace("type: file", "type: fiel").replace("hello", "bye"))
    wrong = watching.turn()
    assert news(wrong) == "stack problem"
    (problem,) = wrong["fleet"]["problems"]
    assert "site.vgo:5:11: error: " in problem["message"]
    assert fleet.page("h1").read_text() == "hello\n"
    fleet.write_site(SITE.replace("hello", "bye"))
    assert news(watching.turn()) == "stack solved, h1 site/page, h2 site/page"
    assert fleet.page("h1").read_text() == "bye\n"

    other = fleet.run()
    assert other.status == 0, other.err
    second = fleet(*fleet.watch_command()[3:])
    assert second.status == 1
    assert f"another watcher of {fleet.stack} is running: " in second.err
    assert f"process {watching.process.pid}, since" in second.err

    assert watching.stop() == 0
    await_no_process_with(str(tmp_path))
    restarted = fleet.watch("--repair")
    again = restarted.turn(ask=False)
    assert (again["turn"], news(again), again["rollout"]) == (wrong["turn"] + 2, "", None)
    assert restarted.stop(signal.SIGINT) == 130
