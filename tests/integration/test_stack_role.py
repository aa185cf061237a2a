# SPDX-License-Identifier: GPL-3.0-or-later
"""The role vigo.bridge.stack in a playbook of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.ansible_program import ansible
from tests.integration.program import Finished

pytestmark = pytest.mark.integration

PLAY = """\
- name: Something of one's own
  hosts: all
  connection: local
  gather_facts: false
  vars:
    stack_state_dir: "HERE/state-{{ inventory_hostname }}"
  roles:
    - role: vigo.bridge.stack
      vars: ROLE_VARS
"""
CRATES = """\
{stack_vars: {word: hello}, stack_crates: {
  site: {vars: {page: "{{ inventory_hostname }}"}, resources: [
    {name: page, type: file, target_path: !unsafe "HERE/{{ .Vars.page }}",
     content: !unsafe "{{ .Vars.word }}", notify: told},
    {name: told, type: exec, command: "echo told >> HERE/told", when: changed}]},
  after: {depends_on: site, resources: [
    {type: exec, command: "test -e HERE/web1", unless: "true"}]}}}
"""
STACK = {
    "stack/configcrates/site.vgo": """\
name: site
vars: {word: from-crate}
resources:
  - type: file
    target_path: HERE/{{ .Vars.page }}
    content: "{{ .Vars.word }} secret:web/key"
""",
    "stack/envoys.vgo": """\
envoys:
  - match: web*
    configcrates: [site]
    vars: {page: page}
""",
}


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("hosts.ini", "[all]\nweb1 page=web1\nweb2 page=web2 word=from-user\nother\n")
        for name, text in STACK.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("HERE", str(self.folder)), encoding="utf-8")

    def play(self, role_vars: str, *arguments: str) -> Finished:
        self.write("play.yml", PLAY.replace("ROLE_VARS", role_vars.replace("\n", "\n        ")))
        environment = {"VIGO_SECRET_WEB_KEY": "canary-21", "ANSIBLE_PIPELINING": "true"}
        return ansible(
            *("playbook", "-i", "hosts.ini", *arguments, "play.yml"),
            cwd=self.folder,
            environment=environment,
        )

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.sweep
def test_crates_given_as_variables(place: Place) -> None:
    first = place.play(CRATES, "--limit", "web*")
    assert first.status == 0, first.out + first.err
    assert (place.read("web1"), place.read("web2")) == ("hello", "from-user")
    assert place.read("told") == "told\n" * 2
    again = place.play(CRATES, "--limit", "web*")
    assert "changed=1" not in again.out
    assert place.read("told") == "told\n" * 2


def test_a_stack_in_a_folder(place: Place) -> None:
    predicted = place.play("{stack_folder: stack}", "--check")
    assert predicted.status == 0, predicted.out + predicted.err
    assert not (place.folder / "web1").exists()
    first = place.play("{stack_folder: stack}")
    assert first.status == 0, first.out + first.err
    assert place.read("web1") == "from-crate canary-21"
    assert place.read("web2") == "from-user canary-21"
    assert "canary" not in first.out + first.err
    assert not (place.folder / "state-other").exists()


@pytest.mark.sweep
def test_what_the_inventory_plugin_says(place: Place) -> None:
    place.write("my.vigo.yml", "{plugin: vigo.bridge.stacks, stack: stack}")
    finished = place.play("{}", "-i", "my.vigo.yml")
    assert finished.status == 0, finished.out + finished.err
    assert place.read("web1") == "from-crate canary-21"


#: role variables -> what is said
REFUSED = {
    "two sources": ("{stack_folder: stack, stack_crates: {}}", "are mutually exclusive"),
    "no source": ("{}", "Nothing says what to converge"),
    "a wrong type": ("{stack_crates: [a]}", "unable to convert to dict"),
    "a folder that is not there": ("{stack_folder: stacs}", "stacs is not a folder"),
    "a wrong crate": ("{stack_crates: {a: {resource: []}}}", "did you mean 'resources'?"),
}


@pytest.mark.sweep
@pytest.mark.parametrize(("role_vars", "message"), REFUSED.values(), ids=REFUSED)
def test_bad_input(place: Place, role_vars: str, message: str) -> None:
    finished = place.play(role_vars)
    assert finished.status == 2
    assert message in finished.out + finished.err, finished.out + finished.err
    assert "Traceback" not in finished.out + finished.err


NAMED = "name: shop\nid: 0123456789abcdef0123456789abcdef\n"
#: role variables, lines of stack.vgo -> whether something may be pruned
PRUNED = {
    "crates": ("{stack_prune: true, stack_crates: {a: {resources: []}}}", "", False),
    "crates, a scope": (
        "{stack_prune: true, stack_scope: mine, stack_crates: {a: {resources: []}}}",
        "",
        True,
    ),
    "a folder": ("{stack_prune: true, stack_folder: stack}", "", False),
    "a folder, a scope": ("{stack_prune: true, stack_scope: mine, stack_folder: stack}", "", True),
    "a folder with a name": ("{stack_prune: true, stack_folder: stack}", NAMED, True),
    "the inventory": ("{stack_prune: true}", "", False),
    "the inventory, a scope": ("{stack_prune: true, stack_scope: mine}", "", True),
    "the inventory, a stack with a name": ("{stack_prune: true}", NAMED, True),
}


@pytest.mark.sweep
@pytest.mark.parametrize(("role_vars", "identity", "allowed"), PRUNED.values(), ids=PRUNED)
def test_prune_needs_a_name(place: Place, role_vars: str, identity: str, allowed: bool) -> None:
    if identity:
        place.write("stack/stack.vgo", identity)
    place.write("my.vigo.yml", "{plugin: vigo.bridge.stacks, stack: stack}")
    has_source = "stack_folder" in role_vars or "stack_crates" in role_vars
    sources = () if has_source else ("-i", "my.vigo.yml")
    finished = place.play(role_vars, *sources, "--limit", "web1")
    assert finished.status == (0 if allowed else 2), finished.out + finished.err
    assert ("is a default" in finished.out + finished.err) == (not allowed)
