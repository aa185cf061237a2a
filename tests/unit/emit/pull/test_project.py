# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository for hosts that pull, held against the files of ``golden/``.

``python -m tests.unit.emit.pull.test_project`` writes them again; look at the difference then.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from vigo_bridge.emit.pull.project import write_pull_project
from vigo_bridge.emit.pull.units import Repository, Settings, service, timer
from vigo_bridge.language import load
from vigo_bridge.resolve import resolve

ROOT = Path(__file__).parents[4]
GOLDEN = Path(__file__).parent / "golden"
WEB, SHOP = "web1.app.example.com", "one.shop.example.com"
SETTINGS = Settings(
    Repository("https://git.example.com/shop-hosts.git", "main", is_signed=True),
    600,
    "/etc/secrets",
)
FILES = [
    "README.md",
    "ansible.cfg",
    f"hosts/{SHOP}/inventory/group_vars/vigo.yml",
    f"hosts/{SHOP}/inventory/hosts.yml",
    f"hosts/{SHOP}/vigo-bridge-pull.service",
    f"hosts/{WEB}/vigo-bridge-pull.timer",
    "requirements.txt",
]
SYSTEMD = shutil.which("systemd-analyze")


def write(folder: Path, scratch: Path, settings: Settings = SETTINGS) -> None:
    """Write a stack. scratch: the stack is copied there, because its folder's name matters."""
    stack = shutil.copytree(ROOT / "stacks", scratch / "example" / "stacks")
    plan, diagnostics = resolve(load(stack), [WEB, SHOP])
    assert diagnostics == ()
    variables = {SHOP: {"redis_port": "6380"}}
    secrets = {"vigo/webapp/database_url": [WEB, SHOP]} if settings.secrets else {}
    write_pull_project(plan, folder, settings, "1.2.3", variables, secrets)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    write(folder, tmp_path_factory.mktemp("stack"))
    return folder


@pytest.mark.parametrize("name", FILES)
def test_file(project: Path, name: str) -> None:
    assert (project / name).read_text() == (GOLDEN / name).read_text()


def test_nothing_of_a_host_is_in_the_folder_of_another(project: Path) -> None:
    for host, other in ((WEB, SHOP), (SHOP, WEB)):
        files = [path for path in (project / "hosts" / host).rglob("*") if path.is_file()]
        assert len(files) == 6
        assert [path for path in files if other in path.read_text()] == []


def test_nothing_refers_to_this_machine(project: Path) -> None:
    for path in project.rglob("*"):
        assert path.is_dir() or "/stacks" not in path.read_text()


def test_without_secrets_and_signatures(tmp_path: Path) -> None:
    settings = Settings(Repository("git@example.com:hosts.git"))
    write(tmp_path / "project", tmp_path, settings)
    readme = (tmp_path / "project" / "README.md").read_text()
    assert not [word for word in ("vault", "sign", "None", "--branch") if word in readme]
    unit = service(WEB, settings)
    assert not [word for word in ("VAULT", "--verify", "--checkout", "None") if word in unit]


def test_no_option_of_ansible_pull_that_would_do_harm() -> None:
    """Drift is repaired without a new commit, and nothing runs that was not fetched."""
    for settings in (SETTINGS, Settings(Repository("h:x"))):
        words = service(WEB, settings).split()
        assert "--clean" in words
        assert not {"--force", "-f", "--only-if-changed", "-o", "--inventory", "-i"} & set(words)


@pytest.mark.skipif(SYSTEMD is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    assert SYSTEMD is not None
    texts = {"service": service(WEB, SETTINGS), "timer": timer(WEB, SETTINGS)}
    texts["service"] = texts["service"].replace("/opt/vigo-bridge/bin/ansible-pull", "/bin/true")
    for kind, text in texts.items():
        (tmp_path / f"vigo-bridge-pull.{kind}").write_text(text)
    units = sorted(map(str, tmp_path.iterdir()))
    found = subprocess.run([SYSTEMD, "verify", *units], capture_output=True, text=True, check=False)
    about = [line for line in found.stderr.splitlines() if "vigo-bridge-pull" in line]
    assert (found.returncode, about) == (0, [])


if __name__ == "__main__":
    shutil.rmtree(GOLDEN, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        written = Path(scratch) / "project"
        write(written, Path(scratch))
        for name in FILES:
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(written / name, GOLDEN / name)
