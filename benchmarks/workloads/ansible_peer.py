# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts the work to an ordinary playbook with community.docker and builtin modules; also calls
Ansible's ping.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.workloads.controller import Call, Controller
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
from benchmarks.workloads.ours import PROGRAMS
from benchmarks.workloads.work import Work
from tests.testbed import Host, peers


def playbook(controller: Controller, work: Work, hosts: Sequence[Host]) -> Call:
    """Return a call of `ansible-playbook` as its users make it, without facts that the play does
    not need.
    """
    place = controller.place("ansible")
    play = {"hosts": "all", "gather_facts": False, "tasks": list(_tasks(work))}
    if work.reload:
        play["handlers"] = [_shell(work.reload.name, work.reload.shell)]
    (place / "site.yml").write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    program = peers.community_docker().with_name("ansible-playbook")
    return _call(controller, hosts, place, (str(program), "site.yml"))


def ping(controller: Controller, work: Work, hosts: Sequence[Host]) -> Call:
    """Return a call of `ansible all -m ping` of the Ansible that vigo-bridge uses: the minimum
    for one module on each host.
    """
    program = str(PROGRAMS / "ansible")
    return _call(controller, hosts, controller.place("ping"), (program, "all", "-m", "ping"))


def _call(
    controller: Controller, hosts: Sequence[Host], place: Path, command: tuple[str, ...]
) -> Call:
    inventory = controller.inventory(hosts, place)
    configuration = place / "ansible.cfg"
    configuration.touch()  # Not the user's own file: all tools must have the same settings.
    environment = {**controller.ansible(hosts), "ANSIBLE_CONFIG": str(configuration)}
    return Call((*command, "-i", str(inventory)), place, {**os.environ, **environment})


def _tasks(work: Work) -> Iterator[dict[str, Any]]:
    for part in work.machine:
        yield {"name": part.check.what.capitalize(), **_module(part)}
    for container in work.containers:
        yield {
            "name": container.name,
            "community.docker.docker_container": {
                "name": container.name,
                "image": container.image,
                "published_ports": [container.published],
                "env": dict(container.environment),
                "restart_policy": container.restart,
            },
        }
    for number, file in enumerate(work.files):
        task: dict[str, Any] = {
            "name": file.name,
            "ansible.builtin.copy": {
                "dest": file.path,
                "content": file.content,
                "mode": file.mode,
            },
        }
        if work.reload and number == 0:
            task["notify"] = work.reload.name
        yield task
    for command in work.commands:
        yield _shell(command.name, command.shell, creates=command.trace)


def _module(part: Part) -> dict[str, Any]:
    """Return the module with its options."""
    match part:
        case Package():
            return {"ansible.builtin.apt": {"name": part.name}}
        case Group():
            return {"ansible.builtin.group": {"name": part.name, "gid": part.number}}
        case User():
            options = {"name": part.name, "uid": part.number, "group": part.group}
            return {"ansible.builtin.user": {**options, "shell": part.shell}}
        case Line():
            return {"ansible.builtin.lineinfile": {"path": part.path, "line": part.text}}
        case Block():
            options = {"path": part.path, "marker": part.mark, "block": part.text}
            return {"ansible.builtin.blockinfile": options}
        case Service():
            options = {"name": part.name, "state": "started", "enabled": True}
            return {"ansible.builtin.systemd_service": options}
        case Directory():
            options = {"path": part.path, "state": "directory", "mode": part.mode}
            return {"ansible.builtin.file": options}
        case Job():
            # The module cron would write a different text from that of vigo-bridge.
            options = {"path": part.path, "line": part.line, "create": True, "mode": "0644"}
            return {"ansible.builtin.lineinfile": options}
        case Parameter():
            options = {"name": part.key, "value": part.value, "sysctl_set": True}
            return {"ansible.posix.sysctl": {**options, "sysctl_file": part.path}}


def _shell(name: str, command: str, **arguments: str) -> dict[str, Any]:
    return {"name": name, "ansible.builtin.shell": {"cmd": command, **arguments}}
