# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes, and programs of the stack, on a host that is reached by SSH."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.program import vigo_bridge
from tests.testbed import Fleet

pytestmark = pytest.mark.integration

FILES = {
    "stack.vgo": "name: programs\nid: 0123456789abcdef0123456789abcded\n",
    "executors/keeper": """\
#!/usr/bin/env python3
import json, os, sys
asked = json.load(sys.stdin)
path = asked["params"]["path"]
is_there = os.path.exists(path)
if not is_there and not asked["dry_run"]:
    with open(path, "w") as stream:
        stream.write(os.uname().nodename + " " + asked["params"]["value"])
print(json.dumps({"action": "none" if is_there else "created"}))
""",
    "configcrates/a.vgo": """\
name: a
resources:
  - {name: login, type: process, process: sshd}
  - {name: no-login, type: process, process: "ss[h]d", match_mode: pattern, state: stopped}
  - {name: everything, type: process, process: ".", match_mode: pattern, state: stopped}
  - name: this-call
    type: process
    process: "[a]nsible|[v]igo"
    match_mode: pattern
    state: stopped
  - {name: keeper, type: custom, path: /srv/kept, value: "secret:shop/value"}
""",
    "envoys.vgo": 'envoys: [{match: "*", configcrates: [a]}]\n',
}
SECRET = "kept-canary-4711"


def test_they_work_by_ssh(fleet3: Fleet, tmp_path: Path) -> None:
    host = fleet3.hosts[0]
    host.run("rm -f /srv/kept")
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    inventory = tmp_path / "hosts.ini"
    inventory.write_text(host.inventory_line() + "\n")
    for command, kept in (("plan", "created"), ("run", "created"), ("run", "none")):
        finished = vigo_bridge(
            *(command, "--stacks", tmp_path, "-i", inventory, "-o", "json"),
            environment={"VIGO_SECRET_SHOP_VALUE": SECRET},
        )
        assert finished.actions(host.name) == {
            "a/login": "none",
            "a/no-login": "failed",
            "a/everything": "failed",
            "a/this-call": "none",
            "a/keeper": kept,
        }, finished.out
        reasons = finished.reasons(host.name)
        assert "which must not be stopped" in reasons["a/no-login"]
        assert "which must not be stopped" in reasons["a/everything"]
        assert SECRET not in finished.out + finished.err
        assert host.run("cat /srv/kept 2>/dev/null; true") == (
            "" if command == "plan" else f"{host.run('uname -n').strip()} {SECRET}"
        )
    host.run("rm -f /srv/kept")
