# SPDX-License-Identifier: GPL-3.0-or-later
"""Another vigo.bridge that Ansible would find first is not used."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.program import vigo_bridge

pytestmark = pytest.mark.integration

BROKEN = "raise RuntimeError('another vigo.bridge')\n"


def install(folder: Path) -> None:
    """Install a vigo.bridge whose plugins only fail, and another collection beside it."""
    collection = folder / "ansible_collections" / "vigo" / "bridge"
    for kind in ("action", "modules", "lookup", "inventory", "plugin_utils", "module_utils"):
        plugins = collection / "plugins" / kind
        plugins.mkdir(parents=True)
        for name in ("converge", "exec", "stacks", "gotemplate", "secret_action", "errors"):
            (plugins / f"{name}.py").write_text(BROKEN)
    (collection / "MANIFEST.json").write_text(
        '{"collection_info": {"namespace": "vigo", "name": "bridge", "version": "9.9.9"}}'
    )
    tests = folder / "ansible_collections" / "vigo" / "other" / "plugins" / "test"
    tests.mkdir(parents=True)
    (tests / "mine.py").write_text(
        "class TestModule:\n    def tests(self):\n        return {'mine': lambda value: True}\n"
    )


#: where the other one is installed, and the command
PLACES = [
    ("home", "run"),
    pytest.param("environment", "plan", marks=pytest.mark.sweep),
    pytest.param("ansible.cfg", "plan", marks=pytest.mark.sweep),
    ("no other path", "plan"),
]


@pytest.mark.parametrize(("place", "command"), PLACES)
def test_our_own_is_used(place: str, command: str, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    install(home / ".ansible" / "collections" if place == "home" else elsewhere)
    environment = {"HOME": str(home), "XDG_STATE_HOME": str(tmp_path / "state")}
    if place == "environment":
        environment["ANSIBLE_COLLECTIONS_PATH"] = str(elsewhere)
    elif place == "ansible.cfg":
        (tmp_path / "ansible.cfg").write_text(f"[defaults]\ncollections_path = {elsewhere}\n")
    elif place == "no other path":
        environment["ANSIBLE_COLLECTIONS_PATH"] = str(elsewhere)
        environment["ANSIBLE_COLLECTIONS_SCAN_SYS_PATH"] = "false"
    crates = tmp_path / "stacks" / "configcrates"
    crates.mkdir(parents=True)
    (tmp_path / "stacks" / "envoys.vgo").write_text('match: "*"\nconfigcrates: [site]\n')
    (crates / "site.vgo").write_text(
        "name: site\nresources:\n  - {name: t, type: exec, command: 'true'}\n"
    )
    # A plugin of another collection in the same namespace is still found.
    (tmp_path / "hosts.yml").write_text(
        "plugin: ansible.builtin.constructed\nstrict: true\n"
        'groups: {all_of_them: "inventory_hostname is vigo.other.mine"}\n'
    )
    (tmp_path / "hosts.ini").write_text("web1 ansible_connection=local\n")
    call = (command, "-i", "hosts.ini", "-i", "hosts.yml", "-o", "json")
    finished = vigo_bridge(*call, environment=environment, cwd=tmp_path)
    envoy = finished.document["envoys"]["web1"]
    assert envoy["status"] == ("changed" if command == "run" else "pending"), envoy
