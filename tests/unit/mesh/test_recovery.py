# SPDX-License-Identifier: GPL-3.0-or-later
"""Units whose controller has ended: which hosts they have converged, and what is removed."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.mesh.fake_receptor import FakeReceptor
from vigo_bridge.mesh import recovery, unit_output
from vigo_bridge.mesh.recovery import recover, remove_abandoned
from vigo_bridge.mesh.unit_journal import Noted, UnitJournal

GOOD = json.dumps({"changed": False, "resources": [], "notes": [], "orphans": []})
BAD = json.dumps({"failed": True, "msg": "no"})


def ended() -> int:
    """Return the ID of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


NOTED = Noted("u1", "/run/r.sock", "n1", "rollout 1", ("h1", "h2", "h3"), ended(), time.time())


def output(*lines: Any) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def result(host: str, content: str) -> dict[str, Any]:
    return {"result": {"file": f"{host}.json", "content": content}}


RESULTS = [result("h1", GOOD), result("h2", BAD), result("h9", GOOD)]
COMPLETE = output(*RESULTS, {"status": "successful"}, {"eof": True})


class Site:
    """A journal with one unit, and its receptor."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self.journal = UnitJournal(folder / "mesh", self.said.append)
        self.receptor = FakeReceptor(COMPLETE)
        monkeypatch.setattr(recovery, "Control", lambda socket: self.receptor)
        monkeypatch.setattr(unit_output, "_TICK", 0.01)
        monkeypatch.setattr(recovery, "_TICK", 0.01)

    def recovered(self, noted: Noted) -> tuple[str, ...]:
        self.journal.add(noted)
        return recover(self.journal, "rollout 1", self.said.append)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path, monkeypatch)


def test_converged_hosts_are_finished(site: Site) -> None:
    assert site.recovered(NOTED) == ("h1",)
    assert site.said == ["reading the results of 3 hosts from node n1"]
    assert site.receptor.asked[-1] == "release u1"
    assert site.journal.units() == []


def test_a_unit_of_another_rollout_stays(site: Site) -> None:
    noted = replace(NOTED, rollout="rollout 2")
    assert site.recovered(noted) == ()
    assert site.journal.units() == [noted]


def test_a_unit_of_a_running_process_stays(site: Site) -> None:
    noted = replace(NOTED, pid=os.getppid())
    assert site.recovered(noted) == ()
    assert site.receptor.asked == []


def test_a_lost_node_is_reported_and_stays(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "_SILENCE", 0.1)
    site.receptor.output = output(result("h1", GOOD))
    site.receptor.is_over = site.receptor.route = False
    assert site.recovered(NOTED) == ("h1",)
    assert "may still be running its part" in site.said[-1]
    assert site.journal.units() == [NOTED]
    assert "release u1" not in site.receptor.asked


def test_a_silent_unit_of_a_node_that_is_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "_SILENCE", 0.1)
    site.receptor.output = output(result("h1", GOOD))
    site.receptor.is_over = False
    assert site.recovered(NOTED) == ("h1",)
    asked = [each for each in site.receptor.asked if not each.startswith("results")]
    assert asked == ["cancel u1", "release u1"]
    assert site.journal.units() == []


OLD = time.time() - 8 * 86400
#: Units, whether they are over, and whether they are removed.
ABANDONED = [
    (NOTED, True, False),
    (replace(NOTED, rollout=""), True, True),
    (replace(NOTED, rollout=""), False, False),
    (replace(NOTED, submitted=OLD), True, True),
    (replace(NOTED, submitted=OLD), False, True),
    (replace(NOTED, submitted=OLD, pid=os.getpid()), True, False),
]


@pytest.mark.parametrize(("noted", "is_over", "removed"), ABANDONED)
def test_abandoned_units(noted: Noted, is_over: bool, removed: bool, site: Site) -> None:
    site.journal.add(noted)
    site.receptor.is_over = is_over
    remove_abandoned(site.journal)
    assert ("release u1" in site.receptor.asked) is removed
    assert (site.journal.units() == []) is removed


def test_a_damaged_entry_is_set_aside(site: Site, tmp_path: Path) -> None:
    site.journal.add(NOTED)
    (tmp_path / "mesh/u1.json").write_text("{}")
    assert site.journal.units() == []
    assert "damaged" in site.said[0]


@pytest.mark.parametrize("unit", ["../x", "", "a/b", "x" * 300])
def test_an_invalid_id_is_no_path(unit: str, site: Site) -> None:
    with pytest.raises(ValueError, match="invalid ID"):
        site.journal.add(replace(NOTED, unit=unit))
