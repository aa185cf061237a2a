# SPDX-License-Identifier: GPL-3.0-or-later
"""A `case` over traits becomes a template that chooses on the target."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import parse
from vigo_bridge.language import load
from vigo_bridge.resolve import resolve

CRATE = """
name: a
vars: {who: you}
resources:
  - type: file
    target_path: /etc/x
    content: "none of {{.These}}"
    case: "{{ .Traits.os.family }}"
    match:
      debian: {content: "{{ if .Vars.who }}hello {{ .Vars.who }}{{ end }}", mode: 0600}
      'o"d\\d é😀': {content: "odd"}
      default: {owner: root}
"""


@pytest.mark.parametrize(
    ("family", "content", "mode", "owner"),
    [
        ("debian", "hello you", "0600", ""),
        ('o"d\\d é😀', "odd", "", ""),
        ("rhel", "none of {{.These}}", "", "root"),
    ],
)
def test_the_target_chooses(
    family: str, content: str, mode: str, owner: str, tmp_path: Path
) -> None:
    (tmp_path / "configcrates").mkdir()
    (tmp_path / "configcrates/a.vgo").write_text(CRATE, encoding="utf-8")
    (tmp_path / "envoys.vgo").write_text('match: "*"\nconfigcrates: a\n')
    plan, _ = resolve(load(tmp_path), ["web1"])
    attributes = plan.groups[0].crates[0].resources[0].attributes

    namespaces = {"Vars": {"who": "you"}, "Traits": {"os": {"family": family}}}
    rendered = {name: parse(text).render(namespaces) for name, text in attributes.items()}

    assert rendered == {"target_path": "/etc/x", "content": content, "mode": mode, "owner": owner}


MODULE = """
name: a
resources:
  - name: web
    type: ansible.builtin.apt
    args: {state: present}
    case: "{{ .Traits.os.family }}"
    match:
      debian: {args: {name: [apache2, curl], state: present, update_cache: true}}
      default: {args: {name: [httpd, curl], state: present, update_cache: false}}
"""


@pytest.mark.parametrize(
    ("family", "name", "update"), [("debian", "apache2", "true"), ("rhel", "httpd", "false")]
)
def test_the_target_chooses_in_mappings_and_lists(
    family: str, name: str, update: str, tmp_path: Path
) -> None:
    (tmp_path / "configcrates").mkdir()
    (tmp_path / "configcrates/a.vgo").write_text(MODULE, encoding="utf-8")
    (tmp_path / "envoys.vgo").write_text('match: "*"\nconfigcrates: a\n')
    plan, _ = resolve(load(tmp_path), ["web1"])
    args = plan.groups[0].crates[0].resources[0].attributes["args"]

    namespaces = {"Traits": {"os": {"family": family}}}
    names = [parse(text).render(namespaces) for text in args["name"]]

    assert (names, args["state"]) == ([name, "curl"], "present")
    assert parse(args["update_cache"]).render(namespaces) == update
