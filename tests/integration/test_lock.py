# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time on a machine and state folder, and the message for a run that is stopped."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.integration.program import vigo_bridge
from tests.integration.test_bad_input import ENVOYS, HOST, ROLES

OTHER = "web2.app.example.com"
#: Waits until the other envoy is where this one is.
SITE = """\
name: site
vars:
  own: here
  other: there
resources:
  - name: meet
    type: exec
    command: |
      touch HERE/{{ .Vars.own }}
      until [ -e HERE/{{ .Vars.other }} ]; do sleep 0.1; done
    timeout: 10m
"""


def site(folder: Path, *hosts: str) -> list[str]:
    """Return the arguments that name the stack and an inventory of these lines."""
    stack = folder / "lock-stack"
    (stack / "configcrates").mkdir(parents=True)
    (stack / "envoys.vgo").write_text(ENVOYS)
    (stack / "roles.vgo").write_text(ROLES)
    (stack / "configcrates" / "site.vgo").write_text(SITE.replace("HERE", str(folder)))
    inventory = folder / "hosts.ini"
    python = f"ansible_connection=local ansible_python_interpreter={sys.executable}"
    inventory.write_text("".join(f"{host} {python}\n" for host in hosts))
    return ["--stacks", str(stack), "-i", str(inventory), "-o", "json"]


def test_a_second_run_names_the_first_and_a_plan_does_not_wait(tmp_path: Path) -> None:
    arguments = site(tmp_path, f"{HOST} vigo_state_dir={tmp_path}/state")
    # On one controller, a second run of the same stack is stopped before it reaches a host.
    shutil.copytree(tmp_path / "lock-stack", tmp_path / "elsewhere" / "lock-stack")
    elsewhere = [argument.replace("/lock-stack", "/elsewhere/lock-stack") for argument in arguments]
    with subprocess.Popen(
        [sys.executable, "-m", "vigo_bridge", "run", *arguments], stdout=subprocess.PIPE
    ) as first:
        deadline = time.monotonic() + 300
        while not (tmp_path / "here").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        second = vigo_bridge("run", *elsewhere, "--lock-timeout", "0.2")
        plan = vigo_bridge("plan", *arguments)
        holder = json.loads((tmp_path / "state" / "lock").read_text())
        (tmp_path / "there").touch()
        assert first.wait(300) == 0
    assert second.status == 3
    message = second.document["envoys"][HOST]["message"]
    assert f"still in progress (process {holder['pid']}, since {holder['since']})" in message
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", holder["since"])
    assert (plan.status, plan.actions(HOST)) == (2, {"site/meet": "ran"})
    assert vigo_bridge("run", *arguments, "--lock-timeout", "0.2").status == 0


def test_envoys_with_state_folders_of_their_own_do_not_wait_for_each_other(tmp_path: Path) -> None:
    arguments = site(
        tmp_path,
        f"{HOST} vigo_state_dir={tmp_path}/state1",
        f"{OTHER} vigo_state_dir={tmp_path}/state2 own=there other=here",
    )
    finished = vigo_bridge("run", *arguments)
    assert finished.status == 0, finished.out
    assert sorted(path.name for path in tmp_path.glob("state*/lock")) == ["lock", "lock"]
