# SPDX-License-Identifier: GPL-3.0-or-later
"""What a trace says about a host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vigo_bridge.language import load
from vigo_bridge.resolve import resolve
from vigo_bridge.resolve.trace import Trace, trace
from vigo_bridge.resolve.variable_sources import Setting

FILES = {
    "configcrates/a.vgo": """\
name: a
vars: {port: 1, shared: 1, same: 1}
resources:
  - {name: page, type: file, target_path: /a, content: "{{ .Vars.port }}", notify: reload}
  - {name: reload, type: exec, command: "true", when: changed}
""",
    "configcrates/b.vgo": """\
name: b
depends_on: a
vars: {port: 2, shared: 2, same: 1, key: "secret:b/key"}
environment_overrides: {live: {port: 3}}
resources:
  - {name: page, type: file, target_path: /b, content: "{{ .Vars.key }}"}
""",
    "common.vgo": "vars: {shared: 3}\n",
    "envoys/envoys.vgo": """\
envoys:
  - match: "web*"
    environment: live
    configcrates: [b, a]
    vars: {shared: 4}
  - match: "*"
  - match: "db*"
""",
}


def traced(folder: Path, users: Any = None, settings: Any = None) -> Trace:
    for path, text in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    stack = load(folder)
    plan, diagnostics = resolve(stack, ["web1"], settings or {})
    assert [str(item) for item in diagnostics if item.severity == "error"] == []
    return trace(stack, plan, settings or {}, users or {})


def told(setting: Setting) -> str:
    return f"{setting.value} {setting.position} {setting.layer} {setting.crate}".rstrip()


def variables(found: Trace) -> dict[str, dict[str, Any]]:
    return {
        variable.name: {
            "winner": told(variable.winner),
            "own": [told(setting) for setting in variable.own],
            "beaten": [told(setting) for setting in variable.overridden],
        }
        for variable in found.variables
    }


def test_every_place_that_sets_a_variable(tmp_path: Path) -> None:
    found = variables(traced(tmp_path))
    assert found["shared"] == {
        "winner": "4 envoys/envoys.vgo:5:20 match entry",
        "own": [],
        "beaten": [
            "3 common.vgo:1:16 common.vgo",
            "2 configcrates/b.vgo:3:25 crate default b",
            "1 configcrates/a.vgo:2:25 crate default a",
        ],
    }


def test_a_crate_may_see_its_own_default(tmp_path: Path) -> None:
    found = variables(traced(tmp_path))
    assert found["port"] == {
        "winner": "3 configcrates/b.vgo:4:38 crate override b",
        "own": ["1 configcrates/a.vgo:2:14 crate default a"],
        "beaten": ["2 configcrates/b.vgo:3:14 crate default b"],
    }
    assert found["same"]["own"] == []


def test_inventory_and_command_line_beat_the_stack(tmp_path: Path) -> None:
    found = variables(traced(tmp_path, {"port": 8, "shared": 8, "foreign": 8}, {"shared": 9}))
    assert found["port"]["winner"] == "8 the Ansible inventory Ansible variable"
    assert found["port"]["own"] == []
    assert found["shared"]["winner"] == "9 --set --set"
    assert found["shared"]["beaten"][0] == "8 the Ansible inventory Ansible variable"
    assert "foreign" not in found


def test_entries_that_match_too(tmp_path: Path) -> None:
    found = traced(tmp_path)
    assert (found.entry.match, [other.match for other in found.other_matches]) == ("web*", ["*"])


def test_resources_in_the_order_of_the_graph(tmp_path: Path) -> None:
    found = traced(tmp_path)
    assert [
        (resource.number, resource.planned.id, resource.needs, resource.triggers, resource.gated)
        for resource in found.resources
    ] == [
        (1, "a/page", (), ("a/reload",), False),
        (2, "a/reload", (), (), True),
        (3, "b/page", ("a/page", "a/reload"), (), False),
    ]


def test_secrets_are_named_with_their_places(tmp_path: Path) -> None:
    secrets = traced(tmp_path).secrets
    assert {path: str(places[0]) for path, places in secrets.items()} == {
        "b/key": "configcrates/b.vgo:3:43"
    }


def test_the_drawing_says_once_what_holds_for_crates(tmp_path: Path) -> None:
    drawing = traced(tmp_path).drawing
    assert drawing.crates == (("b", ("b/page",)), ("a", ("a/page", "a/reload")))
    assert drawing.crate_order == (("a", "b"),)
    assert drawing.order == ()
    assert drawing.triggers == (("a/page", "a/reload"),)
    assert drawing.gated == {"a/reload"}
