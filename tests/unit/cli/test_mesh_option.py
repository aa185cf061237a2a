# SPDX-License-Identifier: GPL-3.0-or-later
"""A --mesh that cannot be used is refused before anything is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from vigo_bridge.ansible.inventory import Inventory
from vigo_bridge.cli.program import program
from vigo_bridge.report.exit_status import INVALID

CASES = yaml.safe_load((Path(__file__).parent / "mesh_option.yml").read_text())
FILES = {
    "envoys.vgo": 'envoys:\n  - match: "*"\n    configcrates: [site]\n',
    "configcrates/site.vgo": (
        "name: site\nresources:\n  - {name: go, type: exec, command: 'true'}\n"
    ),
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
    def listed(_sources: Sequence[str], _limit: str | None) -> Iterator[Callable[[], Inventory]]:
        yield lambda: Inventory(("hosts.ini",), hosts, variables, groups)

    monkeypatch.setattr("vigo_bridge.app.hosts.reading_inventory", listed)
    monkeypatch.setattr("vigo_bridge.run.call.play", _refuse)
    monkeypatch.setattr("subprocess.Popen", _refuse)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    mesh = tmp_path / "mesh.yml"
    mesh.write_text(case["mesh"])
    arguments = ["run", "--stacks", str(stack), "--mesh", str(mesh), *case.get("arguments", [])]
    finished = CliRunner().invoke(program, arguments)
    assert case["expected"] in finished.output
    assert finished.exit_code == INVALID
    assert not (tmp_path / "state").exists()
