# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of a stack as arguments of tasks, and roles that groups share or do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.emit.tasks.stacks import RESERVED, plan_of
from vigo_bridge.emit.tasks.roles import Roles, roles_of
from vigo_bridge.emit.tasks.variables import Variables
from vigo_bridge.emit.yaml_text import Jinja
from vigo_bridge.resolve.plan import Plan

VARIABLES = {
    "text": "x",
    "number": 7,
    "flag": True,
    "ratio": 1.5,
    "empty": "",
    "list": ["a"],
    "db": {"host": "db1", "items": "i"},
    "a-b": "odd",
    "port": "80",
}
LOOKUP = "{{ lookup('vigo.bridge.gotemplate', a_it_stdin) }}"
#: what a .vgo file says -> the argument of the task
TEXTS: dict[str, Any] = {
    "plain": "plain",
    "theirs {{.State}}": "theirs {{.State}}",
    "{{ .Vars.text }}": Jinja("{{ text }}"),
    "a {{.Vars.text}}{{- .Vars.number }} b": Jinja("a {{ text }}{{ number }} b"),
    "{{ .Vars.db.host }}": Jinja("{{ db.host }}"),
    "{{ .Vars.db.items }}": Jinja("{{ db['items'] }}"),
    "{{ .Vars.port }}": Jinja("{{ a_port }}"),
    "{{ .Vars.empty }}": Jinja("{{ empty | default(omit, true) }}"),
    "{{ .Vars.empty }}-": Jinja("{{ empty }}-"),
    "{{ .Vars.flag }}": Jinja(LOOKUP.replace(" }}", " | default(omit, true) }}")),
    "{{ .Vars.ratio }}.": Jinja(LOOKUP),
    "{{ .Vars.list }}.": Jinja(LOOKUP),
    "{{ upper .Vars.text }}.": Jinja(LOOKUP),
    "{{ .Vars.text }} {{.State}}": Jinja(LOOKUP),
    "{{ .Vars.text }} {% raw %}": Jinja(LOOKUP),
    "{{ .Vars.text }}\r\n": Jinja(LOOKUP),
    "{{ upper .Vars.port }}.": Jinja(LOOKUP.replace(") }}", ", vars={'port': a_port}) }}")),
    "{{ .Traits.os.family }}": Jinja("{{ a_traits.traits.os.family | default(omit, true) }}"),
    "{{ .Traits.network.ip_addresses }}.": Jinja(
        LOOKUP.replace(") }}", ", traits=a_traits.traits) }}")
    ),
}


def roles(plan: Plan) -> Roles:
    return roles_of(plan, Variables(plan, RESERVED.__contains__))


@pytest.mark.parametrize("text", TEXTS, ids=repr)
def test_argument(tmp_path: Path, text: str) -> None:
    resource = {"name": "it", "type": "exec", "command": "cat", "stdin": text}
    plan = plan_of(tmp_path, {"a": {"vars": VARIABLES, "resources": [resource]}})
    task = roles(plan).roles["a"].tasks[-1].task
    argument = task["vigo.bridge.exec"]["stdin"]
    assert (argument, type(argument)) == (TEXTS[text], type(TEXTS[text]))
    assert task.get("vars", {}).get("a_it_stdin", text) == text


#: what is written in options of a module -> what the task has: templates write texts, not numbers
DATA = {
    "{{ .Vars.number }}": Jinja("{{ number | string }}"),
    "{{ .Vars.port }}": Jinja("{{ a_port }}"),
    "{{ .Vars.text }}": Jinja("{{ text }}"),
    "{{ .Vars.number }}-": Jinja("{{ number }}-"),
    "{{ .Traits.hardware.cpu_count }}": Jinja("{{ a_traits.traits.hardware.cpu_count | string }}"),
    "7": "7",
}


@pytest.mark.parametrize("text", DATA, ids=repr)
def test_numbers_in_data(tmp_path: Path, text: str) -> None:
    args = {"url": "http://a", "body": {"deep": [text]}}
    resource = {"name": "it", "type": "ansible.builtin.uri", "args": args}
    plan = plan_of(tmp_path, {"a": {"vars": VARIABLES, "resources": [resource]}})
    (found,) = roles(plan).roles["a"].tasks[-1].task["ansible.builtin.uri"]["body"]["deep"]
    assert (found, type(found)) == (DATA[text], type(DATA[text]))


def test_variables_of_a_task_are_told_apart(tmp_path: Path) -> None:
    environment = {"FLAG": "{{ upper .Vars.text }}", "flag": "{{ lower .Vars.text }}"}
    resource = {"name": "it", "type": "exec", "command": "env", "environment": environment}
    plan = plan_of(tmp_path, {"a": {"vars": VARIABLES, "resources": [resource]}})
    (task,) = roles(plan).roles["a"].tasks
    assert task.task["vars"] == {
        "a_it_environment_flag": environment["FLAG"],
        "a_it_environment_flag_2": environment["flag"],
    }


def a_file(content: str) -> dict[str, Any]:
    return {"name": "it", "type": "file", "target_path": "/it", "content": content}


def test_groups_share_a_role_whose_variables_differ(tmp_path: Path) -> None:
    crates = {"a": {"vars": {"x": "1"}, "resources": [a_file("{{ .Vars.x }}")]}}
    plan = plan_of(tmp_path, crates, [{"match": "one"}, {"match": "two", "vars": {"x": "2"}}])
    found = roles(plan)
    assert [play.roles for play in found.plays] == [("a",), ("a",)]
    (default,) = found.roles["a"].defaults
    assert default.value == "{{ vigo_vars.x | default('1') }}"


def test_groups_have_roles_of_their_own_where_tasks_differ(tmp_path: Path) -> None:
    each = {**a_file("x"), "foreach": "names", "name": "{{ .Item }}", "target_path": "/{{ .Item }}"}
    crates = {"my-app": {"vars": {"names": ["a"]}, "resources": [each]}}
    entries: list[dict[str, Any]] = [
        {"match": "one"},
        {"match": "two", "vars": {"names": ["a", "b"]}},
    ]
    found = roles(plan_of(tmp_path, crates, entries))
    assert [play.roles for play in found.plays] == [("my_app",), ("my_app_two",)]


def test_crates_whose_names_are_alike_get_different_roles(tmp_path: Path) -> None:
    crates = {name: {"resources": [a_file(name)]} for name in ("my-app", "my.app", "9")}
    found = roles(plan_of(tmp_path, crates))
    assert found.plays[0].roles == ("my_app", "my_app_2", "crate_9")


def test_a_crate_whose_first_resource_waits_for_another_crate_comes_after_it(
    tmp_path: Path,
) -> None:
    first = {"name": "first", "type": "exec", "command": "true"}
    crates = {
        "a": {"resources": [first, {**first, "name": "second", "depends_on": "b/first"}]},
        "b": {"resources": [first]},
    }
    assert roles(plan_of(tmp_path, crates)).plays[0].roles == ("b", "a")
