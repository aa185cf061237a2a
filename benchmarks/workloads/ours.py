# SPDX-License-Identifier: GPL-3.0-or-later
"""The work as a stack of vigo-bridge: `vigo-bridge run`, and plain Ansible on its project."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.workloads.controller import Call, Controller, forks
from benchmarks.workloads.machine import (
    Block,
    Directory,
    Group,
    Job,
    Line,
    Package,
    Parameter,
    Part,
    Service,
    User,
)
from benchmarks.workloads.work import Work
from tests.testbed import Host

PROGRAMS = Path(sys.executable).parent
PROGRAM = str(PROGRAMS / "vigo-bridge")


def run(controller: Controller, work: Work, hosts: Sequence[Host], *, wait: bool = False) -> Call:
    """Return a call of `vigo-bridge run`, which also reads the stack. wait: whether it waits for
    containers to settle, as by default.
    """
    place = controller.place("run-that-waits" if wait else "run")
    options = _stack(controller, work, hosts, place, wait=wait)
    command = (PROGRAM, "run", *options, "--forks", str(forks(hosts)))
    return Call(command, place, _environment(controller, hosts))


def run_configured(controller: Controller, work: Work, hosts: Sequence[Host]) -> Call:
    """Return the same with the inventory in ansible.cfg instead of the command line."""
    place = controller.place("configured")
    options = _stack(controller, work, hosts, place, wait=False)
    inventory = Path(options[-1]).name
    (place / "ansible.cfg").write_text(f"[defaults]\ninventory = {inventory}\n", encoding="utf-8")
    command = (PROGRAM, "run", *options[:-2], "--forks", str(forks(hosts)))
    return Call(command, place, _environment(controller, hosts))


def generated(controller: Controller, work: Work, hosts: Sequence[Host]) -> Call:
    """Write a project with `vigo-bridge generate`; return a call of `ansible-playbook` on it."""
    place = controller.place("generated")
    options = _stack(controller, work, hosts, place, wait=False)
    environment = _environment(controller, hosts)
    Call((PROGRAM, "generate", "project", *options), place, environment).seconds()
    command = (str(PROGRAMS / "ansible-playbook"), "site.yml")
    return Call(command, place / "project", environment)


def _environment(controller: Controller, hosts: Sequence[Host]) -> dict[str, str]:
    return {**os.environ, **controller.ansible(hosts)}


def _stack(
    controller: Controller, work: Work, hosts: Sequence[Host], place: Path, *, wait: bool
) -> tuple[str, ...]:
    """Write the stack and the inventory, and return the options that name them."""
    inventory = controller.inventory(hosts, place)
    stack = place / "stacks"
    crate = {"name": "bench", "resources": list(_resources(work, wait=wait))}
    _write(stack / "configcrates" / "bench.vgo", crate)
    envoys = [{"match": "*", "configcrates": ["bench"]}]
    _write(stack / "envoys" / "envoys.vgo", {"envoys": envoys})
    # Without it, each folder would be a separate stack, and reject the containers of the others.
    (stack / "stack.vgo").write_text("name: bench\n", encoding="utf-8")
    return ("--stacks", str(stack), "-i", str(inventory))


def _resources(work: Work, *, wait: bool) -> Iterator[dict[str, Any]]:
    for number, part in enumerate(work.machine, start=1):
        yield {"name": f"part{number}", **_attributes(part)}
    for container in work.containers:
        yield {
            "name": container.name,
            "type": "container",
            "container": container.name,
            "image": container.image,
            "ports": [container.published],
            "env": dict(container.environment),
            "restart": container.restart,
            **({} if wait else {"settle_time": "0s"}),
        }
    for file in work.files:
        yield {
            "name": file.name,
            "type": "file",
            "target_path": file.path,
            "content": file.content,
            "mode": file.mode,
        }
    for command in work.commands:
        yield {
            "name": command.name,
            "type": "exec",
            "command": command.shell,
            "creates": command.trace,
        }
    if work.reload:
        yield {
            "name": work.reload.name,
            "type": "exec",
            "command": work.reload.shell,
            "when": "changed",
            "subscribes": [work.files[0].name],
        }


def _attributes(part: Part) -> dict[str, Any]:
    """Return the type and the attributes of a resource."""
    match part:
        case Package():
            return {"type": "package", "package": part.name}
        case Group():
            return {"type": "group", "group": part.name, "gid": part.number}
        case User():
            return {
                "type": "user",
                "username": part.name,
                "uid": part.number,
                "group": part.group,
                "shell": part.shell,
            }
        case Line():
            return {"type": "file_line", "target_path": part.path, "line": part.text}
        case Block():
            return {
                "type": "blockinfile",
                "target_path": part.path,
                "label": part.label,
                "block_content": part.text,
            }
        case Service():
            return {"type": "service", "service": part.name, "enabled": True}
        case Directory():
            return {"type": "directory", "target_path": part.path, "mode": part.mode}
        case Job():
            return {
                "type": "cron",
                "name": part.name,
                "schedule": part.when,
                "command": part.command,
            }
        case Parameter():
            return {"type": "sysctl", "key": part.key, "value": part.value}


def _write(path: Path, document: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
