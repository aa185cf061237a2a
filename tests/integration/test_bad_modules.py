# SPDX-License-Identifier: GPL-3.0-or-later
"""Failing modules on a host reached by SSH: each has a clear result, and the others continue."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Fleet
from tests.yaml_files import read_yaml

pytestmark = pytest.mark.integration

TABLES = read_yaml(Path(__file__).parent / "modules/bad_input.yml")
ON_HOST = {row["name"]: row for row in TABLES["on_host"]}
AT_LOAD = {row["name"]: row for row in TABLES["at_load"]}
COLLECTION = "vigo_test.broken"
MODULE = """\
import os, signal, sys, time
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({}, supports_check_mode=True)
"""
ENVOYS = 'match: "*"\nconfigcrates: [site]\n'


class Site:
    """A stack, and the collection that it uses."""

    def __init__(self, folder: Path, resources: list[dict[str, Any]]) -> None:
        self._folder = folder
        modules = folder / "collections/ansible_collections/vigo_test/broken/plugins/modules"
        modules.mkdir(parents=True)
        for number, row in enumerate(ON_HOST.values()):
            (modules / f"m{number}.py").write_text(f"{MODULE}{row['code']}\n")
        (modules / "shell_script.sh").write_text("#!/bin/sh\necho '{}'\n")
        (modules / "shell_script.py").write_text("#!/bin/sh\necho '{}'\n")
        crates = folder / "stack/configcrates"
        crates.mkdir(parents=True)
        crate = {"name": "site", "vars": {}, "resources": resources}
        (crates / "site.vgo").write_text(yaml.safe_dump(crate, sort_keys=False))
        (folder / "stack/envoys.vgo").write_text(ENVOYS)

    def call(self, command: str, *options: str | Path) -> Finished:
        environment = {
            "ANSIBLE_COLLECTIONS_PATH": str(self._folder / "collections"),
            "XDG_STATE_HOME": str(self._folder / "state"),
        }
        words = (command, "--stacks", self._folder / "stack", *options)
        return vigo_bridge(*words, environment=environment)


@pytest.fixture(scope="module")
def results(fleet3: Fleet, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the results of all resources, by name."""
    folder, host = tmp_path_factory.mktemp("bad"), fleet3.hosts[0]
    resources: list[dict[str, Any]] = []
    for number, name in enumerate(ON_HOST):
        kind = f"{COLLECTION}.m{number}"
        resources += [
            {"name": name, "type": kind, "args": {}, "timeout": 1 if "hangs" in name else 30},
            {"name": f"below {name}", "type": "exec", "command": "true", "depends_on": name},
        ]
    resources.append({"name": "beside", "type": "exec", "command": "true"})
    inventory = folder / "hosts.ini"
    inventory.write_text(f"{host.inventory_line()}\n")
    finished = Site(folder, resources).call("run", "-i", inventory, "-o", "json")
    assert finished.status == 3, finished.out + finished.err
    found = finished.document["envoys"][host.name]
    assert found["status"] == "failed"
    by_name = {one["id"].partition("/")[2]: one for one in found["resources"]}
    assert len(by_name) == len(resources)
    return {**by_name, "notes": {"reason": found.get("notes") or found["message"]}}


@pytest.mark.parametrize("name", ON_HOST)
def test_on_a_host(results: dict[str, dict[str, Any]], name: str) -> None:
    row, result, below = ON_HOST[name], results[name], results[f"below {name}"]
    action = row.get("action", "failed")
    assert result["action"] == action, result
    if action == "failed":
        assert row["says"] in result["reason"]
        assert (below["action"], below["reason"]) == ("skipped", f"site/{name} failed")
    else:
        assert row.get("says", "") in str(results["notes"])
        assert below["action"] == "ran"


def test_the_rest_goes_on(results: dict[str, dict[str, Any]]) -> None:
    assert results["beside"]["action"] == "ran"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Return a run of all that cannot be right, with a resource that is right."""
    folder = tmp_path_factory.mktemp("load")
    touched = {"name": "touched", "type": "exec", "command": f"touch {folder}/touched"}
    wrong = [
        {"type": row["type"], "name": name, "args": row["args"]} for name, row in AT_LOAD.items()
    ]
    finished = Site(folder, [*wrong, touched]).call("run", "--local")
    assert not (folder / "touched").exists()
    return finished


@pytest.mark.parametrize("name", AT_LOAD)
def test_at_load(loaded: Finished, name: str) -> None:
    assert loaded.status == 1
    assert "Nothing was changed." in loaded.err
    errors = [" ".join(each.split()) for each in re.split(r"(?m)^(?=/)", loaded.err)]
    assert any(
        re.search(r"configcrates/site.vgo:\d+:\d+: error: ", error)
        and all(part in error for part in AT_LOAD[name]["says"])
        for error in errors
    ), loaded.err


@pytest.mark.parametrize("kind", [f"{COLLECTION}.m0", "ansible.builtin.ping"])
def test_a_host_without_python(tmp_path: Path, kind: str) -> None:
    site = Site(tmp_path, [{"name": "it", "type": kind, "args": {}}])
    inventory = tmp_path / "hosts.ini"
    inventory.write_text("here ansible_connection=local ansible_python_interpreter=/no/python\n")
    finished = site.call("run", "-i", inventory, "-o", "json")
    found = finished.document["envoys"]["here"]
    assert (finished.status, found["status"]) == (3, "failed")
    assert "/no/python" in found["message"]
