# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read from a machine to see that a module has nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host import process
from ansible_collections.vigo.bridge.plugins.module_utils.host.process import Finished
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed import (
    dpkg,
    systemd,
    unchanged,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.plan import Step
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

CHECKS = {
    "ansible.builtin.apt": (dpkg, "has_nothing_to_install"),
    "ansible.builtin.dpkg_selections": (dpkg, "has_nothing_to_select"),
    "ansible.builtin.systemd_service": (systemd, "has_nothing_to_do"),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what is asked, with the list of packages and the output of systemctl."""
    found: list[Any] = []

    def check(args: Any, read: str | Callable[..., tuple[int, str]]) -> bool:
        found.append((args, read if isinstance(read, str) else read("show", "web")))
        return bool(args["done"])

    def run(command: Any, **how: Any) -> Finished:
        found.append((command, how["timeout"], how["environment"]))
        return Finished(3, "inactive")

    for module, name in CHECKS.values():
        monkeypatch.setattr(module, name, check)
    monkeypatch.setattr(dpkg, "status", lambda: "the list")
    monkeypatch.setattr(process, "run", run)
    return found


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("module", CHECKS)
def test_the_check_of_each_module(module: str, done: bool, asked: list[Any]) -> None:
    args = {"name": "web", "done": done}
    assert unchanged.has_nothing_to_do(Step(module, args), Target()) is done
    if CHECKS[module][0] is dpkg:
        assert asked == [(args, "the list")]
    else:
        assert asked == [
            (("systemctl", "show", "web"), 10.0, {"LC_ALL": "C"}),
            (args, (3, "inactive")),
        ]


def test_other_modules_are_run(asked: list[Any]) -> None:
    step = Step("ansible.builtin.dnf", {"done": True})
    assert unchanged.has_nothing_to_do(step, Target()) is False
    assert asked == []


@pytest.mark.parametrize("error", [OSError("x"), ResourceError("x")])
def test_what_cannot_be_read_is_left_to_the_module(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise error

    monkeypatch.setattr(dpkg, "status", refuse)
    step = Step("ansible.builtin.apt", {"name": ["curl"], "state": "present"})
    assert unchanged.has_nothing_to_do(step, Target()) is False


def test_the_list_of_dpkg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is incomplete while dpkg works, or if it was interrupted."""
    monkeypatch.setattr(dpkg, "_FOLDER", str(tmp_path))
    (tmp_path / "updates").mkdir()
    (tmp_path / "status").write_bytes(b"Package: a\r\n\xff\n")
    assert dpkg.status() == "Package: a\r\n\ufffd\n"
    (tmp_path / "updates/0001").touch()
    assert dpkg.status() == ""
