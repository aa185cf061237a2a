# SPDX-License-Identifier: GPL-3.0-or-later
"""The work as a deploy of pyinfra: docker.container, files.put, server.shell and others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

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
from tests.testbed import Host, peers

_IMPORTS = """\
from io import StringIO

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.operations import apt, docker, files, server, systemd
"""


def deploy(controller: Controller, work: Work, hosts: Sequence[Host]) -> Call:
    """Return a call of `pyinfra` on all hosts in parallel, without a prompt for confirmation."""
    place = controller.place("pyinfra")
    logins = [(host.address, _login(host)) for host in hosts]
    (place / "inventory.py").write_text(f"hosts = {logins!r}\n", encoding="utf-8")
    statements = "\n".join([_IMPORTS, *_statements(work)])
    (place / "deploy.py").write_text(f"{statements}\n", encoding="utf-8")
    program = str(peers.pyinfra().with_name("pyinfra"))
    parallel = ("--parallel", str(forks(hosts)))
    return Call((program, "-y", *parallel, "inventory.py", "deploy.py"), place, dict(os.environ))


def _login(host: Host) -> dict[str, object]:
    return {
        "ssh_user": "root",
        "ssh_port": host.port,
        "ssh_key": str(host.key_file),
        "ssh_known_hosts_file": "/dev/null",
        "ssh_strict_host_key_checking": "no",
        "ssh_look_for_keys": False,
        "ssh_allow_agent": False,
    }


def _statements(work: Work) -> Iterator[str]:
    yield from map(_statement, work.machine)
    for container in work.containers:
        environment = [f"{name}={value}" for name, value in container.environment]
        yield (
            f"docker.container({container.name!r}, image={container.image!r},"
            f" ports={[container.published]!r}, env_vars={environment!r},"
            f" restart_policy={container.restart!r})"
        )
    for number, file in enumerate(work.files, start=1):
        yield (
            f"file{number} = files.put(StringIO({file.content!r}), {file.path!r},"
            f" mode={file.mode.lstrip('0')!r})"
        )
    for command in work.commands:
        yield f"if not host.get_fact(File, path={command.trace!r}):"
        yield f"    server.shell({command.shell!r})"
    if work.reload:
        yield f"server.shell({work.reload.shell!r}, _if=file1.did_change)"


def _statement(part: Part) -> str:
    match part:
        case Package():
            return f"apt.packages([{part.name!r}])"
        case Group():
            return f"server.group({part.name!r}, gid={part.number})"
        case User():
            return (
                f"server.user({part.name!r}, uid={part.number}, group={part.group!r},"
                f" shell={part.shell!r}, home={part.home!r})"
            )
        case Line():
            return f"files.line({part.path!r}, {part.text!r}, escape_regex_characters=True)"
        case Block():
            return f"files.block({part.path!r}, {part.text.splitlines()!r}, marker={part.mark!r})"
        case Service():
            return f"systemd.service({part.name!r}, running=True, enabled=True)"
        case Directory():
            return f"files.directory({part.path!r}, mode={part.mode.lstrip('0')!r})"
        case Job():
            return f"files.line({part.path!r}, {part.line!r}, escape_regex_characters=True)"
        case Parameter():
            return (
                f"server.sysctl({part.key!r}, {int(part.value)}, persist=True,"
                f" persist_file={part.path!r})"
            )
