# SPDX-License-Identifier: GPL-3.0-or-later
"""A generated project of roles: what Ansible's linter says, and the scenario inside a role."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.molecule import ROOT, log_in, molecule
from tests.integration.program import vigo_bridge
from tests.testbed import Testbed

pytestmark = pytest.mark.integration

HOSTS = "web1.app.example.com,one.shop.example.com,web1.example.com"
#: The example, and a small stack with handlers, conditions, traits and a template.
STACKS = {"example": ROOT / "stacks", "small": ROOT / "tests/unit/emit/tasks/stack"}


def project(stack: Path, folder: Path) -> Path:
    written = vigo_bridge(
        *("generate", folder / "project", "--style", "tasks", "-i", HOSTS, "--stacks", stack)
    )
    assert written.status == 0, written.err
    return folder / "project"


def ansible(folder: Path, *command: str) -> None:
    """Run a command of Ansible's in a project, with the collection alone."""
    finished = subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT),
            "NO_COLOR": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)
def test_syntax(tmp_path: Path, stack: Path) -> None:
    ansible(project(stack, tmp_path), "ansible-playbook", "site.yml", "--syntax-check")


@pytest.mark.sweep
@pytest.mark.parametrize("stack", STACKS.values(), ids=STACKS)
def test_it_passes_the_production_profile(tmp_path: Path, stack: Path) -> None:
    ansible(project(stack, tmp_path), "ansible-lint", "--offline", "--profile", "production")


@pytest.mark.sweep
def test_scenario_inside_a_role(testbed: Testbed, tmp_path: Path) -> None:
    role = project(STACKS["example"], tmp_path) / "roles" / "redis"
    molecule(testbed, role, "converge")
    assert "answer-42" in log_in(testbed, role, "echo answer-$((6 * 7))")
    molecule(testbed, role, "destroy")
    printed = molecule(testbed, role, "test")
    assert "molecule-redis" in printed


@pytest.mark.sweep
def test_scenario_inside_a_role_without_an_image(testbed: Testbed, tmp_path: Path) -> None:
    role = project(STACKS["example"], tmp_path) / "roles" / "redis"
    image = "no.example.com/no:1"
    printed = molecule(testbed, role, "test", fails=True, MOLECULE_IMAGE=image)
    assert f"Cannot start a host with the image {image}: " in printed
    assert "Set MOLECULE_IMAGE to an image with Python and an SSH server" in printed


def test_what_roles_cannot_say_is_refused(tmp_path: Path) -> None:
    stack = tmp_path / "stack"
    (stack / "configcrates").mkdir(parents=True)
    for name, other in (("a", "b"), ("b", "a")):
        (stack / f"configcrates/{name}.vgo").write_text(
            f"name: {name}\nresources:\n"
            "  - {name: one, type: exec, command: 'true', unless: 'true'}\n"
            "  - {name: two, type: exec, command: 'true', unless: 'true',"
            f" depends_on: {other}/one}}\n"
        )
    (stack / "envoys.vgo").write_text("envoys: [{match: web1, configcrates: [a, b]}]\n")
    refused = vigo_bridge(
        *("generate", tmp_path / "project", "--style", "tasks", "-i", "web1,", "--stacks", stack)
    )
    assert refused.status == 1
    assert "envoys.vgo:1:10: match web1: resources of the crates a and b are interleaved" in (
        refused.err
    )
    assert not (tmp_path / "project").exists()
