# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups without a host: which variables and which secrets they use."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from ansible.errors import AnsibleError, AnsibleLookupError

from ansible_collections.vigo.bridge.plugins.lookup import gotemplate, secret

UNSET: dict[str, Any] = {"traits": {}, "vars": None, "item": None}


def looked_up(plugin: Any, terms: list[str], variables: Any, **options: Any) -> list[str]:
    templar = SimpleNamespace(template=lambda value: value)
    lookup = plugin.LookupModule(loader=None, templar=templar)
    lookup.set_options = lambda **_: None
    lookup.get_option = {**UNSET, **options}.__getitem__
    found: list[str] = lookup.run(terms, variables, **options)
    return found


#: template, variables, options -> text
RENDERED: dict[str, tuple[str, dict[str, Any], dict[str, Any], str]] = {
    "the stack's": ("{{ .Vars.a }}", {"vigo_vars": {"a": 1}}, {}, "1"),
    "the user's wins": ("{{ .Vars.a }}", {"vigo_vars": {"a": 1}, "a": 2}, {}, "2"),
    "the user's alone": ("{{ .Vars.a }}", {"a": 2}, {}, "2"),
    "given ones": ("{{ .Vars.a }}", {"a": 2}, {"vars": {"a": 3}}, "3"),
    "given ones are all": ("{{ .Vars.a }}", {"a": 2}, {"vars": {"a": {"b": 3}}}, "map[b:3]"),
    "a reserved name": (
        "{{ .Vars.environment }}",
        {"vigo_vars": {"environment": "stack"}, "environment": "user"},
        {},
        "stack",
    ),
    "a name of Ansible's": (
        "{{ .Vars.ansible_port }}",
        {"vigo_vars": {"ansible_port": 1}, "ansible_port": 2},
        {},
        "1",
    ),
    "traits": ("{{ .Traits.os.family }}", {}, {"traits": {"os": {"family": "debian"}}}, "debian"),
    "an item": ("{{ .Item.name }}", {}, {"item": {"name": "x"}}, "x"),
    "types are kept": ("{{ .Vars.a }} {{ .Vars.b }}", {"a": True, "b": [1, "x"]}, {}, "true [1 x]"),
    "all of them": ("{{ len .Vars }}", {"vigo_vars": {"a": 1, "b": 2}, "c": 3}, {}, "2"),
}


@pytest.mark.parametrize(
    ("text", "variables", "options", "expected"), RENDERED.values(), ids=RENDERED
)
def test_templates(
    text: str, variables: dict[str, Any], options: dict[str, Any], expected: str
) -> None:
    assert looked_up(gotemplate, [text], variables, **options) == [expected]


def test_several_templates() -> None:
    assert looked_up(gotemplate, ["a{{ .Vars.x }}", "b"], {"x": 1}) == ["a1", "b"]


def test_an_item_that_is_not_given() -> None:
    with pytest.raises(AnsibleError, match="Item"):
        looked_up(gotemplate, ["{{ .Item }}"], {})


def test_a_reserved_name_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gotemplate, "display", display := Mock())
    hosts = SimpleNamespace(raw_get={"web": {"environment": "user"}}.get)
    variables = {
        "vigo_vars": {"environment": "stack"},
        "hostvars": hosts,
        "inventory_hostname": "web",
    }
    looked_up(gotemplate, ["{{ .Vars.environment }}"], variables)
    looked_up(gotemplate, ["no names"], variables)
    (warning,) = display.warning.call_args_list
    assert "'environment'" in warning.args[0]


def test_secrets_come_in_the_order_of_their_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Mock(return_value={"a": "1", "b": "2"})
    monkeypatch.setattr(secret, "look_up_in_ansible", ask)
    assert looked_up(secret, ["b", "a", "b"], {"x": 1}) == ["2", "1", "2"]
    ask.assert_called_once_with(["b", "a", "b"], {"x": 1}, None)


def test_a_secret_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret, "look_up_in_ansible", Mock(side_effect=OSError(13, "no", "/x")))
    with pytest.raises(AnsibleLookupError):
        looked_up(secret, ["a"], {})
