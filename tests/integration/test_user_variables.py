# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of the Ansible user meet the stack's, on hosts that are folders of this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.integration.ansible_program import ansible
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
    return written(tmp_path)


def written(folder: Path) -> Path:
    """Write a stack and an inventory into a folder, and return it."""

    def write(name: str, text: str) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("HERE", str(folder)).replace("PYTHON", sys.executable))

    write("stack/configcrates/site.vgo", SITE)
    write("stack/configcrates/other.vgo", OTHER)
    write("stack/envoys.vgo", ENVOYS)
    write("hosts.ini", INVENTORY)
    return folder


def run(folder: Path, *arguments: str) -> Finished:
    finished = vigo_bridge(
        *("run", "--stacks", folder / "stack", "-i", folder / "hosts.ini", "-o", "json"),
        *arguments,
    )
    assert finished.status == 0, finished.out + finished.err
    return finished


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Finished]:
    """Run the stack once, and return its folder and what the run printed."""
    folder = written(tmp_path_factory.mktemp("ran"))
    return folder, run(folder)


def test_the_users_variables_win_except_for_reserved_names(ran: tuple[Path, Finished]) -> None:
    folder, _ = ran
    reserved = "from-crate from-crate from-crate from-crate"
    assert (folder / "one").read_text() == f"from-crate 2 {reserved} [a]"
    assert (folder / "two").read_text() == f"mine 42 {reserved} [x two]"


def test_reserved_names_of_the_user_are_warned_of(ran: tuple[Path, Finished]) -> None:
    document = ran[1].document
    for host in ("one", "two"):
        (note,) = document["envoys"][host]["notes"]
        assert note.startswith(
            "your variables named 'ansible_port', 'environment', 'port' do not override the"
        )
        assert note.endswith("rename both, for example to app_port")


def test_reserved_names_are_warned_of_before_a_run(folder: Path) -> None:
    options = ("--stacks", folder / "stack", "-i", folder / "hosts.ini")
    validated = vigo_bridge("config", "validate", *options, "-o", "json").document
    found = [item for item in validated["diagnostics"] if item["code"] == "VB311"]
    assert {(item["severity"], item["line"]) for item in found} == {
        ("warning", 5), ("warning", 6), ("warning", 8),
    }  # fmt: skip
    traced = vigo_bridge("config", "trace", "one", *options, "-o", "json").document
    overridden = {
        variable["name"]: place["value"]
        for variable in traced["variables"]
        for place in variable["beaten"]
        if place["layer"] == "Ansible variable with a reserved name"
    }
    assert overridden == {"ansible_port": 22, "environment": {"A": "B"}, "port": 9}


def test_reserved_names_are_warned_of_in_a_generated_project(folder: Path) -> None:
    crate = (
        'name: site\nvars: {port: 1}\nresources: [{type: exec, command: "x {{ .Vars.port }}"}]\n'
    )
    (folder / "stack/configcrates/site.vgo").write_text(crate)
    options = ("--stacks", folder / "stack", "-i", folder / "hosts.ini", "--style", "tasks")
    generated = vigo_bridge("generate", folder / "project", *options)
    assert generated.status == 0, generated.err
    assert "the Ansible inventory also sets 'port' for one, two, but Ansible" in generated.err


EXTRA = {
    "extra variables": (["-e", "port=9", "-e", "timeout=1"], ["port", "timeout"]),
    "nothing": ([], []),
}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        pytest.param(*case, id=name, marks=[] if case[1] else [pytest.mark.sweep])
        for name, case in EXTRA.items()
    ],
)
def test_reserved_names_are_warned_of_in_playbooks(
    tmp_path: Path, arguments: list[str], names: list[str]
) -> None:
    (tmp_path / "site.yml").write_text(f"""\
- hosts: all
  connection: local
  gather_facts: false
  tasks:
    - vigo.bridge.converge:
        resources:
          - {{id: a/b, type: file, target_path: {tmp_path}/x, content: x}}
        vars: {{port: 1, timeout: 2, environment: 3, ansible_port: 4, ansible_facts: 5, groups: 6}}
        state_dir: {tmp_path}/state
""")
    finished = ansible("playbook", "-i", "h1,", *arguments, "site.yml", cwd=tmp_path)
    assert finished.status == 0, finished.out + finished.err
    warned = "".join((finished.out + finished.err).split()).count("yourvariablesnamed")
    assert warned == bool(names)
    for name in names:
        assert f"'{name}'" in finished.err


def test_each_crate_sees_its_own_default_unless_something_stronger_sets_it(
    ran: tuple[Path, Finished],
) -> None:
    folder, _ = ran
    assert (folder / "one.other").read_text() == "own-default"
    assert (folder / "two.other").read_text() == "mine"


def test_hosts_of_one_machine_have_states_of_their_own(ran: tuple[Path, Finished]) -> None:
    folder, finished = ran
    assert set(finished.document["envoys"]) == {"one", "two"}
    assert (folder / "state-one" / "lock").exists()
    assert (folder / "state-two" / "lock").exists()


def test_the_command_line_wins_over_all(folder: Path) -> None:
    run(folder, "--set", "tag=set", "--set", "web_port=[1, 2]")
    assert (folder / "two").read_text().startswith("set [1 2] ")
    assert (folder / "two.other").read_text() == "set"
