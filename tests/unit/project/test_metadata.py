# SPDX-License-Identifier: GPL-3.0-or-later
"""What pyproject.toml, galaxy.yml and the files for contributors say of each other."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
GALAXY: dict[str, Any] = yaml.safe_load(
    (ROOT / "ansible_collections/vigo/bridge/galaxy.yml").read_text()
)
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
PINNED = {
    canonicalize_name(name): version
    for name, version in re.findall(
        r"^([^#\s]+)==(\S+)$", (ROOT / "tests/constraints.txt").read_text(), re.M
    )
}


def test_the_package_takes_its_version_from_the_collection() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PROJECT["project"]
    source = PROJECT["tool"]["hatch"]["version"]
    text = (ROOT / source["path"]).read_text()
    (found,) = re.findall(source["pattern"], text)
    assert found == GALAXY["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9a-z.]+)?", found)


def test_the_addresses_are_of_one_repository() -> None:
    urls = PROJECT["project"]["urls"]
    assert urls["Homepage"] == GALAXY["repository"]
    assert all(url.startswith(GALAXY["repository"]) for url in urls.values())
    assert {name: urls.get(name) for name in ("Documentation", "Issues")} == {
        "Documentation": GALAXY["documentation"],
        "Issues": GALAXY["issues"],
    }


@pytest.mark.parametrize("path", ["docs", "CHANGELOG.md"])
def test_an_address_names_what_is_there(path: str) -> None:
    urls = PROJECT["project"]["urls"].values()
    assert any(url.endswith(f"/main/{path}") for url in urls)
    assert (ROOT / path).exists()


def test_type_checkers_find_the_types() -> None:
    assert (ROOT / "vigo_bridge/py.typed").read_text() == ""
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]


def test_the_classifiers_name_the_supported_pythons() -> None:
    listed = re.findall(r"Python :: 3\.(\d+)$", "\n".join(PROJECT["project"]["classifiers"]), re.M)
    assert PROJECT["project"]["requires-python"] == f">=3.{listed[0]}"
    assert list(map(int, listed)) == list(range(int(listed[0]), int(listed[-1]) + 1))


@pytest.mark.parametrize(
    "requirement",
    [
        *PROJECT["project"]["dependencies"],
        *(line for extra in EXTRAS.values() for line in extra if "vigo-bridge[" not in line),
        # Tools that get an environment of their own.
        *("ansible-builder", "antsibull-changelog", "antsibull-docs"),
    ],
)
def test_a_clone_gets_a_tested_version(requirement: str) -> None:
    parsed = Requirement(requirement)
    version = PINNED[canonicalize_name(parsed.name)]  # Missing? Run `make constraints`.
    assert parsed.specifier.contains(version)


def test_pre_commit_runs_what_make_lint_runs() -> None:
    makefile = (ROOT / "Makefile").read_text()
    parts = re.findall(r"^lint:(.*?)##", makefile, re.M)[0].split()
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (repository,) = config["repos"]
    assert [hook["entry"] for hook in repository["hooks"]] == [f"make {part}" for part in parts]
    for part in parts:
        assert re.search(rf"^{part}: \.venv/ready\n\t", makefile, re.M)


@pytest.mark.sweep
def test_pre_commit_accepts_its_configuration() -> None:
    program = Path(sys.executable).with_name("pre-commit")
    subprocess.run([program, "validate-config"], cwd=ROOT, check=True)
