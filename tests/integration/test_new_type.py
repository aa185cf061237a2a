# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource type is its folder: one that is new to a copy of the project works everywhere.

Beside the folder, the registry names it. Nothing else of the copy is changed.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_program import ansible
from tests.integration.project_copy import ProjectCopy

pytestmark = pytest.mark.integration

UTILS = "ansible_collections/vigo/bridge/plugins/module_utils/types"
REGISTRY = """\
from {folder}.descriptor import TYPE as MOTD
TYPES = {{**TYPES, MOTD.name: MOTD}}
"""
STACK = {
    "configcrates/greeting.vgo": """\
name: greeting
resources:
  - type: motd
    path: HERE/motd
    message: "Hello, {{ .Vars.name }}"
""",
    "envoys.vgo": """\
envoys:
  - match: "*"
    configcrates: [greeting]
    vars: {name: world}
""",
    "stack.vgo": "name: greetings\nid: 0123456789abcdef0123456789abcdef\n",
}


class Copy(ProjectCopy):
    """A copy of the project that has the type, and a stack that uses it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "project", home=folder)
        self.stack = folder / "stack"
        self.motd = folder / "motd"
        shutil.copytree(Path(__file__).parent / "new_type/motd", self.folder / UTILS / "motd")
        with (self.folder / UTILS / "registry.py").open("a") as registry:
            registry.write(REGISTRY.format(folder=".motd"))
        for name, text in STACK.items():
            (self.stack / name).parent.mkdir(parents=True, exist_ok=True)
            (self.stack / name).write_text(text.replace("HERE", str(folder)))

    def actions(self, command: str) -> dict[str, Any]:
        finished = self(command, "--stacks", self.stack, "--local", "-o", "json")
        assert finished.document["envoys"], finished.err
        (envoy,) = finished.document["envoys"].values()
        return {resource["id"]: resource["action"] for resource in envoy["resources"]}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("new_type"))


def test_it_is_validated(copy: Copy) -> None:
    finished = copy("config", "validate", "--stacks", copy.stack)
    assert finished.status == 0, finished.err
    crate = copy.stack / "configcrates/greeting.vgo"
    text = crate.read_text()
    crate.write_text(text.replace("message:", "mesage:"))
    refused = copy("config", "validate", "--stacks", copy.stack)
    crate.write_text(text)
    assert refused.status != 0
    assert "motd has no attribute 'mesage'" in refused.out + refused.err
    assert "message" in refused.out + refused.err


def test_it_is_planned_and_run(copy: Copy) -> None:
    identity = f"greeting/motd:{copy.motd}"
    assert copy.actions("plan") == {identity: "created"}
    assert not copy.motd.exists()
    assert copy.actions("run") == {identity: "created"}
    assert copy.motd.read_text() == "Hello, world\n"
    assert copy.actions("run") == {identity: "none"}


def test_its_schema_is_known(copy: Copy) -> None:
    schema = json.loads(copy("schema").out)
    assert "motd" in schema["$defs"]["resource"]["properties"]["type"]["anyOf"][0]["enum"]
    assert set(schema["$defs"]["motd"]["properties"]) >= {"path", "message"}


def test_task_style_applies_it(copy: Copy, tmp_path: Path) -> None:
    project = tmp_path / "project"
    finished = copy(
        *("generate", project, "--stacks", copy.stack, "--local", "--style", "tasks"),
    )
    assert finished.status == 0, finished.err
    tasks = (project / "roles/greeting/tasks/main.yml").read_text()
    assert "vigo.bridge.converge:" in tasks
    assert "type: motd" in tasks
    copy.motd.unlink(missing_ok=True)
    played = ansible("playbook", "site.yml", cwd=project, environment=copy.environment)
    assert played.status == 0, played.out
    assert copy.motd.read_text() == "Hello, world\n"


def test_it_is_documented(copy: Copy) -> None:
    page = copy.python(
        "import sys; sys.path.insert(0, 'docs/site'); import reference; "
        "print(reference.attributes())"
    )
    assert "## motd" in page
    assert "The absolute path of the file" in page
