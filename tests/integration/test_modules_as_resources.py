# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Ansible in one call with other resources, on this machine and on a host by SSH."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_program import TARGET_PYTHON
from tests.integration.module_call import Answer, call
from tests.testbed import Fleet

pytestmark = pytest.mark.integration

BUILTIN = "ansible.builtin"
SECRET = "a secret in the options of a module"


def _inventory(folder: Path) -> str:
    path = folder / "hosts.ini"
    path.write_text(f"here ansible_connection=local ansible_python_interpreter={TARGET_PYTHON}\n")
    return str(path)


def _converge(
    inventory: str, state: str, resources: list[dict[str, Any]], *options: str
) -> tuple[dict[str, str], Answer]:
    arguments = {"scope": "modules", "state_dir": state, "resources": resources}
    answer = call("converge", arguments, inventory, *options, VIGO_SECRET_DB=SECRET)
    found = {one["id"]: one["action"] for one in answer.result.get("resources", [])}
    return found, answer


def _chain(folder: str) -> list[dict[str, Any]]:
    return [
        {
            "id": "a/folder",
            "type": f"{BUILTIN}.file",
            "args": {"path": folder, "state": "directory", "mode": "0750"},
        },
        {
            "id": "a/line",
            "type": f"{BUILTIN}.lineinfile",
            "args": {"path": f"{folder}/f", "line": "one", "create": True, "mode": "0600"},
            "depends_on": "a/folder",
            "notify": "a/follow",
        },
        {
            "id": "a/follow",
            "type": f"{BUILTIN}.shell",
            "args": {"cmd": f"echo x >> {folder}/log"},
            "when": "changed",
        },
    ]


def test_failures_are_those_of_their_resources(tmp_path: Path) -> None:
    resources: list[dict[str, Any]] = [
        {"id": "fails", "type": f"{BUILTIN}.shell", "args": {"cmd": "echo secret:db; false"}},
        {"id": "hangs", "type": f"{BUILTIN}.shell", "args": {"cmd": "sleep 99"}, "timeout": 1},
        {"id": "killed", "type": f"{BUILTIN}.shell", "args": {"cmd": "kill -9 $PPID"}},
        {"id": "wrong", "type": f"{BUILTIN}.ping", "args": {"no_such_option": 1}},
        {
            "id": "below",
            "type": "file",
            "target_path": str(tmp_path / "below"),
            "depends_on": ["hangs"],
        },
        {"id": "beside", "type": "file", "target_path": str(tmp_path / "beside")},
    ]
    found, answer = _converge(_inventory(tmp_path), str(tmp_path / "state"), resources)
    assert found == dict.fromkeys(("fails", "hangs", "killed", "wrong"), "failed")
    assert not (tmp_path / "below").exists()
    assert (tmp_path / "beside").exists()
    assert SECRET not in answer.printed
    for message in ("within 1 s", "killed by signal 9", "no_such_option"):
        assert message in answer.result["msg"]


def test_a_link_to_a_folder_of_the_system_does_not_hide_it(tmp_path: Path) -> None:
    """Only looks: in check mode it is refused as well."""
    (tmp_path / "link").symlink_to("/etc")
    path = f"{tmp_path}/link/"
    resources: list[dict[str, Any]] = [
        {"id": "folder", "type": "directory", "target_path": path, "state": "absent"},
        {"id": "checkout", "type": "git", "path": f"{path}ssh/..", "state": "absent"},
        {"id": "module", "type": f"{BUILTIN}.file", "args": {"path": path, "state": "absent"}},
    ]
    inventory = _inventory(tmp_path)
    found, answer = _converge(inventory, str(tmp_path / "state"), resources, "--check")
    assert set(found.values()) == {"failed"}
    assert "the system folder /etc, which must not be removed" in answer.result["msg"]


def test_a_host_by_ssh(fleet3: Fleet, tmp_path: Path) -> None:
    host = fleet3.hosts[0]
    folder = "/srv/modules-as-resources"
    host.run(f"rm -rf {folder} {folder}-state")
    inventory = tmp_path / "hosts.ini"
    inventory.write_text(f"{host.inventory_line()}\n")
    try:
        planned, _ = _converge(str(inventory), f"{folder}-state", _chain(folder), "--check")
        assert planned["a/folder"] == "created"
        first, _ = _converge(str(inventory), f"{folder}-state", _chain(folder))
        again, _ = _converge(str(inventory), f"{folder}-state", _chain(folder))
        log = host.run(f"cat {folder}/log")
    finally:
        host.run(f"rm -rf {folder} {folder}-state")
    assert first == {"a/folder": "created", "a/line": "created", "a/follow": "updated"}
    assert again == {"a/folder": "none", "a/line": "none", "a/follow": "skipped"}
    assert log.strip() == "x"
