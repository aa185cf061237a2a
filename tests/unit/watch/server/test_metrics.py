# SPDX-License-Identifier: GPL-3.0-or-later
"""Metrics for Prometheus, as its own parser reads them, and as `promtool` judges them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.unit.watch.fleets import HOSTS, TIME, fleet, turn
from vigo_bridge.failures import Refusal
from vigo_bridge.watch.notifications.delivery import Counts
from vigo_bridge.watch.server.metrics import MOST_RESOURCES, OTHERS, check_library, exposition
from vigo_bridge.watch.server.snapshot import Snapshot, counted_turn
from vigo_bridge.watch.states.model import FleetState

FLEET = fleet(
    {
        "a": "good",
        "b": "drift",
        "c": "two drifts",
        "d": "failed",
        "e": "fight",
        "f": "unreachable, drift",
        "g": "new",
    },
    7,
    "source",
)
SNAPSHOT = replace(
    counted_turn(Snapshot(), FLEET, turn(7)), notifications={"1 (json://...)": Counts(2, 1, 0)}
)


def samples(snapshot: Snapshot) -> dict[str, float]:
    """Return the metrics as `NAME{LABEL="VALUE"}`, without the common beginning of the names."""
    text = exposition(snapshot, "shop")[1].decode()
    return {
        one.name.removeprefix("vigo_bridge_watch_")
        + "".join(f"{{{name}={value}}}" for name, value in sorted(one.labels.items())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("info{revision=0123abcd}{stack=shop}", 1),
        ("hosts{condition=converged}", 5),
        ("hosts{condition=degraded}", 1),
        ("hosts{condition=failed}", 0),
        ("hosts{condition=no_data}", 1),
        ("hosts_by_drift{drift=changed}", 3),
        ("hosts_by_drift{drift=diverged}", 1),
        ("hosts_unreachable", 1),
        ("drifting_hosts{resource=shop/redis}", 4),
        ("drifting_hosts{resource=site/page}", 1),
        ("failing_hosts{resource=shop/redis}", 1),
        ("resources{action=none}", 3),
        ("resources{action=recreated}", 1),
        ("resources{action=failed}", 0),
        ("problem{problem=source}", 1),
        ("problem{problem=stack}", 0),
        ("turns_total{result=good}", 1),
        ("turns_total{result=failed}", 0),
        ("turn_duration_seconds_bucket{le=2.0}", 0),
        ("turn_duration_seconds_bucket{le=5.0}", 1),
        ("turn_duration_seconds_bucket{le=+Inf}", 1),
        ("turn_duration_seconds_sum", 2.5),
        ("interval_seconds", 300),
        ("last_good_turn_timestamp_seconds", 1777888800),
        ("notifications_total{target=1 (json://...)}", 2),
        ("notification_failures_total{target=1 (json://...)}", 1),
    ],
)
def test_values(name: str, value: float) -> None:
    assert samples(SNAPSHOT)[name] == value


def test_before_the_first_turn() -> None:
    found = samples(Snapshot())
    assert found["last_good_turn_timestamp_seconds"] == 0
    assert found["hosts{condition=converged}"] == 0
    assert found["turns_total{result=good}"] == 0


@pytest.mark.parametrize(
    ("looked", "rollout", "result"),
    [(True, None, "good"), (True, 4, "repaired"), (False, None, "failed")],
)
def test_turns_are_counted_by_result(looked: bool, rollout: int | None, result: str) -> None:
    snapshot = Snapshot()
    for number in range(3):
        snapshot = counted_turn(snapshot, FLEET, turn(number, looked=looked, rollout=rollout))
    found = samples(snapshot)
    assert found[f"turns_total{{result={result}}}"] == 3
    assert found["turn_duration_seconds_count"] == 3


def test_many_resources_are_counted_together() -> None:
    (resource,) = HOSTS["drift"].resources
    many = tuple(replace(resource, id=f"crate/{number}") for number in range(MOST_RESOURCES + 50))
    hosts = {name: replace(HOSTS["drift"], resources=many) for name in ("a", "b")}
    found = samples(Snapshot(FleetState(hosts)))
    drifting = {name: value for name, value in found.items() if name.startswith("drifting_hosts")}
    assert len(drifting) == MOST_RESOURCES + 1
    assert drifting[f"drifting_hosts{{resource={OTHERS}}}"] == 2 * 50


def test_what_is_gone_leaves_nothing_behind() -> None:
    found = samples(counted_turn(SNAPSHOT, fleet({"a": "good"}, 8), turn(8)))
    assert not [name for name in found if name.startswith("drifting_hosts")]


def test_names_from_outside_are_escaped() -> None:
    (resource,) = HOSTS["drift"].resources
    evil = replace(resource, id='a"} 1\nevil 2\x1b[2J\\')
    state = FleetState({"a": replace(HOSTS["drift"], resources=(evil,))}, revision='"\n')
    text = exposition(Snapshot(state), "shop\n")[1].decode()
    assert not [line for line in text.splitlines() if line.startswith("evil")]
    assert "\x1b" not in text
    assert len(list(text_string_to_metric_families(text))) > 10


def test_times_that_cannot_be_read() -> None:
    assert samples(Snapshot(FleetState(good_turn="")))["last_good_turn_timestamp_seconds"] == 0
    assert samples(Snapshot(FleetState(good_turn=TIME)))["last_good_turn_timestamp_seconds"] > 0


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    check_library()
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(Refusal, match=r"pip install 'vigo-bridge\[metrics\]'"):
        check_library()


@pytest.mark.parametrize("snapshot", [Snapshot(), SNAPSHOT], ids=["empty", "full"])
def test_promtool_has_no_complaint(snapshot: Snapshot) -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian's package prometheus has it)")
    checked = subprocess.run(
        [program, "check", "metrics"],
        input=exposition(snapshot, "shop")[1],
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
