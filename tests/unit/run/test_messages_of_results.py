# SPDX-License-Identifier: GPL-3.0-or-later
"""Complete results of hosts and batches: the messages, and the fields besides the status."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.host_result import HostResult
from ansible_collections.vigo.bridge.plugins.plugin_utils.stack_states import (
    ContainerState,
    LastRun,
)
from tests.unit.run.rollout_model import FATES, World
from tests.unit.run.test_rollout import Simulated, rolled_out
from vigo_bridge.run import results
from vigo_bridge.run.results import BatchResult, EnvoyResult, EnvoyStatus, Gate, read_envoys
from vigo_bridge.run.state import stack_key

RAN = {"id": "c/a", "type": "exec", "action": "ran", "reason": "x", "duration_s": 1.0}

#: what a host left -> the message, the IDs of its resources, its notes and orphans
HOSTS: dict[str, tuple[dict[str, Any], str, list[str], tuple[str, ...], tuple[str, ...]]] = {
    "unreachable": ({"unreachable": True, "msg": "timed out"}, "timed out\nADVICE", [], (), ()),
    "failed before its resources": (
        {"failed": True, "msg": "no python", "module_stderr": "sh: no"},
        "no python\nsh: no\nADVICE",
        [],
        (),
        (),
    ),
    "failed with its resources": (
        {"failed": True, "msg": "1 of 1 failed", "resources": [RAN], "notes": ["n"]},
        "1 of 1 failed",
        ["c/a"],
        ("n",),
        (),
    ),
    "changed": (
        {"resources": [RAN], "notes": ["n", "m"], "orphans": ["web"]},
        "",
        ["c/a"],
        ("n", "m"),
        ("web",),
    ),
}


@pytest.mark.parametrize(("raw", "message", "ids", "notes", "orphans"), HOSTS.values(), ids=HOSTS)
def test_what_a_host_left(
    raw: dict[str, Any],
    message: str,
    ids: list[str],
    notes: tuple[str, ...],
    orphans: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(results, "login_advice", lambda said: "ADVICE" if said else "")
    (tmp_path / "a.json").write_text(json.dumps(raw))
    found = read_envoys(["a"], tmp_path, check_mode=False, interrupted=False, complaint="")["a"]
    assert (found.message, [one.id for one in found.resources]) == (message, ids)
    assert (found.notes, found.orphans) == (notes, orphans)


WEB = ContainerState(
    resource="shop/web",
    engine="unix:///run/docker.sock",
    name="web",
    id="c1",
    image="nginx",
    digest="sha256:1",
    state="running",
    health="healthy",
    exit_code=0,
    restarts=2,
    started_at="2026-01-01T10:00:00Z",
    up_s=7,
    ports=("80:80",),
)
LAST_RUN = LastRun("2026-01-01T10:00:00Z", "eva", "changed", 1)
#: what a host left -> its result
STATES: list[tuple[HostResult, EnvoyResult]] = [
    (HostResult(), EnvoyResult(EnvoyStatus.CONVERGED)),
    (HostResult(containers=()), EnvoyResult(EnvoyStatus.CONVERGED)),
    (
        HostResult(containers=(WEB,), last_run=LAST_RUN),
        EnvoyResult(EnvoyStatus.CONVERGED, containers=(WEB,), last_run=LAST_RUN),
    ),
]


@pytest.mark.parametrize(("left", "expected"), STATES)
def test_the_state_of_a_host(left: HostResult, expected: EnvoyResult, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(left.as_dict()))
    found = read_envoys(["a"], tmp_path, check_mode=False, interrupted=False, complaint="")
    assert found == {"a": expected}


#: whether the run was interrupted, what Ansible printed -> the result of a host that left nothing
NOTHING: list[tuple[bool, str, EnvoyResult]] = [
    (True, "x", EnvoyResult(EnvoyStatus.INTERRUPTED, "the run was interrupted; run again")),
    (
        False,
        "",
        EnvoyResult(
            EnvoyStatus.FAILED,
            "Ansible exited without a result for this host; -vv shows its output:",
        ),
    ),
]


@pytest.mark.parametrize(("interrupted", "printed", "expected"), NOTHING)
def test_a_host_that_left_nothing(
    interrupted: bool, printed: str, expected: EnvoyResult, tmp_path: Path
) -> None:
    (tmp_path / "b.json").write_text(json.dumps({"resources": [RAN]}))
    found = read_envoys(
        ["a", "b"], tmp_path, check_mode=False, interrupted=interrupted, complaint=printed
    )
    assert found["a"] == expected
    assert found["b"].status is EnvoyStatus.CHANGED


GOOD, FAILING, _GONE, SICK, _SLOW = FATES
PASSED, FAILED, NONE = Gate.PASSED, Gate.FAILED, Gate.NONE
DOWN = "HTTP 503"
#: a world -> for each batch its gate and its detail, why no further batch starts, and the hosts
#: that need not be seen again
WORLDS: dict[str, tuple[World, list[tuple[Gate, str]], str, tuple[str, ...]]] = {
    "all is well": (World((GOOD,) * 2, "1"), [(NONE, ""), (NONE, "")], "", ("h1", "h2")),
    "checked": (World((GOOD,), check=True), [(PASSED, "")], "", ("h1",)),
    "one is sick": (
        World((SICK, GOOD), check=True),
        [(FAILED, "h1: not well")],
        "",
        ("h2",),
    ),
    "two are sick": (
        World((SICK, SICK), check=True),
        [(FAILED, "h1 (and 1 more): not well")],
        "",
        (),
    ),
    "several are sick": (
        World((SICK, SICK, SICK), check=True),
        [(FAILED, "h1 (and 2 more): not well")],
        "",
        (),
    ),
    "the budget is spent": (
        World((FAILING, GOOD, GOOD), "2,1"),
        [(NONE, "1 host has failed, none are allowed")],
        "1 host has failed, none are allowed",
        ("h2",),
    ),
    "more than may": (
        World((FAILING, FAILING, GOOD), "2,1", "1"),
        [(NONE, "2 hosts have failed, 1 may")],
        "2 hosts have failed, 1 may",
        (),
    ),
    "the budget is spent in the last batch": (
        World((GOOD, FAILING), "1"),
        [(NONE, ""), (NONE, "")],
        "",
        ("h1",),
    ),
    "the address is down": (World((GOOD,), down_from=1), [(FAILED, DOWN)], DOWN, ()),
    "sick, and the address is down": (
        World((SICK, GOOD), budget="1", check=True, down_from=1),
        [(FAILED, f"h1: not well; {DOWN}")],
        DOWN,
        (),
    ),
}


@pytest.mark.parametrize(("world", "batches", "stopped", "finished"), WORLDS.values(), ids=WORLDS)
def test_what_is_said_of_batches(
    world: World, batches: list[tuple[Gate, str]], stopped: str, finished: tuple[str, ...]
) -> None:
    rolled = rolled_out(Simulated(world))
    assert [(batch.gate, batch.detail) for batch in rolled.batches] == batches
    assert (rolled.stopped, rolled.finished) == (stopped, finished)
    for host in world.hosts:
        if rolled.envoys.get(host) and world.check and host not in finished and not stopped:
            assert rolled.envoys[host] == EnvoyResult(EnvoyStatus.FAILED, "not well")


def test_a_check_that_is_cut() -> None:
    """Hosts that were to be checked say so; others keep their result."""
    parts = Simulated(World((GOOD, FAILING), check=True), cut_in="check 1")
    rolled = rolled_out(parts)
    message = "the rollout was interrupted before the health check of this host; run again"
    assert rolled.envoys == {
        "h1": EnvoyResult(EnvoyStatus.INTERRUPTED, message),
        "h2": EnvoyResult(EnvoyStatus.FAILED),
    }
    assert rolled.batches == (BatchResult(("h1", "h2")),)
    assert (rolled.finished, rolled.stopped, rolled.interrupted) == ((), "", True)


def test_keys_of_stacks(tmp_path: Path) -> None:
    folder = tmp_path / ("My shop+1" + "x" * 60)
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    digest = hashlib.sha256(str(folder).encode()).hexdigest()
    assert stack_key(folder) == f"My_shop_1{'x' * 31}-{digest[:12]}"
    assert stack_key(tmp_path / "link") == stack_key(folder)
    by_id = f"stack-{hashlib.sha256(b'id-1').hexdigest()[:32]}"
    assert stack_key(folder, "id-1") == stack_key(tmp_path, "id-1") == by_id
