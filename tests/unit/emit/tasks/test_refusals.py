# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacks that cannot be written as roles are rejected, with the crates, the resources and the
reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.emit.tasks.stacks import RESERVED, plan_of
from vigo_bridge.emit.tasks.project import write_tasks
from vigo_bridge.emit.tasks.refusal import CannotExpress
from vigo_bridge.emit.tasks.roles import roles_of
from vigo_bridge.emit.tasks.variables import Variables


def ran(name: str, **more: object) -> dict[str, object]:
    return {"name": name, "type": "exec", "command": "true", **more}


INTERLEAVED = {
    "a": {"resources": [ran("a1"), ran("a2", depends_on="b/b1")]},
    "b": {"resources": [ran("b1", depends_on="a/a1")]},
}
#: what the stack does -> its crates, and what the message must name
CASES = {
    "crates whose resources interleave": (
        INTERLEAVED,
        ["crates a and b are interleaved", "a/a1 before b/b1", "b/b1 before a/a2", "one crate"],
    ),
    "three crates whose resources interleave": (
        {
            "a": {"resources": [ran("a1"), ran("a2", depends_on="c/c1")]},
            "b": {"resources": [ran("b1", depends_on="a/a1")]},
            "c": {"resources": [ran("c1", depends_on="b/b1")]},
        },
        ["interleaved", "c/c1 before a/a2"],
    ),
    "triggers that interleave": (
        {
            "a": {"resources": [ran("a1", notify="b/b1"), ran("a2", depends_on="b/b1")]},
            "b": {"resources": [ran("b1", unless="true", depends_on="a/a1")]},
        },
        ["crates a and b are interleaved"],
    ),
    "a handler that triggers what is before it": (
        {
            "a": {"resources": [ran("one", unless="true")]},
            "b": {
                "resources": [
                    ran("conf", notify="late"),
                    ran("late", when="changed", notify="a/one"),
                ]
            },
        },
        ["b/late may run at the end and trigger a/one", "the next run"],
    ),
    "a resource that is undone": (
        {"a": {"resources": [ran("it", on_revert="true", revert=True)]}},
        ["a/it has 'revert'", "use bundle style"],
    ),
    "a template over all variables": (
        {
            "a": {
                "vars": {"x": 1},
                "resources": [ran("all", stdin="{{ range $k, $v := .Vars }}{{ $k }}{{ end }}")],
            }
        },
        ["a/all has a template that uses all variables at once"],
    ),
    "a value of its own beside an override": (
        {
            "a": {
                "vars": {"level": 1},
                "environment_overrides": {"production": {"level": 2}},
                "resources": [ran("one", stdin="{{ .Vars.level }}")],
            },
            "b": {
                "vars": {"level": 1},
                "environment_overrides": {"production": {"level": 3}},
                "resources": [ran("one", stdin="{{ .Vars.level }}")],
            },
        },
        ["crate b sets the variable 'level'"],
    ),
}


@pytest.mark.parametrize(("crates", "named"), CASES.values(), ids=CASES)
def test_refusal(tmp_path: Path, crates: dict[str, dict[str, object]], named: list[str]) -> None:
    plan = plan_of(tmp_path, crates, [{"match": "web1", "environment": "production"}])
    with pytest.raises(CannotExpress) as refused:
        roles_of(plan, Variables(plan, RESERVED.__contains__))
    assert len(refused.value.refusals) == 1
    message = str(refused.value)
    assert message.startswith("envoys.vgo:2:3: match web1: ")
    assert [text for text in named if text not in message] == []


def test_all_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "stack").mkdir()
    entries = [{"match": "web1"}, {"match": "web2"}]
    plan = plan_of(tmp_path / "stack", INTERLEAVED, entries)
    with pytest.raises(CannotExpress) as refused:
        write_tasks(plan, tmp_path / "project", RESERVED.__contains__, [], tmp_path)
    assert [refusal.group.match for refusal in refused.value.refusals] == ["web1", "web2"]
    assert not (tmp_path / "project").exists()
