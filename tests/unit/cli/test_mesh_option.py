# SPDX-License-Identifier: GPL-3.0-or-later
"""A --mesh that cannot be used is refused before anything is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.unit.cli.commands import all_commands, has_mesh
from tests.yaml_files import read_yaml
from vigo_bridge.ansible.inventory import Inventory
from vigo_bridge.cli.program import program
from vigo_bridge.report.exit_status import INVALID

CASES = read_yaml(Path(__file__).parent / "mesh_option.yml")
FILES = {
    "envoys.vgo": 'envoys:\n  - match: "*"\n    configcrates: [site]\n',
    "configcrates/site.vgo": (
        "name: site\nresources:\n  - {name: go, type: exec, command: 'true'}\n"
        "  - {name: app, type: container, container: app, image: app}\n"
    ),
    "stack.vgo": "name: mesh\nid: 0f6bd1a4c65b4b8e9c2f6c6a7d1f5e3b\n",
}


def _refuse(*_: Any) -> str:
    raise AssertionError("something was run")


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "stack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "stack"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_refused(
    case: dict[str, Any], stack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = ("h1", "h2", "db1")
    variables = {host: {} for host in hosts} | {"h1": case.get("variables", {})}
    groups = {"web": {"hosts": ["h1", "h2"]}, "ungrouped": {"hosts": ["db1"]}}

    @contextmanager
    def listed(
        _sources: Sequence[str], _limit: str | None, *, then_plays: bool
    ) -> Iterator[Callable[[], Inventory]]:
        assert not then_plays, "the nodes run the playbooks"
        yield lambda: Inventory(("hosts.ini",), hosts, variables, groups)

    monkeypatch.setattr("vigo_bridge.app.hosts.reading_inventory", listed)
    monkeypatch.setattr("vigo_bridge.run.call.play", _refuse)
    monkeypatch.setattr("subprocess.Popen", _refuse)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    mesh = tmp_path / "mesh.yml"
    mesh.write_text(case["mesh"])
    command = case.get("command", ["run"])
    options = ["--stacks", str(stack), "--mesh", str(mesh), *case.get("arguments", [])]
    words = command[: command.index("--")] if "--" in command else command
    finished = CliRunner().invoke(program, [*words, *options, *command[len(words) :]])
    assert case["expected"] in finished.output
    assert finished.exit_code == INVALID
    watches = command[0] == "watch"  # A watcher has a state of its own.
    assert watches or not (tmp_path / "state").exists()


def test_each_command_for_hosts_can_run_on_a_mesh() -> None:
    """Of the others, one explains what to do instead, and one does not reach hosts."""
    lacking = {
        name
        for name, command in all_commands()
        if {"inventory", "limit", "forks"} <= {each.name for each in command.params}
        and not has_mesh(command)
    }
    assert lacking == {"logs", "generate"}
