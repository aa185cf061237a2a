# SPDX-License-Identifier: GPL-3.0-or-later
"""Converging an envoy of files and commands, in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    parse_crates,
    parse_resources,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.passes import Convergence, Wanted
from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts
from ansible_collections.vigo.bridge.plugins.module_utils.state.journal import Journal
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

TYPES = {"file": File(), "exec": Exec()}


class Envoy:
    """A folder used as a machine: resources see it as ``.Vars.here``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []

    def converge(
        self,
        *resources: Mapping[str, Any],
        crates: Mapping[str, Any] | None = None,
        check: bool = False,
        only: Sequence[str] = (),
        **variables: Any,
    ) -> dict[str, str]:
        """Run once, and return the action of each resource by its id, in the order of the
        results.
        """
        target = Target(check_mode=check)
        results = Convergence(
            Wanted(
                parse_resources(resources),
                parse_crates(crates or {}),
                {"here": str(self.folder), **variables},
                only=only,
            ),
            TYPES,
            target,
            Journal.load(StateFolder(str(self.folder / "state"), check), "site"),
            Facts(),
        ).run()
        self.notes = target.notes
        self.reasons = {result.id: result.reason for result in results}
        self.failed_dependencies = {result.id: result.failed_dependency for result in results}
        return {result.id: result.action for result in results}

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()

    @property
    def pending(self) -> dict[str, list[str]]:
        journal = self.folder / "state" / "journal" / "site.json"
        return json.loads(journal.read_text())["owed"] if journal.exists() else {}


@pytest.fixture
def envoy(tmp_path: Path) -> Envoy:
    return Envoy(tmp_path)


def file(name: str, content: str = "x", **more: Any) -> dict[str, Any]:
    path = "{{ .Vars.here }}/" + name
    return {"id": f"c/{name}", "type": "file", "target_path": path, "content": content, **more}


def command(name: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"c/{name}",
        "type": "exec",
        "command": f"cd {{{{ .Vars.here }}}}; {text}",
        **more,
    }


def test_second_run_changes_nothing(envoy: Envoy) -> None:
    resources = [file("a", "one"), command("b", "touch made", creates="{{ .Vars.here }}/made")]
    assert envoy.converge(*resources) == {"c/a": "created", "c/b": "ran"}
    assert envoy.converge(*resources) == {"c/a": "none", "c/b": "skipped"}


def test_templates_see_the_variables_of_their_crate(envoy: Envoy) -> None:
    envoy.converge(
        file("own", "{{ .Vars.port }}"),
        {**file("other", "{{ .Vars.port }}"), "id": "d/other"},
        crates={"c": {"vars": {"port": 1}}, "d": {}},
        port=2,
    )
    assert (envoy.read("own"), envoy.read("other")) == ("1", "2")


def test_a_failure_skips_its_dependents_and_nothing_else(envoy: Envoy) -> None:
    actions = envoy.converge(
        command("bad", "exit 3"),
        file("below", depends_on="bad"),
        file("further", depends_on=["below"]),
        file("aside"),
    )
    assert actions == {
        "c/bad": "failed",
        "c/below": "skipped",
        "c/further": "skipped",
        "c/aside": "created",
    }
    assert envoy.reasons["c/further"] == "c/bad failed"
    assert envoy.failed_dependencies == {
        "c/bad": None,
        "c/below": "c/bad",
        "c/further": "c/bad",
        "c/aside": None,
    }


def test_a_dependency_skipped_by_its_guard_is_met(envoy: Envoy) -> None:
    actions = envoy.converge(command("a", "true", unless="true"), file("b", depends_on="a"))
    assert actions == {"c/a": "skipped", "c/b": "created"}


def test_a_trigger_overrules_unless_but_not_onlyif(envoy: Envoy) -> None:
    resources = [
        file("config", "{{ .Vars.content }}", notify="guarded"),
        command("guarded", "echo ran >> log", unless="true"),
        command("refused", "echo no >> log", onlyif="false", subscribes="config"),
    ]
    actions = envoy.converge(*resources, content="1")
    assert actions == {"c/config": "created", "c/guarded": "ran", "c/refused": "skipped"}
    assert envoy.reasons["c/guarded"] == "triggered"
    assert envoy.converge(*resources, content="1")["c/guarded"] == "skipped"
    assert envoy.converge(*resources, content="2")["c/guarded"] == "ran"
    assert envoy.read("log") == "ran\nran\n"


def test_a_resource_can_be_applied_as_if_it_were_triggered(envoy: Envoy) -> None:
    done = {"type": "exec", "name": "c", "command": "true", "unless": "true"}
    for triggered, action in (
        (True, "ran"),
        ("true", "ran"),
        (False, "skipped"),
        (None, "skipped"),
    ):
        for check in (True, False):
            resource = {**done, "triggered": triggered}
            assert envoy.converge(resource, check=check) == {"c": action}


def test_gated_resources_run_once_at_the_end(envoy: Envoy) -> None:
    resources = [
        command("reload", "cat one two >> log", when="changed"),
        file("one", "{{ .Vars.content }}", notify="reload"),
        file("two", "{{ .Vars.content }}", notify="reload"),
    ]
    assert envoy.converge(*resources, content="1") == {
        "c/reload": "ran",
        "c/one": "created",
        "c/two": "created",
    }
    assert envoy.converge(*resources, content="1")["c/reload"] == "skipped"
    assert envoy.read("log") == "11"


def test_a_failed_target_stays_pending_until_it_succeeds(envoy: Envoy) -> None:
    resources = [
        file("config", notify="apply"),
        command("apply", "test -e repaired", unless="true"),
    ]
    assert envoy.converge(*resources)["c/apply"] == "failed"
    assert envoy.pending == {"c/apply": ["c/config"]}
    assert envoy.converge(*resources) == {"c/config": "none", "c/apply": "failed"}
    assert envoy.converge(*resources, check=True) == {"c/config": "none", "c/apply": "ran"}
    assert envoy.pending == {"c/apply": ["c/config"]}
    (envoy.folder / "repaired").touch()
    assert envoy.converge(*resources) == {"c/config": "none", "c/apply": "ran"}
    assert envoy.pending == {}
    assert envoy.converge(*resources)["c/apply"] == "skipped"


def test_the_trigger_is_written_before_its_source_acts(envoy: Envoy) -> None:
    envoy.converge(
        command("source", "cp state/journal/site.json seen", notify="later"),
        command("later", "true", when="changed"),
    )
    assert json.loads(envoy.read("seen"))["owed"] == {"c/later": ["c/source"]}


def test_a_source_that_fails_triggers_nobody(envoy: Envoy) -> None:
    actions = envoy.converge(
        command("source", "exit 1", notify="later"), command("later", "true", when="changed")
    )
    assert actions == {"c/source": "failed", "c/later": "skipped"}
    assert envoy.pending == {}


def test_a_trigger_of_a_resource_that_was_removed_is_dropped_with_a_note(envoy: Envoy) -> None:
    envoy.converge(file("a", notify="gone"), command("gone", "exit 1", when="changed"))
    envoy.converge(file("a"))
    assert envoy.notes == ["a trigger was pending for c/gone, which is no longer in the stack"]
    assert envoy.pending == {}


def test_a_condition_that_does_not_hold_skips_and_forgives(envoy: Envoy) -> None:
    resources = [
        file("a", notify="b"),
        command("b", "true", when="changed && file_exists('/no/such')"),
    ]
    assert envoy.converge(*resources) == {"c/a": "created", "c/b": "skipped"}
    assert envoy.pending == {}


def test_check_mode_touches_nothing_and_predicts_triggers(envoy: Envoy) -> None:
    resources = [
        file("config", notify="apply"),
        command("apply", "touch done", unless="true"),
        command("reload", "true", when="changed", subscribes="apply"),
    ]
    predicted = envoy.converge(*resources, check=True)
    assert list(envoy.folder.iterdir()) == []
    assert predicted == envoy.converge(*resources)
    assert envoy.converge(*resources, check=True) == {
        "c/config": "none",
        "c/apply": "skipped",
        "c/reload": "skipped",
    }


def test_check_mode_says_when_a_guard_cannot_be_asked_yet(envoy: Envoy) -> None:
    actions = envoy.converge(
        file("a"), command("b", "true", unless="true", depends_on="a"), check=True
    )
    assert actions == {"c/a": "created", "c/b": "unknown"}


def test_a_template_error_fails_its_resource_alone(envoy: Envoy) -> None:
    actions = envoy.converge(file("a", "{{ .Vars.nope }}"), file("b"))
    assert actions == {"c/a": "failed", "c/b": "created"}
    assert "nope" in envoy.reasons["c/a"]


def test_what_is_no_template_stays_byte_for_byte(envoy: Envoy) -> None:
    text = "{{.State}} {% if %} {# x #} ${{ y }} \\ \r\n"
    plain = file("b", "{{ .Vars.here }}", template=False)
    envoy.converge(file("a", text), {**plain, "target_path": str(envoy.folder / "b")})
    assert (envoy.folder / "a").read_bytes() == text.encode()
    assert envoy.read("b") == "{{ .Vars.here }}"


def test_a_failure_in_the_closing_pass_holds_back_what_depends_on_it(envoy: Envoy) -> None:
    resources = [
        file("config", notify=["migrate", "reload"]),
        command("migrate", "test -e repaired", when="changed"),
        command("reload", "echo reloaded >> log", when="changed", depends_on="migrate"),
    ]
    actions = envoy.converge(*resources)
    assert actions == {"c/config": "created", "c/migrate": "failed", "c/reload": "skipped"}
    assert envoy.reasons["c/reload"] == "c/migrate failed"
    assert envoy.pending == {"c/migrate": ["c/config"], "c/reload": ["c/config"]}
    (envoy.folder / "repaired").touch()
    assert envoy.converge(*resources)["c/reload"] == "ran"


def test_what_changed_stays_a_change_when_its_condition_fails_later(envoy: Envoy) -> None:
    actions = envoy.converge(
        command("a", "echo a >> log", when=f"!file_exists('{envoy.folder}/flag')"),
        command("b", "touch flag", creates="{{ .Vars.here }}/flag", notify="d/late"),
        {**command("late", "true", when="changed", notify="c/a"), "id": "d/late"},
    )
    assert actions == {"c/a": "ran", "c/b": "ran", "d/late": "ran"}
