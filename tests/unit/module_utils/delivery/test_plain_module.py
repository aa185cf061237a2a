# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments that are read without Ansible have the values that Ansible would give them."""

from __future__ import annotations

import json
import os
import syslog
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.plain_module import (
    fitting,
    hold,
    read,
)

SUB = {"port": {"type": "int", "required": True}, "host": {"type": "str", "default": "a"}}

#: options; arguments; the values, or None where Ansible has to read them
TABLE: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]] = [
    ({"a": {"type": "str"}}, {"a": "x"}, {"a": "x"}),
    ({"a": {}}, {"a": "x"}, {"a": "x"}),
    ({"a": {"type": "str"}}, {"a": 1}, None),
    ({"a": {"type": "str"}}, {}, {"a": None}),
    ({"a": {"type": "str"}}, {"a": None}, {"a": None}),
    ({"a": {"type": "str", "default": "d"}}, {}, {"a": "d"}),
    ({"a": {"type": "str", "default": "d"}}, {"a": None}, None),
    ({"a": {"type": "str", "required": True}}, {}, None),
    ({"a": {"type": "str", "required": True}}, {"a": None}, None),
    ({"a": {"type": "str"}}, {"b": "x"}, None),
    ({"a": {"type": "str", "aliases": ["b"]}}, {"b": "x"}, None),
    ({"a": {"type": "str", "choices": ["x", "y"]}}, {"a": "x"}, {"a": "x"}),
    ({"a": {"type": "str", "choices": ["x", "y"]}}, {"a": "z"}, None),
    ({"a": {"type": "str", "choices": ["x", "y"]}}, {"a": None}, None),
    ({"a": {"type": "bool"}}, {"a": True}, {"a": True}),
    ({"a": {"type": "bool"}}, {"a": "yes"}, None),
    ({"a": {"type": "bool"}}, {"a": 1}, None),
    ({"a": {"type": "int"}}, {"a": 5}, {"a": 5}),
    ({"a": {"type": "int"}}, {"a": True}, None),
    ({"a": {"type": "int"}}, {"a": 5.0}, None),
    ({"a": {"type": "int"}}, {"a": "5"}, None),
    ({"a": {"type": "float"}}, {"a": 0.5}, {"a": 0.5}),
    ({"a": {"type": "float"}}, {"a": 5}, {"a": 5.0}),
    ({"a": {"type": "float"}}, {"a": True}, None),
    ({"a": {"type": "raw"}}, {"a": [True, {"b": 1}]}, {"a": [True, {"b": 1}]}),
    ({"a": {"type": "dict"}}, {"a": {"b": [1]}}, {"a": {"b": [1]}}),
    ({"a": {"type": "dict"}}, {"a": "b=1"}, None),
    ({"a": {"type": "list"}}, {"a": [1, "x"]}, {"a": [1, "x"]}),
    ({"a": {"type": "list"}}, {"a": "x,y"}, None),
    ({"a": {"type": "list", "elements": "str"}}, {"a": ["x"]}, {"a": ["x"]}),
    ({"a": {"type": "list", "elements": "str"}}, {"a": ["x", 1]}, None),
    ({"a": {"type": "list", "elements": "str"}}, {"a": [None]}, None),
    ({"a": {"type": "list", "elements": "str", "choices": ["x"]}}, {"a": ["x"]}, {"a": ["x"]}),
    ({"a": {"type": "list", "elements": "str", "choices": ["x"]}}, {"a": ["y"]}, None),
    ({"a": {"type": "path"}}, {"a": "/x"}, {"a": "/x"}),
    ({"a": {"type": "path"}}, {"a": "~/x"}, {"a": "/home/ada/x"}),
    ({"a": {"type": "path"}}, {"a": "$PLACE/x"}, {"a": "/srv/x"}),
    ({"a": {"type": "bytes"}}, {"a": "1K"}, None),
    ({"a": {"type": "str", "removed_in_version": "9.0.0"}}, {"a": "x"}, None),
    ({"a": {"type": "str", "fallback": (lambda: "x",)}}, {}, None),
    (
        {"a": {"type": "list", "elements": "dict", "options": SUB}},
        {"a": [{"port": 1}]},
        {"a": [{"port": 1, "host": "a"}]},
    ),
    ({"a": {"type": "list", "elements": "dict", "options": SUB}}, {"a": [{"host": "a"}]}, None),
    ({"a": {"type": "list", "elements": "dict", "options": SUB}}, {"a": ["port=1"]}, None),
    ({"a": {"type": "dict", "options": SUB}}, {"a": {"port": 1}}, {"a": {"port": 1, "host": "a"}}),
    ({"a": {"type": "dict", "options": SUB}}, {"a": {"prot": 1}}, None),
]


@pytest.mark.parametrize(("options", "arguments", "expected"), TABLE)
def test_values_of_options(
    options: Any, arguments: Any, expected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv("PLACE", "/srv")
    assert fitting(arguments, options) == expected
    if expected is not None:
        assert ansibles(arguments, options) == expected


def ansibles(
    arguments: dict[str, Any], options: dict[str, Any], relations: Any = None
) -> dict[str, Any] | None:
    """Return the values that AnsibleModule would use; None if it refuses the arguments."""
    copy = json.loads(json.dumps(arguments))
    result = ModuleArgumentSpecValidator(options, **(relations or {})).validate(copy)
    return None if result.error_messages else dict(result.validated_parameters)


def as_json(value: Any) -> str:
    """Return a text that differs for True and 1, and for 1 and 1.0."""
    return json.dumps(value, sort_keys=True)


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.sampled_from("xyz")
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=4,
)
types = st.sampled_from(["str", "bool", "int", "float", "list", "dict", "raw", "path"])
with_default = st.fixed_dictionaries({"type": st.just("str"), "default": st.just("x")})
simple = with_default | st.fixed_dictionaries(
    {"type": types}, optional={"required": st.booleans(), "no_log": st.just(True)}
)
lists = st.fixed_dictionaries({"type": st.just("list"), "elements": types})
choices = st.fixed_dictionaries(
    {"type": st.sampled_from(["str", "int"]), "choices": st.sampled_from([["x", "y"], [1, 2]])}
)
flat = st.dictionaries(st.sampled_from("abc"), simple | lists | choices, max_size=3)
nested = st.fixed_dictionaries({"type": st.just("dict"), "options": flat}) | st.fixed_dictionaries(
    {"type": st.just("list"), "elements": st.just("dict"), "options": flat}
)
specs = st.dictionaries(st.sampled_from("abc"), simple | lists | choices | nested, max_size=3)


@given(specs, st.dictionaries(st.sampled_from("abc"), values, max_size=3))
def test_what_is_read_is_what_ansible_would_read(options: Any, arguments: Any) -> None:
    found = fitting(arguments, options)
    if found is not None:
        assert found == ansibles(arguments, options)
        assert as_json(found) == as_json(ansibles(arguments, options))


#: relations; the names of arguments; whether they are allowed
RELATIONS: list[tuple[dict[str, Any], str, bool]] = [
    ({}, "a b", True),
    ({"mutually_exclusive": [("a", "b", "c")]}, "b", True),
    ({"mutually_exclusive": [("a", "b", "c")]}, "b c", False),
    ({"required_together": [("a", "b")]}, "a b", True),
    ({"required_together": [("a", "b")]}, "c", True),
    ({"required_together": [("a", "b")]}, "a", False),
    ({"required_by": {"a": "b"}}, "b", True),
    ({"required_by": {"a": "b"}}, "a", False),
]


@pytest.mark.parametrize(("relations", "names", "allowed"), RELATIONS)
def test_relations_of_options(relations: Any, names: str, allowed: bool) -> None:
    arguments = dict.fromkeys(names.split(), "x")
    assert hold(relations, arguments) == allowed
    options: dict[str, Any] = {name: {"type": "str"} for name in "abc"}
    assert (ansibles(arguments, options, relations) is not None) == allowed


def test_a_relation_that_is_not_known_is_left_to_ansible() -> None:
    assert not hold({"required_if": [("a", "x", ["b"])]}, {})


class Log:
    """What was written to the system's log."""

    def __init__(self) -> None:
        self.facility = -1
        self.name = ""
        self.lines: list[str] = []

    def open(self, name: str, _options: int, facility: int) -> None:
        self.name, self.facility = name, facility

    def write(self, _level: int, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    log = Log()
    monkeypatch.setattr(syslog, "openlog", log.open)
    monkeypatch.setattr(syslog, "syslog", log.write)
    return log


LOGGED: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"]},
    "wait": {"type": "int"},
    "text": {"type": "str"},
    "many": {"type": "list"},
    "password": {"type": "str", "no_log": True},
}


def called(arguments: dict[str, Any], **told: Any) -> None:
    given = {
        "name": "web",
        **arguments,
        **{f"_ansible_{name}": value for name, value in told.items()},
    }
    line = json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode()
    assert read(line, LOGGED, ("_secrets",), {}) is not None


def test_a_call_is_logged_as_ansible_does(log: Log) -> None:
    called({"name": "web"}, module_name="vigo.bridge.exec", syslog_facility="LOG_LOCAL3")
    assert log.name == "ansible-vigo.bridge.exec"
    assert log.facility == syslog.LOG_LOCAL3
    assert log.lines == ["Invoked with name=web"]


def test_the_log_gets_the_texts_that_the_user_wants_in_it(log: Log) -> None:
    called({"name": "web"}, target_log_info="ticket 12")
    assert log.lines == ["ticket 12 Invoked with name=web"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({"state": "absent", "wait": 3}, "Invoked with name=web state=absent wait=3"),
        ({"password": "hidden"}, "Invoked with name=web password=NOT_LOGGED"),
        ({"text": "hidden"}, "Invoked with name=web text=NOT_LOGGED"),
        ({"many": ["hidden"]}, "Invoked with name=web many=NOT_LOGGED"),
        ({"name": "https://a:hidden@b"}, "Invoked with name=NOT_LOGGED"),
        ({"_secrets": {"a": "hidden"}}, "Invoked with name=web"),
        ({"name": "x" * 900}, f"Invoked with name={'x' * 200}"),
        ({"name": "a\0b\udcff"}, "Invoked with name=ab?"),
    ],
)
def test_what_may_hold_a_password_is_not_logged(
    arguments: dict[str, Any], line: str, log: Log
) -> None:
    called(arguments)
    assert log.lines == [line]


def test_nothing_is_logged_with_no_log(log: Log) -> None:
    called({"name": "web"}, no_log=True)
    assert log.lines == []


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "xx_YY.UTF-8"}, "C.UTF-8"),
        ({"LC_ALL": "xx_YY.UTF-8"}, "C.UTF-8"),
        ({"LANG": "C.UTF-8"}, "C.UTF-8"),
        ({}, None),
    ],
)
def test_a_locale_that_is_not_installed(
    environment: dict[str, str], expected: str | None, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES"):
        monkeypatch.setenv(name, "")  # so that it is as before afterwards
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    called({})
    assert os.environ.get("LANG") == expected


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every folder")
def test_a_folder_that_cannot_be_read(
    tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    closed = tmp_path / "closed"
    closed.mkdir()
    monkeypatch.chdir(closed)
    closed.chmod(0o100)
    called({})
    assert Path.cwd() == tmp_path


def test_a_folder_that_is_gone(tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    called({})
    assert Path.cwd() == tmp_path
