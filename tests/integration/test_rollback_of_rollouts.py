# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout that fails on one host: the hosts of its batch go back to what they were."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.integration.local_fleet import LocalFleet
from tests.integration.test_interrupt import Running

SITE = """\
name: site
vars: {me: none, fate: good}
resources:
  - name: page
    type: file
    target_path: HERE/files/{{ .Vars.me }}/page
    content: "TEXT\\n"
    mode: "MODE"
  - name: more
    type: file
    target_path: HERE/files/{{ .Vars.me }}/TEXT
    content: "more\\n"
  - name: go
    type: exec
    command: LAST
    depends_on: [page, more]
"""


def write(fleet: LocalFleet, text: str, mode: str, last: str) -> None:
    site = SITE.replace("TEXT", text).replace("MODE", mode).replace("LAST", last)
    path = fleet.stack / "configcrates/site.vgo"
    path.write_text(site.replace("HERE", str(fleet.folder)))


def files(fleet: LocalFleet) -> dict[str, tuple[bytes, int]]:
    folder = fleet.folder / "files"
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def fleet(tmp_path: Path) -> LocalFleet:
    """Return three hosts that have the files of an earlier rollout."""
    fleet = LocalFleet(tmp_path, [], "true", count=3)
    lines = fleet.inventory.read_text().splitlines()
    named = [f"{line} me={line.split()[0]}\n" for line in lines]
    fleet.inventory.write_text("".join(named))
    for host in fleet.fates:
        (tmp_path / "files" / host).mkdir(parents=True)
    write(fleet, "old", "0640", '"true"')
    assert fleet.run().status == 0
    return fleet


def test_the_batch_is_rolled_back(fleet: LocalFleet) -> None:
    was = files(fleet)
    write(fleet, "new", "0604", "test $ME != h3")
    ended = fleet.run("--batch-size", "1,2", "--on-failure", "rollback")
    assert ended.status == 3, ended.err
    envoys = ended.document["envoys"]
    assert [envoy["status"] for envoy in envoys.values()] == ["changed", "rolled_back", "failed"]
    now = files(fleet)
    assert {path: found for path, found in now.items() if not path.startswith("h1/")} == {
        path: found for path, found in was.items() if not path.startswith("h1/")
    }
    assert now["h1/page"][0] == b"new\n"
    assert "restored" not in envoys["h1"]
    restored = {one["id"]: (one["action"], one["reason"]) for one in envoys["h2"]["restored"]}
    assert restored == {
        "site/page": ("updated", "the former state was restored"),
        "site/more": ("deleted", "it did not exist"),
        "site/go": ("skipped", "it changed, and is not undone"),
    }
    assert "1 host of the batch failed; 2 of 2 hosts rolled back" in ended.document["stopped"]
    assert not list((fleet.folder / "hosts").rglob("former/*.json"))
    shown = fleet("history", "show", "2")
    assert "rolled back to the state before this rollout:" in shown.out


@pytest.mark.sweep
def test_all_hosts_are_rolled_back(fleet: LocalFleet) -> None:
    was = files(fleet)
    write(fleet, "new", "0604", "test $ME != h3")
    ended = fleet.run("--batch-size", "1", "--on-failure", "rollback-all")
    assert files(fleet) == was, ended.err
    assert ended.status == 3


@pytest.mark.sweep
def test_a_killed_rollout_can_be_undone(fleet: LocalFleet) -> None:
    was = files(fleet)
    write(fleet, "new", "0604", "touch HERE/begun-$ME; sleep 300")
    command = fleet.command("--on-failure", "rollback")
    running = Running(
        [sys.executable, "-m", "vigo_bridge", *command], {**os.environ, **fleet.environment}
    )
    for host in fleet.fates:
        running.wait_for(fleet.folder / f"begun-{host}")
    running.process.send_signal(signal.SIGTERM)
    running.end()
    assert files(fleet) != was
    write(fleet, "newest", "0600", '"true"')
    where = ("--stacks", fleet.stack, "-i", fleet.inventory, "-o", "json")
    for _ in range(2):  # it can be repeated
        undone = fleet("rollout", "undo", *where)
        assert undone.status == 0, undone.err
        assert files(fleet) == was
    assert "undoing rollout 2 (run, " in undone.err


@pytest.mark.sweep
def test_hosts_that_were_undone_are_not_skipped(fleet: LocalFleet) -> None:
    """The first one had finished; after the undoing, --resume converges it again."""
    was = files(fleet)
    wait = "test $ME = h1 -o -e HERE/go-on || { touch HERE/begun-$ME; sleep 300; }"
    write(fleet, "new", "0604", wait)
    command = fleet.command("--on-failure", "rollback-all", "--batch-size", "1")
    running = Running(
        [sys.executable, "-m", "vigo_bridge", *command], {**os.environ, **fleet.environment}
    )
    running.wait_for(fleet.folder / "begun-h2")
    running.process.send_signal(signal.SIGTERM)
    running.end()
    assert files(fleet) != was
    where = ("--stacks", fleet.stack, "-i", fleet.inventory)
    assert fleet("rollout", "undo", *where).status == 0
    assert files(fleet) == was
    known = fleet("history", "-o", "json").document
    assert (known[-1]["command"], known[-1]["status"]) == ("rollout undo 2", "converged")
    assert (
        "updated    site/page  the former state was restored" in fleet("history", "show", "3").out
    )
    (fleet.folder / "go-on").touch()
    resumed = fleet.run("--resume", "--on-failure", "rollback-all", "--batch-size", "1")
    assert resumed.status == 0, resumed.err
    assert "resuming rollout 2: 0 of 3 hosts done" in resumed.err
    assert {name: found[0] for name, found in files(fleet).items()} == {
        f"{host}/{name}": text
        for host in fleet.fates
        for name, text in (("page", b"new\n"), ("new", b"more\n"), ("old", b"more\n"))
    }
