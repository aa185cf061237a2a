# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages from files, with a package manager that only notes what it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.process import Finished
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.answer import Answer
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.plan import Step
from ansible_collections.vigo.bridge.plugins.module_utils.types.nonrepo_package import (
    behaviour,
    versions,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.nonrepo_package.behaviour import (
    NonrepoPackage,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.module_utils.applying import apply
from tests.unit.module_utils.blame import attributes_at_fault, first_words
from tests.yaml_files import read_yaml

PACKAGE = NonrepoPackage()
TABLE = read_yaml(Path(__file__).with_name("steps.yml"))
BY = [(case["given"], *pair) for case in TABLE for pair in case.get("by", {}).items()]


@pytest.mark.parametrize(("given", "manager", "expected"), BY, ids=lambda value: str(value)[:70])
def test_steps(given: dict[str, Any], manager: str, expected: Any) -> None:
    spec: Any = TYPES["nonrepo_package"].parse(given)
    if isinstance(expected, dict):
        with pytest.raises(ResourceError) as raised:
            spec.steps(manager)
        assert raised.value.message == expected["error"]
        return
    first = spec.removal(manager) if spec.is_absent else spec.installation(manager, "FILE")
    steps = [first, *spec.lock_steps(manager)]
    assert [{step.module: step.args} for step in steps] == expected
    assert [step.module for step in spec.steps(manager)] == [step.module for step in steps]
    assert {step.module for step in steps} <= set(TYPES["nonrepo_package"].candidates)


@pytest.mark.parametrize(
    "case", [case for case in TABLE if "error" in case], ids=lambda case: str(case["given"])
)
def test_mistakes(case: dict[str, Any]) -> None:
    with pytest.raises(ResourceError) as raised:
        TYPES["nonrepo_package"].parse(case["given"])
    assert raised.value.message == case["error"]
    assert attributes_at_fault(raised.value) == first_words(raised.value)


@pytest.mark.parametrize(
    ("manager", "written", "found", "is_it"),
    [
        ("apt", "1.0-1", "1.0-1", True),
        ("apt", "1.0", "1.0-1", False),
        ("apt", "1.0", "1:1.0", False),
        ("dnf", "1.0", "0:1.0-3.el9", True),
        ("dnf", "1.0-3.el9", "0:1.0-3.el9", True),
        ("dnf", "0:1.0-3.el9", "0:1.0-3.el9", True),
        ("dnf5", "0:1.0", "0:1.0-3.el9", True),
        ("zypper", "1.0-3", "0:1.0-3.el9", False),
        ("zypper", "1", "0:1.0-3.el9", False),
        ("dnf", "", "", True),
    ],
)
def test_versions(manager: str, written: str, found: str, is_it: bool) -> None:
    assert versions.is_version(manager, written, found) == is_it


class Manager:
    """A package manager. A file is `NAME VERSION`, or not a package.

    installed, held: what there is. done: the modules that changed something. ignores: whether it
    leaves an older version out.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.installed: dict[str, str] = {}
        self.held: set[str] = set()
        self.done: list[str] = []
        self.ignores = False

    def run(self, command: Sequence[str], target: Target) -> Finished:
        last = command[-1]
        if command[:2] == ("dpkg", "--compare-versions"):
            return Finished(int(not float(command[2]) < float(last)), "")
        if not last.startswith("/"):
            version = self.installed.get(last, "")
            status = "installed " if self.name == "apt" else ""
            return Finished(int(not version), "", stdout=f"{status}{version}\n")
        text = Path(last).read_text()
        return Finished(int(" " not in text), "", stdout=text, stderr="no package")

    def do(self, step: Step, target: Target) -> Answer:
        args, change = step.args, ""
        if "selection" in args:
            change = "" if args["name"] in self.held else "updated"
            if not target.check_mode:
                self.held.add(args["name"])
        elif args.get("state") == "absent":
            change = "deleted" if self.installed.pop(args["name"][0], "") else ""
        else:
            path = args["deb"] if "deb" in args else args["name"][0]
            name, version = Path(path).read_text().split()
            change = "updated"
            if not self.ignores:
                self.installed[name] = version
        if change and not target.check_mode:
            self.done.append(step.module.rpartition(".")[2])
        return Answer(change, "said so")


@pytest.fixture(params=["apt", "dnf"])
def manager(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Manager:
    found = Manager(request.param)
    monkeypatch.setattr(behaviour, "package_manager", lambda _machine: found.name)
    monkeypatch.setattr(behaviour, "refuse_missing", lambda _steps, _target: None)
    monkeypatch.setattr(behaviour, "done", found.do)
    monkeypatch.setattr(versions, "_run", found.run)
    return found


def package(folder: Path, version: str, name: str = "agent", **others: Any) -> dict[str, Any]:
    """Write a file, and return a resource with it and its version."""
    path = folder / f"{name}-{version}"
    path.write_text(f"{name} {version}")
    return {"package": "agent", "url": str(path), "version": version, **others}


def written(manager: Manager, version: str) -> str:
    """Return a version as the package manager has it."""
    return version if manager.name == "apt" else f"0:{version}-1"


def test_it_is_installed_once(manager: Manager, tmp_path: Path) -> None:
    wanted = package(tmp_path, written(manager, "1.0"))
    assert apply(PACKAGE, wanted, check=True).action == "created"
    assert manager.installed == {}
    assert apply(PACKAGE, wanted).action == "created"
    Path(wanted["url"]).unlink()
    for check in (True, False):
        assert apply(PACKAGE, wanted, check=check).action == "none"
    assert manager.done == [manager.name]


def test_another_version(manager: Manager, tmp_path: Path) -> None:
    old, new = written(manager, "1.0"), written(manager, "2.0")
    manager.installed = {"agent": old}
    wanted = package(tmp_path, new)
    for check in (True, False):
        result = apply(PACKAGE, wanted, check=check)
        assert (result.action, result.reason) == ("updated", f"version {old} -> {new}")
    assert apply(PACKAGE, wanted).action == "none"


def test_without_a_version_the_file_counts(manager: Manager, tmp_path: Path) -> None:
    wanted = package(tmp_path, written(manager, "1.0"))
    del wanted["version"]
    assert apply(PACKAGE, wanted, check=True).action == "created"
    assert apply(PACKAGE, wanted).action == "created"
    for check in (True, False):
        assert apply(PACKAGE, wanted, check=check).action == "none"
    Path(wanted["url"]).write_text(f"agent {written(manager, '2.0')}")
    for check in (True, False):
        assert apply(PACKAGE, wanted, check=check).action == "updated"
    assert manager.done == [manager.name] * 2


def test_an_older_version(manager: Manager, tmp_path: Path) -> None:
    old, new = written(manager, "1.0"), written(manager, "2.0")
    manager.installed = {"agent": new}
    manager.ignores = manager.name != "apt"
    wanted = package(tmp_path, old)
    result = apply(PACKAGE, wanted)
    assert result.action == "failed"
    if manager.name == "apt":
        assert apply(PACKAGE, wanted, check=True).reason == result.reason
        assert result.reason == (
            f"version {new} is installed, and {old} is older; set allow_downgrade: true to install"
            " it"
        )
    else:
        assert result.reason == (
            f"version {old} was not installed: the package manager kept {new}; set"
            " allow_downgrade: true for an older version"
        )
    manager.ignores = False
    assert apply(PACKAGE, {**wanted, "allow_downgrade": True}).action == "updated"
    assert manager.installed == {"agent": old}


def test_a_file_that_is_not_the_right_one_is_not_installed(
    manager: Manager, tmp_path: Path
) -> None:
    version = written(manager, "1.0")
    wanted = package(tmp_path, version)
    found = hashlib.sha256(f"agent {version}".encode()).hexdigest()
    assert apply(PACKAGE, {**wanted, "sha256": "0" * 64}).reason == (
        f"sha256: the file has the checksum {found}, expected {'0' * 64}; nothing was changed;"
        " correct sha256 if you trust the file"
    )
    assert apply(PACKAGE, {**wanted, "version": "7"}).reason == (
        f"version: the file has version {version}, not 7; correct version or url"
    )
    other = package(tmp_path, version, "other")
    assert apply(PACKAGE, other).reason == (
        "package: the file contains the package other, not agent; correct package or url"
    )
    Path(other["url"]).write_text("<html>")
    assert apply(PACKAGE, other).reason == (
        "url: the file is not a package for this host's package manager; correct url"
    )
    assert (manager.installed, manager.done) == ({}, [])
    assert apply(PACKAGE, {**wanted, "sha256": found}).action == "created"


@pytest.mark.parametrize("manager", ["apt"], indirect=True)
def test_it_is_held(manager: Manager, tmp_path: Path) -> None:
    wanted = package(tmp_path, "1.0")
    apply(PACKAGE, wanted)
    held = {**wanted, "lock_version": True}
    for check in (True, False):
        assert apply(PACKAGE, held, check=check).action == "updated"
    for check in (True, False):
        assert apply(PACKAGE, held, check=check).action == "none"
    assert manager.done == ["apt", "dpkg_selections"]


def test_it_is_removed(manager: Manager) -> None:
    manager.installed = {"agent": "1.0"}
    gone = {"package": "agent", "state": "absent"}
    assert apply(PACKAGE, gone, check=True).action == "deleted"
    assert apply(PACKAGE, gone).action == "deleted"
    for check in (True, False):
        assert apply(PACKAGE, gone, check=check).action == "none"
