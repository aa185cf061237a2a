# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of a whole machine, on a Debian host with systemd."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.program import vigo_bridge
from tests.testbed import Host

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

STACK = Path(__file__).parents[2] / "docs" / "examples" / "machine"
#: Commands that show that the machine is as described.
ANSWERS = {
    "id -nG ada": "ada deployers",
    "getent passwd grace | cut -d: -f7": "/bin/bash",
    "cat /proc/sys/net/core/somaxconn": "1024",
    "stat -c '%G %a' /srv/shop": "deployers 2775",
    "systemctl is-active nginx": "active",
    "systemctl is-enabled nginx": "enabled",
    "docker inspect -f '{{.State.Status}}' machine-app": "running",
    "curl -s http://127.0.0.1/ | grep -c '^Hostname:'": "1",
}


def test_the_machine_becomes_what_the_example_says(systemd_host: Host, tmp_path: Path) -> None:
    inventory = tmp_path / "hosts.ini"
    inventory.write_text(systemd_host.inventory_line() + "\n")

    def actions(command: str, *more: str) -> dict[str, str]:
        options = ("--stacks", str(STACK), "-i", str(inventory), "-o", "json", *more)
        finished = vigo_bridge(command, *options)
        assert finished.status in (0, 2), finished.out + finished.err
        return finished.actions(systemd_host.name)

    planned = actions("plan")
    done = actions("run")
    wrong = {one for one, action in done.items() if planned[one] not in (action, "unknown")}
    assert not wrong, (planned, done)
    assert {one: systemd_host.run(one).strip() for one in ANSWERS} == ANSWERS

    again = {**actions("plan"), **actions("run")}
    assert set(again.values()) <= {"none", "skipped"}, again

    other = actions("run", "--set", "app_port=8082")
    changed = {one for one, action in other.items() if action not in ("none", "skipped")}
    assert changed == {"web/app", "web/nginx-config", "web/nginx-reload"}
    answered = systemd_host.run("curl -s http://127.0.0.1/ | grep -c '^Hostname:'")
    assert answered.strip() == "1"
