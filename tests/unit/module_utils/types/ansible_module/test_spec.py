# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of a module, and arguments that are rejected because they can only be a mistake."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module.spec import (
    own_options,
    parse,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.unit.module_utils.blame import attributes_at_fault

FILE, APT = "ansible.builtin.file", "ansible.builtin.apt"


@pytest.mark.parametrize(
    ("module", "attributes", "message"),
    [
        (FILE, {"args": "path=/x"}, "args must be a mapping"),
        (FILE, {"args": ["x"]}, "args must be a mapping"),
        (FILE, {"timeout": "soon"}, "timeout: 'soon' is not a duration"),
        (FILE, {"args": {"path": "/", "state": "absent"}}, "path: '/' with state absent"),
        (FILE, {"args": {"path": "/etc/", "state": "absent"}}, "path: '/etc/' with state absent"),
        (FILE, {"args": {"dest": "//usr", "state": "absent"}}, "dest: '//usr' with state absent"),
        (FILE, {"args": {"name": "/x/../var", "state": "absent"}}, "name: '/x/../var' with"),
        (APT, {"args": {"name": "*", "state": "absent"}}, "name: '*' with state absent"),
        (APT, {"args": {"pkg": ["a", "*"], "state": "absent"}}, "pkg: '*' with state absent"),
        ("ansible.builtin.dnf", {"args": {"name": "a, *", "state": "removed"}}, "name: '*' with"),
    ],
)
def test_refused(module: str, attributes: dict[str, Any], message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse(module, attributes)
    assert raised.value.message.startswith(message)
    first = "timeout" if "timeout" in attributes else "args"
    assert attributes_at_fault(raised.value) == [first]


@pytest.mark.parametrize(
    ("module", "args"),
    [
        (FILE, {"path": "/etc/x", "state": "absent"}),
        (FILE, {"path": "/etc", "state": "directory"}),
        (APT, {"name": "*", "state": "latest"}),
        (APT, {"name": "vim*", "state": "absent"}),
        (APT, {}),
    ],
)
def test_accepted(module: str, args: dict[str, Any]) -> None:
    assert parse(module, {"args": args}).args == args


def test_time_limit() -> None:
    assert parse(FILE, {}).timeout == 300
    assert parse(FILE, {"timeout": "5m"}).timeout == 300
    assert parse(FILE, {"timeout": 7}).timeout == 7


@pytest.mark.parametrize(
    ("module", "given", "own"),
    [
        ("ansible.builtin.command", {"cmd": "a"}, {"_raw_params": "a"}),
        ("ansible.builtin.command", {"argv": ["a"]}, {"argv": ["a"]}),
        ("ansible.builtin.shell", {"cmd": "a"}, {"_raw_params": "a", "_uses_shell": True}),
        (FILE, {"cmd": "a"}, {"cmd": "a"}),
    ],
)
def test_options_of_the_module_itself(
    module: str, given: dict[str, Any], own: dict[str, Any]
) -> None:
    assert own_options(module, given) == own


@pytest.mark.parametrize(
    ("name", "is_type"),
    [
        ("ansible.builtin.apt", True),
        ("my_names.of_2.things", True),
        ("ansible.builtin", False),
        ("ansible.builtin.a.b", False),
        ("Ansible.Builtin.Apt", False),
        ("ansible..apt", False),
        ("../../etc.b.c", False),
        ("a.b.c\n", False),
        ("a.b.", False),
    ],
)
def test_names_of_types(name: str, is_type: bool) -> None:
    assert (name in TYPES) == is_type
    assert name not in list(TYPES)
