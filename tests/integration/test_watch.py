# SPDX-License-Identifier: GPL-3.0-or-later
"""A watcher finds what differs, repairs it if it is asked to, and survives what goes wrong."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.test_interrupt import await_no_process_with, start
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


#: Waits while HERE/NAME/slow exists, and says that it has begun.
SLOW = """\
name: site
resources:
  - name: go
    type: exec
    command: "touch HERE/begun; while test -e HERE/$ME/slow; do HERE/sleep 0.1; done"
    creates: HERE/$ME/done
"""
LOOK = SLOW.replace("creates: HERE/$ME/done", "onlyif: touch HERE/begun; HERE/sleep 300; false")


def test_a_repair_and_a_run_exclude_each_other(tmp_path: Path) -> None:
    fleet = slow_fleet(tmp_path, SLOW)
    watching = fleet.watch("--repair", "--batch-size", "1")
    watching.wait_for(tmp_path / "begun")
    refused = fleet.run()
    assert refused.status == 1
    assert "is running: `vigo-bridge watch` of " in refused.err
    assert f"process {watching.process.pid}, since" in refused.err

    watching.process.send_signal(signal.SIGTERM)
    watching.await_text("finishing the current batch")
    (tmp_path / "h1" / "slow").unlink()
    document = watching.turn(ask=False)
    watching.end()
    assert watching.process.returncode == 0, watching.told()
    assert states(document) == "h1 converged changed, h2 converged changed"
    pending = [host["resources"][0]["pending"] for host in document["fleet"]["hosts"].values()]
    assert pending == [False, True]
    await_no_process_with(str(tmp_path))
    assert [record["status"] for record in fleet("history", "-o", "json").document] == [
        "interrupted"
    ]


@pytest.mark.sweep
def test_a_turn_is_left_out_while_a_run_is_in_progress(tmp_path: Path) -> None:
    fleet = slow_fleet(tmp_path, SLOW)
    run = start(fleet)
    run.wait_for(tmp_path / "begun")
    watching = fleet.watch()
    first = watching.turn(ask=False)
    assert (news(first), first["looked"], states(first)) == (
        "",
        False,
        "h1 no_data none, h2 no_data none",
    )
    (problem,) = first["fleet"]["problems"]
    assert f"`vigo-bridge run` of root, process {run.process.pid}, since" in problem["message"]
    for host in fleet.fates:
        (tmp_path / host / "slow").unlink()
    run.end()
    assert watching.turn()["fleet"]["problems"] == []
    assert watching.stop() == 0


@pytest.mark.sweep
def test_a_fight_is_named(tmp_path: Path) -> None:
    fleet = WatchedFleet(tmp_path, 2)
    watching = fleet.watch("--repair")
    watching.turn(ask=False)
    told = []
    for number in range(5):
        fleet.page("h2").write_text(f"edit {number}\n")
        document = watching.turn()
        told.append((states(document).partition(", ")[2], news(document)))
    assert told == [
        ("h2 converged changed", "h2 site/page"),
        ("h2 converged diverged", "h2 site/page"),
        ("h2 converged diverged", ""),
        ("h2 converged diverged", ""),
        ("h2 converged diverged", ""),
    ]
    assert (states(watching.turn()), watching.stop()) == ("h1 converged none, h2 converged none", 0)


@pytest.mark.sweep
def test_a_host_that_fails_and_one_that_is_gone(tmp_path: Path) -> None:
    fleet = WatchedFleet(tmp_path, 3)
    watching = fleet.watch("--repair", "--max-failures", "3")
    watching.turn(ask=False)
    (tmp_path / "h1" / "broken").touch()
    fleet.change_fate("h3", "unreachable")
    document = watching.turn()
    assert states(document) == "h1 degraded changed, h2 converged none, h3 converged changed gone"
    assert news(document) == "h1 site/works, h3"
    quiet = watching.turn()
    assert news(quiet) == ""
    assert quiet["fleet"]["hosts"]["h1"]["retry"]["failures"] == 2
    (tmp_path / "h1" / "broken").unlink()
    fleet.change_fate("h3", "good")
    document = watching.turn()
    assert states(document) == "h1 converged none, h2 converged none, h3 converged none"
    assert news(document) == "h1, h3"
    assert watching.stop() == 0


def empty_the_stack(fleet: WatchedFleet) -> None:
    fleet.stack.rename(fleet.folder / "away")
    fleet.stack.mkdir()


def bring_the_stack_back(fleet: WatchedFleet) -> None:
    fleet.stack.rmdir()
    (fleet.folder / "away").rename(fleet.stack)


Action = Callable[[WatchedFleet], object]
#: What goes wrong -> the kind of problem; how it begins, and how it ends.
BAD: dict[str, tuple[str, Action, Action]] = {
    "the stack is gone": (
        "source",
        lambda fleet: fleet.stack.rename(fleet.folder / "away"),
        lambda fleet: (fleet.folder / "away").rename(fleet.stack),
    ),
    "the stack is empty": (
        "stack",
        empty_the_stack,
        bring_the_stack_back,
    ),
    "half of a file": (
        "stack",
        lambda fleet: fleet.write_site(SITE.partition(".Vars.me")[0]),
        lambda fleet: fleet.write_site(SITE),
    ),
    "no inventory": (
        "inventory",
        lambda fleet: fleet.inventory.unlink(),
        lambda fleet: fleet.change_fate("h1", "good"),
    ),
    "a broken inventory": (
        "inventory",
        lambda fleet: fleet.inventory.write_text("[h1\n"),
        lambda fleet: fleet.change_fate("h1", "good"),
    ),
    "an inventory of other hosts": (
        "stack",
        lambda fleet: fleet.inventory.write_text("other ansible_connection=local\n"),
        lambda fleet: fleet.change_fate("h1", "good"),
    ),
    "a secret that is missing": (
        "secrets",
        lambda fleet: fleet.write_site(SITE.replace("hello", "secret:not/there")),
        lambda fleet: fleet.write_site(SITE),
    ),
    "the state folder is read-only": (
        "turn",
        lambda fleet: set_mode(fleet.state, 0o500),
        lambda fleet: set_mode(fleet.state, 0o700),
    ),
}


@pytest.mark.sweep
def test_bad_input_is_reported_once_and_changes_nothing(tmp_path: Path) -> None:
    fleet = WatchedFleet(tmp_path, 2)
    envoys = fleet.stack / "envoys.vgo"
    envoys.write_text(envoys.read_text().replace('"*"', '"h*"'))
    watching = fleet.watch("--repair")
    watching.turn(ask=False)
    for name, (kind, begin, end) in BAD.items():
        if kind == "turn" and os.geteuid() == 0:
            continue
        begin(fleet)
        told = [news(watching.turn()) for _ in range(2)]
        assert told == [f"{kind} problem", ""], name
        assert fleet.page("h1").read_text() == "hello\n"
        end(fleet)
        good = watching.turn()
        assert (news(good), good["rollout"]) == (f"{kind} solved", None), name
        assert states(good) == "h1 converged none, h2 converged none", name
    assert watching.stop() == 0


@dataclass(frozen=True)
class Phase:
    """What a watcher is doing. It says so in HERE/begun."""

    site: str = SLOW
    arguments: str = "--repair"
    inventory: str = ""
    is_repair: bool = False


PHASES = {
    "it looks at hosts": Phase(LOOK),
    "it repairs": Phase(is_repair=True),
    "it repairs, and a command ignores SIGINT": Phase(
        SLOW.replace("touch", "trap '' INT TERM; touch", 1), is_repair=True
    ),
    "it reads the inventory": Phase(inventory="touch HERE/begun; HERE/sleep 300; true"),
    "it waits for the next turn": Phase("name: site\nresources: []\n"),
}


@pytest.mark.sweep
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("phase", PHASES.values(), ids=PHASES)
def test_it_ends_in_each_phase(tmp_path: Path, phase: Phase, number: signal.Signals) -> None:
    fleet = slow_fleet(tmp_path, phase.site)
    inventory = fleet.inventory.read_text()
    if phase.inventory:
        script = f"#!/bin/sh\n{phase.inventory.replace('HERE', str(tmp_path))}\n"
        fleet.inventory.write_text(script)
        fleet.inventory.chmod(0o755)
    arguments = phase.arguments.replace("HERE", str(tmp_path))
    watching = fleet.watch(*shlex.split(arguments))
    if "[]" in phase.site:
        watching.turn(ask=False)
    else:
        watching.wait_for(tmp_path / "begun")
    process = watching.process.pid
    watching.process.send_signal(number)
    if number is signal.SIGTERM and phase.is_repair:
        watching.await_text("finishing the current batch")
        watching.process.send_signal(number)
    watching.end()
    assert watching.process.returncode == (-9 if number is signal.SIGKILL else 0)
    assert "Traceback" not in watching.told()
    await_no_process_with(str(tmp_path))

    fleet.inventory.chmod(0o644)
    fleet.inventory.write_text(inventory)
    fleet.write_site(SITE)
    again = fleet.watch("--repair")
    assert states(again.turn(ask=False)) == "h1 converged changed, h2 converged changed"
    assert fleet.page("h2").read_text() == "hello\n"
    assert again.stop() == 0
    left = [path for parent in ("/dev/shm", "/tmp") for path in Path(parent).glob(f"*{process}-*")]
    assert left == []
    locks = list(fleet.state.glob("locks/*.lock"))
    assert locks
    for lock in locks:
        with lock.open() as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


def slow_fleet(folder: Path, site: str) -> WatchedFleet:
    """Return two hosts that are slow until HERE/NAME/slow is removed."""
    fleet = WatchedFleet(folder, 2, site)
    shutil.copy("/bin/sleep", folder / "sleep")
    for host in fleet.fates:
        (folder / host / "slow").touch()
    return fleet


def set_mode(folder: Path, mode: int) -> None:
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(mode)


@dataclass(frozen=True)
class Usage:
    """What a process has: memory in KiB, threads, open files, children."""

    memory: int
    threads: int
    files: int
    children: int


def usage(process: int) -> Usage:
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines()
    )
    return Usage(
        memory=int(status["VmRSS"].split()[0]),
        threads=int(status["Threads"]),
        files=len(list(Path(f"/proc/{process}/fd").iterdir())),
        children=len(Path(f"/proc/{process}/task/{process}/children").read_text().split()),
    )


@pytest.mark.sweep
@pytest.mark.parametrize(("hosts", "turns"), [(2, 20), (20, 500)])
def test_nothing_grows(tmp_path: Path, hosts: int, turns: int) -> None:
    """Some turns repair something, and some find a stack with errors."""
    fleet = WatchedFleet(tmp_path, hosts)
    watching = fleet.watch("--repair")
    found = []
    for number in range(turns):
        if number % 10 == 5:
            fleet.page("h1").write_text("edited\n")
        watching.turn(ask=number > 0)
        found.append(usage(watching.process.pid))
    warm, last = found[min(10, turns // 2)], found[-1]
    assert watching.stop() == 0
    assert (last.threads, last.files, last.children) == (warm.threads, warm.files, warm.children)
    assert last.memory - warm.memory < 2048 + 20 * turns, found


@pytest.mark.sweep
def test_a_full_disk(tmp_path: Path) -> None:
    """The state of the fleet lives on in memory, and nothing is repaired without a history."""
    fleet = WatchedFleet(tmp_path, 2)
    (tmp_path / "state").mkdir()
    folder = str(tmp_path / "state")
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k,mode=0700", "tmpfs", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user cannot mount a file system")
    try:
        watching = fleet.watch("--repair")
        watching.turn(ask=False)
        with contextlib.suppress(OSError), (tmp_path / "state" / "filler").open("wb") as filler:
            while True:
                filler.write(b"x" * 512)
                filler.flush()
        fleet.page("h1").write_text("edited\n")
        told = [news(watching.turn()) for _ in range(2)]
        assert told == ["turn problem, h1 site/page", ""]
        assert fleet.page("h1").read_text() == "edited\n"
        (tmp_path / "state" / "filler").unlink()
        assert news(watching.turn()) == "turn solved, h1 site/page"
        assert fleet.page("h1").read_text() == "hello\n"
        assert watching.stop() == 0
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
