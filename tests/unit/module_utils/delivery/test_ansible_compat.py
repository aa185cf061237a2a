# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on targets and uses undocumented names of Ansible, and where these are missing."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.module_utils import basic

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import ansible_compat
from tests.unit.collection.module_sources import ROOT


@pytest.mark.parametrize("name", ["_ANSIBLE_ARGS", "_ANSIBLE_PROFILE"])
def test_a_module_that_takes_no_arguments(name: str) -> None:
    basic = SimpleNamespace(_ANSIBLE_ARGS=None, _ANSIBLE_PROFILE=None)
    ansible_compat.give_arguments(basic, b"{}")
    assert vars(basic) == {"_ANSIBLE_ARGS": b"{}", "_ANSIBLE_PROFILE": "legacy"}
    delattr(basic, name)
    with pytest.raises(AttributeError):
        ansible_compat.give_arguments(basic, b"{}")


_INTERNAL = "ansible.module_utils._internal"
#: What each module of Ansible and its wrapper import.
NEEDED_BY_ALL = {
    "runpy",
    f"{_INTERNAL}._ansiballz._loader",
    f"{_INTERNAL}._json._profiles._module_legacy_c2m",
    f"{_INTERNAL}._json._profiles._module_legacy_m2c",
}
IMPORTING = f"""
import sys
from {ansible_compat.__name__} import import_what_modules_need
before = set(sys.modules)
import_what_modules_need()
print(*set(sys.modules) - before)
"""


def test_what_all_modules_need_is_imported() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", IMPORTING], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert set(finished.stdout.split()) >= NEEDED_BY_ALL


@pytest.mark.parametrize("name", ["Direction", "get_module_encoder"])
def test_what_all_modules_need_may_be_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(f"ansible.module_utils.common.json.{name}")
    ansible_compat.import_what_modules_need()


@pytest.mark.parametrize("has_secrets", [False, True])
def test_a_wrapper_with_and_without_secrets(
    has_secrets: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrapper of ansible-core 2.22 requires an argument that earlier ones do not have."""
    loader = importlib.import_module("ansible.module_utils._internal._ansiballz._loader")
    given: list[dict[str, Any]] = []

    def before(*, json_params: bytes, profile: str, module_fqn: str, modlib_path: str) -> None:
        given.append({"module_fqn": module_fqn, "modlib_path": modlib_path})

    def later(*, json_params: bytes, module_fqn: str, secrets: frozenset[str]) -> None:
        given.append({"module_fqn": module_fqn, "secrets": secrets})

    monkeypatch.setattr(loader, "run_module", later if has_secrets else before)
    ansible_compat.run_as_module("a.b", "/x", {})
    more: dict[str, Any] = {"secrets": frozenset()} if has_secrets else {"modlib_path": "/x"}
    assert given == [{"module_fqn": "a.b", **more}]


def _answered() -> None:
    ansible_compat.answer_in("{}")


def _run() -> None:
    ansible_compat.run_as_module("a.b", "/x", {})


#: what may be missing on a target -> what needs it
MISSED: list[tuple[str, Callable[[], Any], type[Exception]]] = [
    (
        "ansible.module_utils.basic._ANSIBLE_ARGS",
        lambda: ansible_compat.own_arguments(basic),
        AttributeError,
    ),
    ("ansible.module_utils.json_utils._filter_non_json_lines", _answered, ImportError),
    ("ansible.module_utils._internal._ansiballz._loader", _run, ImportError),
]


@pytest.mark.parametrize(("name", "use", "raised"), MISSED)
def test_a_missing_name_on_a_target(
    name: str, use: Callable[[], Any], raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    importlib.import_module("ansible.module_utils._internal._ansiballz._loader")
    monkeypatch.delattr(name)
    if name in sys.modules:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(raised):
        use()


def test_a_module_class_that_does_not_ask_for_arguments() -> None:
    class Module(ansible_compat.TakesArguments):
        names_to_take = ("a",)

        def __init__(self) -> None:
            self.params = {"a": 1}

    assert (Module().taken, Module().params) == ({}, {"a": 1})
