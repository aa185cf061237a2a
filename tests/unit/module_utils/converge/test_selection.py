# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of an envoy: what is applied, what is checked, what is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import build
from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import Crate, Node
from ansible_collections.vigo.bridge.plugins.module_utils.converge.selection import (
    as_checked,
    names,
    select,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from tests.unit.module_utils.converge.test_passes import Envoy

#: selector -> id -> whether it is meant
NAMES = [
    ("web", "web/page", True),
    ("web/page", "web/page", True),
    ("web", "webs/page", False),
    ("web/page", "web/pages", False),
    ("web/page", "other/page", False),
    ("page", "web/page", False),
    ("web", "web[a]/page", True),
    ("web[a]", "web[a]/page", True),
    ("web[b]", "web[a]/page", False),
    ("web/page", "web[a]/page", True),
    ("web/page", "web/page[1]", True),
    ("web/page[1]", "web/page[1]", True),
    ("web/page[2]", "web/page[1]", False),
    ("web/page", "web/page[a[b]", True),
    ("web", "web[a[b]/page", True),
    ("web/file:/etc/motd", "web/file:/etc/motd", True),
    ("plain", "plain", True),
]


@pytest.mark.parametrize(("selector", "resource_id", "meant"), NAMES)
def test_names(selector: str, resource_id: str, meant: bool) -> None:
    assert names(selector, resource_id) == meant


GRAPH = build(
    [
        Node("base/a"),
        Node("base/b", depends_on=("a",)),
        Node("app/c"),
        Node("app/d", depends_on=("c",)),
        Node("tail/e", depends_on=("app/d",)),
    ],
    [Crate("base"), Crate("app", ("base",)), Crate("tail")],
)
#: selectors -> applied -> checked
SELECTIONS: list[tuple[list[str], str, str]] = [
    ([], "abcde", ""),
    (["base"], "ab", ""),
    (["base/b"], "b", "a"),
    (["app/d"], "d", "abc"),
    (["app"], "cd", "ab"),
    (["tail", "base/a"], "ae", "bcd"),
    (["nothing"], "", ""),
]


@pytest.mark.parametrize(("selectors", "applied", "checked"), SELECTIONS)
def test_select(selectors: list[str], applied: str, checked: str) -> None:
    selection = select(selectors, GRAPH)
    assert sorted(name[-1] for name in selection.applied) == list(applied)
    assert sorted(name[-1] for name in selection.checked) == list(checked)


def file(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"site/{name}",
        "type": "file",
        "target_path": "{{ .Vars.here }}/" + name,
        "content": name,
        **more,
    }


@pytest.fixture
def envoy(tmp_path: Path) -> Envoy:
    return Envoy(tmp_path)


@pytest.mark.parametrize("check", [False, True])
def test_what_is_needed_must_be_there_already(envoy: Envoy, check: bool) -> None:
    resources = [file("first"), file("second", depends_on=["first"]), file("other")]
    assert envoy.converge(*resources, only=["site/second"], check=check) == {
        "site/first": "failed",
        "site/second": "skipped",
        "site/other": "skipped",
    }
    assert (
        envoy.reasons["site/first"]
        == "it would be created (it does not exist), but `only` does not include it"
    )
    assert envoy.reasons["site/second"] == "site/first failed"
    assert not (envoy.folder / "first").exists()


def test_what_is_needed_and_there_is_left_as_it_is(envoy: Envoy) -> None:
    resources = [file("first"), file("second", depends_on=["first"]), file("other")]
    envoy.converge(resources[0])
    assert envoy.converge(*resources, only=["site/second"]) == {
        "site/first": "none",
        "site/second": "created",
        "site/other": "skipped",
    }
    assert not (envoy.folder / "other").exists()


def test_a_trigger_of_what_is_left_out_is_kept(envoy: Envoy) -> None:
    reload = {
        "id": "site/reload",
        "type": "exec",
        "command": "echo reloaded >> {{ .Vars.here }}/log",
        "when": "changed",
        "subscribes": ["site/config"],
    }
    assert envoy.converge(file("config"), reload, only=["site/config"]) == {
        "site/config": "created",
        "site/reload": "skipped",
    }
    assert envoy.pending == {"site/reload": ["site/config"]}
    assert envoy.converge(file("config"), reload)["site/reload"] == "ran"
    assert envoy.read("log") == "reloaded\n"


def test_a_command_without_a_guard_cannot_be_checked(envoy: Envoy) -> None:
    command = {"id": "site/always", "type": "exec", "command": "touch {{ .Vars.here }}/ran"}
    needing = file("page", depends_on=["always"])
    assert envoy.converge(command, needing, only=["site/page"]) == {
        "site/always": "skipped",
        "site/page": "created",
    }
    assert not (envoy.folder / "ran").exists()


GUARDS = ("onlyif", "creates")
NEEDLESS = "but `only` does not include it"
#: action -> guards that are given -> action and reason when it is looked at only
CHECKED = [
    ("none", (), "none", "why"),
    ("skipped", (), "skipped", "why"),
    ("blocked", (), "blocked", "why"),
    ("failed", ("creates",), "failed", "why"),
    ("ran", (), "skipped", "it has no guard"),
    ("ran", ("creates",), "failed", f"it would be ran (why), {NEEDLESS}"),
    ("unknown", ("onlyif",), "failed", f"it is unknown (why), {NEEDLESS}"),
]


@pytest.mark.parametrize(("action", "given", "checked", "reason"), CHECKED)
def test_as_checked(action: str, given: tuple[str, ...], checked: str, reason: str) -> None:
    found = as_checked(Result("a/x", "exec", action, "why"), dict.fromkeys(given, "x"), GUARDS)
    error = {"message": reason, "log": ""} if reason != "why" and checked == "failed" else None
    assert found == Result("a/x", "exec", checked, reason, error=error)


def test_a_type_without_guards_is_checked() -> None:
    found = as_checked(Result("a/x", "file", "updated", "why"), {}, ())
    assert (found.action, found.reason) == ("failed", f"it would be updated (why), {NEEDLESS}")
