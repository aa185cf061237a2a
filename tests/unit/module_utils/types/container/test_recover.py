# SPDX-License-Identifier: GPL-3.0-or-later
"""The repair of an interrupted replacement; the cases are in recoveries.yml."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Existing,
    existing_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import (
    recover,
    situation,
)
from tests.yaml_files import read_yaml

TABLES = read_yaml(Path(__file__).parent / "recoveries.yml")
COLUMNS = {
    "new": ("none", "successor"),
    "current": ("none", "former", "other", "created", "running", "exited"),
    "failed": ("none", "successor"),
    "former": ("current", "old", "elsewhere", "gone", "stray", "elsewhere and stray"),
}
#: The same where both containers run for a while: what each does decides.
BESIDE = {
    "new": ("none", "serving", "unhealthy", "created", "exited"),
    "current": ("none", "former", "other", "running", "restarting", "exited"),
    "failed": ("none", "off", "running", "armed"),
    "former": ("current", "old", "aside", "elsewhere", "gone", "stray"),
}


class Containers:
    """The containers of an engine, by their names."""

    def __init__(self, given: dict[str, dict[str, Any]]) -> None:
        self._found = {name: existing(name, details) for name, details in given.items()}

    def container(self, name_or_id: str) -> Existing | None:
        assert name_or_id, "an engine answers this with something else"
        by_id = {found.id: found for found in self._found.values()}
        return self._found.get(name_or_id) or by_id.get(name_or_id)


def existing(name: str, details: dict[str, Any]) -> Existing:
    labels = {} if details.get("ours") is False else {label.SPEC: "{}"}
    if "replaces" in details:
        labels[label.REPLACES] = details["replaces"]
        labels[label.PRIOR] = details.get("prior", '{"restart": "no", "running": true}')
    if details.get("strategy"):
        labels[label.STRATEGY] = details["strategy"]
    if "follows" in details:
        labels[label.FOLLOWS] = details["follows"]
    if "followers" in details:
        labels[label.FOLLOWERS] = json.dumps(details["followers"])
    if "text of followers" in details:
        labels[label.FOLLOWERS] = details["text of followers"]
    payload: dict[str, Any] = {
        "Id": details.get("id", name),
        "Name": f"/{name}",
        "State": {"Status": details.get("status", "created")},
        "Config": {"Labels": labels},
        "HostConfig": {"RestartPolicy": {"Name": details.get("restart", "no")}},
    }
    if "health" in details:
        payload["State"]["Health"] = {"Status": details["health"]}
        payload["Config"]["Healthcheck"] = {"Test": ["CMD", "check"]}
    found = existing_of(payload)
    assert found is not None
    return found


def decided(
    given: dict[str, dict[str, Any]], turn: str = "app", recorded: tuple[str, ...] = ()
) -> tuple[list[Any], dict[str, str]]:
    """Return the steps as the cases have them, and what they leave."""
    engine: Any = Containers(given)
    current = engine.container(turn)
    is_ours = lambda container: container.name in recorded  # noqa: E731
    repair = recover.decide(situation.look(engine, turn, current, is_ours=is_ours))
    if repair is None:
        return [], {}
    left = {name: found.id if found else "none" for name, found in repair.left.items()}
    return [plain(step) for step in repair.steps], left


def plain(step: Any) -> dict[str, Any]:
    details = asdict(step)
    if "pair" in details:
        details["pair"] = list(details["pair"].values())
    if "pairs" in details:
        details["pairs"] = [list(pair.values()) for pair in details["pairs"]]
    if isinstance(details.get("containers"), tuple):
        details["containers"] = list(details["containers"])
    return {type(step).__name__: details}


def combinations(columns: dict[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """Yield all possible combinations: an old one is looked for if there is none of the name
    itself.
    """
    for values in itertools.product(*columns.values()):
        found = dict(zip(columns, values, strict=True))
        is_former = found["current"] == "former"
        is_stray = "stray" in found["former"]
        if is_former is (found["former"] == "current") and not (
            is_stray and found["current"] != "none"
        ):
            yield found


def rows_of(combination: dict[str, str], table: str) -> list[dict[str, Any]]:
    def is_row(row: dict[str, Any]) -> bool:
        return all(
            value in (row[name] if isinstance(row[name], list) else [row[name]])
            for name, value in combination.items()
            if name in row
        )

    return [row for row in TABLES[table] if is_row(row)]


def containers_of(combination: dict[str, str]) -> dict[str, dict[str, Any]]:
    successor = {"replaces": "former", "status": "created"}
    current, former = combination["current"], combination["former"]
    found: dict[str, dict[str, Any]] = {}
    if combination["new"] == "successor":
        found["app.vigo-new"] = {**successor, "id": "new"}
    if current in ("created", "running", "exited"):
        found["app"] = {**successor, "id": "current", "status": current}
    elif current != "none":
        found["app"] = {"id": current, "status": "running"}
    if combination["failed"] == "successor":
        found["app.vigo-failed"] = {**successor, "id": "failed", "status": "exited"}
    if former == "old":
        found["app.vigo-old"] = {"id": "former", "status": "exited"}
    if former == "aside":
        found["APP"] = {"id": "former", "status": "running"}
    if "elsewhere" in former:
        found["renamed"] = {"id": "former", "status": "exited"}
    if "stray" in former:
        found["app.vigo-old"] = {"id": "stray", "status": "exited"}
    return found


def beside(combination: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return the containers of a combination where both run for a while."""
    successor = {"replaces": "former", "strategy": "start-first", "status": "running"}
    found = containers_of({**combination, "new": "none", "current": "none", "failed": "none"})
    states = {
        "serving": {"health": "healthy"},
        "unhealthy": {"health": "unhealthy"},
        "off": {"status": "exited"},
        "armed": {"status": "exited", "restart": "always"},
        **{status: {"status": status} for status in ("created", "running", "restarting", "exited")},
    }
    names = {"new": "app.vigo-new", "current": "app", "failed": "app.vigo-failed"}
    for column, name in names.items():
        if combination[column] in states:
            found[name] = {**successor, "id": column, **states[combination[column]]}
    if combination["current"] in ("former", "other"):
        found["app"] = {"id": combination["current"], "status": "running"}
    return found


EVERY = {"every": (COLUMNS, containers_of), "beside": (BESIDE, beside)}


@pytest.mark.parametrize(
    ("table", "combination"),
    [
        pytest.param(table, each, id=f"{table}-{'-'.join(each.values())}")
        for table, (columns, _containers) in EVERY.items()
        for each in combinations(columns)
    ],
)
def test_every_combination(table: str, combination: dict[str, str]) -> None:
    rows = rows_of(combination, table)
    assert len(rows) == 1, [row["row"] for row in rows]
    (row,) = rows
    left = {"app": row["left"]} if "left" in row else {}
    given = EVERY[table][1](combination)
    assert decided(given) == (row.get("steps", []), left)


@pytest.mark.parametrize("table", EVERY)
def test_every_row_is_a_combination(table: str) -> None:
    every = combinations(EVERY[table][0])
    used = [row["row"] for each in every for row in rows_of(each, table)]
    assert set(used) == {row["row"] for row in TABLES[table]}


@pytest.mark.parametrize(
    "case", TABLES["further"], ids=[case["name"] for case in TABLES["further"]]
)
def test_situation(case: dict[str, Any]) -> None:
    found = decided(case["containers"], case.get("turn", "app"), tuple(case.get("recorded", ())))
    assert found == (case.get("steps", []), case.get("left", {}))


def test_what_belongs_to_another_stack_is_refused() -> None:
    """Each of the four, and those of the container that a follower was replaced with."""
    asked: list[str] = []
    given = {
        "app.vigo-new": {"replaces": "gone"},
        "app.vigo-failed": {"replaces": "gone"},
        "app.vigo-old": {},
        "proxy.vigo-new": {"replaces": "gone", "follows": "app.vigo-new"},
    }
    engine: Any = Containers(given)
    situation.look(engine, "proxy", None, lambda found: asked.append(found.name if found else ""))
    assert set(asked) == {*given, ""}
