# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack for one host of the testbed, in both styles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tests.integration.ansible_program import ansible
from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Host


class StackOnHost:
    """The host, and the files of a stack for it."""

    def __init__(self, host: Host, folder: Path, files: Mapping[str, str]) -> None:
        self.host = host
        self.inventory = folder / "hosts.ini"
        self.inventory.write_text(host.inventory_line() + "\n")
        self.stack = folder / "stack"
        for name, text in files.items():
            (self.stack / name).parent.mkdir(parents=True, exist_ok=True)
            (self.stack / name).write_text(text)

    def call(self, command: str, *settings: str) -> Finished:
        options = [word for setting in settings for word in ("--set", setting)]
        return vigo_bridge(
            command, "--stacks", self.stack, "-i", self.inventory, "-o", "json", *options
        )

    def actions(self, command: str, *settings: str) -> dict[str, str]:
        finished = self.call(command, *settings)
        assert finished.status in (0, 2), finished.out
        found = finished.actions(self.host.name)
        return {name.partition("/")[2]: action for name, action in found.items()}

    def run_as_planned(self, *settings: str) -> dict[str, str]:
        """Return what a run did, after a plan that did not predict anything else."""
        planned, done = self.actions("plan", *settings), self.actions("run", *settings)
        wrong = {name for name in done if planned[name] not in (done[name], "unknown")}
        assert not wrong, (planned, done)
        return done

    def reason(self, command: str, name: str, *settings: str) -> str:
        """Return why a resource fails."""
        finished = self.call(command, *settings)
        assert finished.actions(self.host.name)[name] == "failed", finished.out
        return finished.reasons(self.host.name)[name]

    def play_roles(self, *options: str) -> int:
        """Apply the stack as roles, and return how many tasks changed something."""
        project = self.stack.parent / "project"
        if not project.exists():
            words = ("--stacks", self.stack, "-i", self.inventory, "--style", "tasks")
            generated = vigo_bridge("generate", project, *words)
            assert generated.status == 0, generated.err
        inventories = (f"--inventory={self.inventory}", f"--inventory={project}/inventory")
        finished = ansible(
            *("playbook", *inventories, str(project / "site.yml"), *options),
            cwd=project,
            environment={
                "ANSIBLE_PIPELINING": "true",
                "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
            },
        )
        assert finished.status == 0, finished.out[-4000:] + finished.err[-2000:]
        return int(re.findall(r"changed=(\d+)", finished.out)[0])

    def ask(self, command: str) -> str:
        return self.host.run(command).strip()
