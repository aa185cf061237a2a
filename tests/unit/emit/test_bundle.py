# SPDX-License-Identifier: GPL-3.0-or-later
"""The bundle of the example stack, held against the files of ``golden/``.

``python -m tests.unit.emit.test_bundle`` writes them again; look at the difference then.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from vigo_bridge.emit.bundle import write_bundle, write_project_files
from vigo_bridge.language import load
from vigo_bridge.resolve import resolve

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).parent / "golden"
HOSTS = ["web1.app.example.com", "web2.app.example.com", "one.shop.example.com"]
FILES = [
    "README.md",
    "ansible.cfg",
    "inventory/group_vars/vigo.yml",
    "inventory/group_vars/vigo_app_example_com.yml",
    "inventory/group_vars/vigo_shop_example_com.yml",
    "inventory/hosts.yml",
    "site.yml",
]


def write(folder: Path, scratch: Path) -> None:
    """Write a stack. scratch: the stack is copied there, because its folder's name matters."""
    stack = shutil.copytree(ROOT / "stacks", scratch / "example" / "stacks")
    plan, diagnostics = resolve(load(stack), HOSTS)
    assert diagnostics == ()
    write_bundle(plan, folder, {HOSTS[2]: {"ansible_connection": "local"}})
    write_project_files(plan, folder, ["/etc/ansible/hosts"], Path("/srv/stacks"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    write(folder, tmp_path_factory.mktemp("stack"))
    return folder


def test_it_writes_these_files(project: Path) -> None:
    written = [str(path.relative_to(project)) for path in project.rglob("*") if path.is_file()]
    assert sorted(written) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_file(project: Path, name: str) -> None:
    assert (project / name).read_text() == (GOLDEN / name).read_text()


if __name__ == "__main__":
    shutil.rmtree(GOLDEN, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        write(GOLDEN, Path(scratch))
