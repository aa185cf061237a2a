# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the Ansible user meet the stack's, on hosts that are folders of this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.integration.program import Finished, vigo_bridge

SITE = """\
name: site
vars:
  tag: from-crate
  web_port: "1"
  port: from-crate
  environment: from-crate
  hostvars: from-crate
  "ansible_port": from-crate
  list: [a]
resources:
  - name: page
    type: file
    target_path: HERE/{{ .Vars.page }}
    content: "{{ with .Vars }}{{ .tag }} {{ .web_port }} {{ .port }} {{ .environment }} \
{{ .hostvars }} {{ .ansible_port }} {{ .list }}{{ end }}"
"""
OTHER = """\
name: other
vars:
  tag: own-default
resources:
  - name: page
    type: file
    target_path: HERE/{{ .Vars.page }}.other
    content: "{{ .Vars.tag }}"
"""
ENVOYS = """\
envoys:
  - match: "*"
    configcrates: [site, other]
    vars:
      web_port: "2"
      page: unnamed
"""
INVENTORY = """\
[all]
one page=one
two page=two tag=mine web_port="{{ 40 + 2 }}" list='["x", "{{ inventory_hostname }}"]'

[all:vars]
port=9
ansible_port=22
ansible_connection=local
ansible_python_interpreter=PYTHON
environment={"A": "B"}
vigo_state_dir=HERE/state-{{ inventory_hostname }}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("HERE", str(tmp_path)).replace("PYTHON", sys.executable))

    write("stack/configcrates/site.vgo", SITE)
    write("stack/configcrates/other.vgo", OTHER)
    write("stack/envoys.vgo", ENVOYS)
    write("hosts.ini", INVENTORY)
    return tmp_path


def run(folder: Path, *arguments: str) -> Finished:
    finished = vigo_bridge(
        *("run", "--stacks", folder / "stack", "-i", folder / "hosts.ini", "-o", "json"),
        *arguments,
    )
    assert finished.status == 0, finished.out + finished.err
    return finished


def test_the_users_variables_win_except_for_reserved_names(folder: Path) -> None:
    run(folder)
    reserved = "from-crate from-crate from-crate from-crate"
    assert (folder / "one").read_text() == f"from-crate 2 {reserved} [a]"
    assert (folder / "two").read_text() == f"mine 42 {reserved} [x two]"


def test_each_crate_sees_its_own_default_unless_something_stronger_sets_it(folder: Path) -> None:
    run(folder)
    assert (folder / "one.other").read_text() == "own-default"
    assert (folder / "two.other").read_text() == "mine"


def test_hosts_of_one_machine_have_states_of_their_own(folder: Path) -> None:
    finished = run(folder)
    assert set(finished.document["envoys"]) == {"one", "two"}
    assert (folder / "state-one" / "lock").exists()
    assert (folder / "state-two" / "lock").exists()


def test_the_command_line_wins_over_all(folder: Path) -> None:
    run(folder, "--set", "tag=set", "--set", "web_port=[1, 2]")
    assert (folder / "two").read_text().startswith("set [1 2] ")
    assert (folder / "two.other").read_text() == "set"
