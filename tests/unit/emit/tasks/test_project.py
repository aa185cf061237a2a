# SPDX-License-Identifier: GPL-3.0-or-later
"""A small stack in task style, held against the files of ``golden/``.

``python -m tests.unit.emit.tasks.test_project`` writes them again; look at the difference then.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from vigo_bridge.emit.tasks.project import write_tasks
from vigo_bridge.language import load
from vigo_bridge.resolve import resolve

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
#: What `test_bundle` holds against golden texts already.
SHARED = ("inventory/hosts.yml", "inventory/group_vars/vigo.yml")


def write(folder: Path) -> None:
    plan, diagnostics = resolve(load(HERE / "stack"), ["web1.example.com"])
    assert not [d for d in diagnostics if d.severity == "error"], diagnostics
    write_tasks(plan, folder, lambda name: False, ["/etc/ansible/hosts"], Path("/srv/stack"))
    for name in SHARED:
        (folder / name).unlink()


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tasks")
    write(folder)
    return folder


def test_it_writes_these_files(project: Path) -> None:
    assert files(project) == files(GOLDEN)


@pytest.mark.parametrize("name", files(GOLDEN))
def test_file(project: Path, name: str) -> None:
    assert (project / name).read_text() == (GOLDEN / name).read_text()


if __name__ == "__main__":
    shutil.rmtree(GOLDEN, ignore_errors=True)
    write(GOLDEN)
