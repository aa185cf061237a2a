# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/monitoring.md names every metric and key, and its alerts use metrics that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.unit.watch.fleets import TIME, fleet
from vigo_bridge.watch.notifications import announcements, delivery, messages
from vigo_bridge.watch.notifications.announcements import announce
from vigo_bridge.watch.server import listen_address, server
from vigo_bridge.watch.server.metrics import exposition
from vigo_bridge.watch.server.snapshot import Snapshot
from vigo_bridge.watch.server.status_json import status_json

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "monitoring.md").read_text(encoding="utf-8")
ALERTS = DOCS / "examples/watch/alerts.yml"
PREFIX = "vigo_bridge_watch_"


def families() -> dict[str, tuple[str, set[str]]]:
    """Return the type and labels of each metric, by the name that Prometheus has for it."""
    text = exposition(Snapshot(), "shop")[1].decode()
    found = {}
    for family in text_string_to_metric_families(text):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        found[name] = (family.type, labels)
    return found


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table after a heading, without its head."""
    after = PAGE.partition(f"\n{heading}\n")[2]
    table = re.findall(r"^\|.*\|$", after.split("\n#")[0], re.M)[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table]


def keys(heading: str) -> set[str]:
    return {name for row in rows(heading) for name in re.findall(r"`(\w+)`", row[0])}


def test_the_table_has_every_metric() -> None:
    table = {PREFIX + row[0].strip("`"): row[1] for row in rows("## Metrics")}
    assert table == {name: kind for name, (kind, _) in families().items()}
    labels = {
        PREFIX + row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2]))
        for row in rows("## Metrics")
    }
    for name, (_, known) in families().items():
        assert known <= labels[name]


def test_the_tables_have_every_key() -> None:
    assert keys("## `/status.json`") == set(json.loads(status_json(Snapshot(), "shop", "")))
    state = fleet({"a": "drift"})
    found = messages.message(announce({}, state)[1], state, "shop", TIME)
    assert found is not None
    assert keys("### The message as JSON") == set(found.data)
    (event,) = found.data["events"]
    for name in (*event, *event["facts"][0], *event["facts"][0]["changes"][0]):
        assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    "text",
    [
        f"changes {announcements.CHANGES} times within {announcements.WINDOW} turns",
        f"has not changed for {announcements.CALM} turns",
        f"at most {delivery.KEPT} for each target",
        f"with 0 within {delivery.LIMIT:g} seconds",
        f"after {delivery.SHORTEST_WAIT:g} seconds",
        f"every {delivery.LONGEST_WAIT / 60:g} minutes",
        f"the text to {messages.LONGEST_TEXT}",
        f"at most {server.MOST_CONNECTIONS} connections",
        f"at most {server.LIMIT:g} seconds",
        f"at least {listen_address.SHORTEST_TOKEN} characters",
    ],
)
def test_the_page_has_the_limits(text: str) -> None:
    assert text in " ".join(PAGE.split())


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_uses_metrics_that_exist(rule: dict[str, Any]) -> None:
    used = set(re.findall(rf"\b{PREFIX}\w+", rule["expr"]))
    assert used <= set(families())
    assert used or "up{" in rule["expr"]
    assert {"summary", "description"} == set(rule["annotations"])


def test_promtool_accepts_the_alerts() -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian's package prometheus has it)")
    subprocess.run([program, "check", "rules", "--lint-fatal", str(ALERTS)], check=True)
