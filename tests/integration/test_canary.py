# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret with a distinctive value is looked for wherever it must not be."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.program import vigo_bridge
from tests.integration.test_bad_input import ENVOYS, HOST, ROLES

CANARY = 'canary-"83915\\7264'
SECRETS = {"VIGO_SECRET_CANARY_VALUE": CANARY}
FORMS = {
    "as it is": CANARY,
    "in JSON": json.dumps(CANARY)[1:-1],
    "in JSON in JSON": json.dumps(json.dumps(CANARY))[3:-3],
    "base64": base64.b64encode(CANARY.encode()).decode()[:-4],
    "its middle": "83915",
}
SITE = """\
name: site
vars:
  url: "https://user:secret:canary/value@example.com"
resources:
  - name: page
    type: file
    target_path: HERE/page
    content: "value=secret:canary/value\\n{{ .Vars.url }}\\n"
  - name: told
    type: exec
    command: "cat; echo $CANARY; echo secret:canary/value; printenv CANARY | base64; sleep 1"
    stdin: "secret:canary/value"
    environment: "CANARY=secret:canary/value"
  - name: failing
    type: exec
    command: "echo secret:canary/value >&2; exit 1"
"""


class Watcher:
    """Looks, while a run goes on, at processes and at the run's private folder."""

    def __init__(self) -> None:
        self.hits: set[str] = set()
        self.folders: set[Path] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            for path, content in self._contents():
                if found_in(content.decode(errors="replace")):
                    self.hits.add(str(path))

    def _contents(self) -> Iterator[tuple[Path, bytes]]:
        self.folders.update(Path("/dev/shm").glob("vigo-bridge-*"))
        private = [path for folder in self.folders for path in folder.rglob("*")]
        for path in [*Path("/proc").glob("[0-9]*/cmdline"), *_environments(), *private]:
            try:
                if path.is_file():
                    yield path, path.read_bytes()
            except OSError:
                continue


def _environments() -> Iterator[Path]:
    """The environments of Ansible's processes; that of vigo-bridge itself is the user's own."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"ansible-playbook" in path.read_bytes():
                yield path.with_name("environ")
        except OSError:
            continue


def found_in(text: str) -> list[str]:
    return [name for name, form in FORMS.items() if form in text]


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "canary"
    (folder / "configcrates").mkdir(parents=True)
    (folder / "envoys.vgo").write_text(ENVOYS)
    (folder / "roles.vgo").write_text(ROLES)
    (folder / "configcrates" / "site.vgo").write_text(SITE.replace("HERE", str(tmp_path)))
    return folder


RUNS = {
    "run": ("run", []),
    "run as JSON": ("run", ["-o", "json"]),
    "run, Ansible at its loudest": ("run", ["-vvvvvv"]),
    "plan": ("plan", []),
    "plan as JSON": ("plan", ["-o", "json"]),
}


@pytest.mark.parametrize(("command", "options"), RUNS.values(), ids=RUNS)
def test_nothing_leaks(stack: Path, tmp_path: Path, command: str, options: list[str]) -> None:
    with Watcher() as watcher:
        finished = vigo_bridge(
            *(command, "--stacks", stack, "--local", "--as", HOST, *options),
            environment=SECRETS,
        )
    assert finished.status == (3 if command == "run" else 2), finished.err
    assert found_in(finished.out + finished.err) == []
    assert watcher.hits == set()
    assert watcher.folders, "the private folder was never seen"
    assert not any(folder.exists() for folder in watcher.folders), "it was left behind"
    page = tmp_path / "page"
    if command == "run":
        assert page.read_text() == f"value={CANARY}\nhttps://user:{CANARY}@example.com\n"
        assert page.stat().st_mode & 0o777 == 0o600
    else:
        assert not page.exists()


def test_a_generated_project_and_plain_ansible_leak_nothing(stack: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    vigo_bridge(
        *("generate", project, "--stacks", stack, "--local", "--as", HOST), environment=SECRETS
    )
    texts = [path.read_text() for path in project.rglob("*") if path.is_file()]
    assert [found_in(text) for text in texts if found_in(text)] == []
    finished = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "site.yml", "-vvvv", "--diff"],
        cwd=project,
        env={**os.environ, **SECRETS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2, finished.stdout
    assert found_in(finished.stdout + finished.stderr) == []
