# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the state of a host against the work."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.workloads.work import FOLDER, TRACE, Container, Work
from tests.testbed import Host

_MARK = "@@"
_ASK_ENGINE_AND_FILES = f"""\
docker ps --all --quiet | xargs --no-run-if-empty docker inspect
echo {_MARK}
find {FOLDER} -type f -printf '%m %T@ %p ' -exec base64 -w0 {{}} ';' -printf '\\n'
"""


@dataclass(frozen=True)
class RunningContainer:
    """A container as the engine reports it. started, id: change with a restart or a replacement."""

    id: str
    image: str
    running: bool
    started: str
    ports: tuple[str, ...]
    environment: frozenset[str]
    restart: str


@dataclass(frozen=True)
class FoundFile:
    """A file on a host. mode: octal, without a leading zero. written: its modification time."""

    content: str
    mode: str
    written: str


@dataclass(frozen=True)
class State:
    """What is on a host: containers by name, and files and traces by path.

    machine: by part of the work, the output of both commands of its `Check`.
    """

    containers: dict[str, RunningContainer]
    files: dict[str, FoundFile]
    machine: dict[str, tuple[str, str]] = field(default_factory=dict)


def state(work: Work, host: Host) -> State:
    """Return the state as the host itself reports it; none of the tools is used."""
    checks = [part.check for part in work.machine]
    questions = [
        f"{{ {asked}; }} 2>&1" for each in checks for asked in (each.command, each.touched)
    ]
    asked = [_ASK_ENGINE_AND_FILES, *questions, "true"]
    containers, files, *answers = host.run(f"\necho {_MARK}\n".join(asked)).split(f"{_MARK}\n")
    inspected = json.loads(containers or "[]")
    found = iter(answers)
    return State(
        containers={each["Name"].lstrip("/"): _container(each) for each in inspected},
        files=dict(_file(line) for line in files.splitlines()),
        machine={each.what: (next(found).strip(), next(found).strip()) for each in checks},
    )


def problems(work: Work, found: State) -> list[str]:
    """Return the differences from the work; empty if all of it was done once, and nothing else."""
    return [
        *_machine_problems(work, found),
        *_container_problems(work, found),
        *_file_problems(work, found),
    ]


def changes(before: State, after: State) -> list[str]:
    """Return what differs from before, or was rewritten with the same content."""
    pairs = (
        (before.machine, after.machine),
        (before.containers, after.containers),
        (before.files, after.files),
    )
    return [
        f"{name} was touched"
        for old, new in pairs
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _container(inspected: dict[str, Any]) -> RunningContainer:
    bindings = inspected["HostConfig"]["PortBindings"] or {}
    return RunningContainer(
        id=inspected["Id"],
        image=inspected["Config"]["Image"],
        running=inspected["State"]["Running"],
        started=inspected["State"]["StartedAt"],
        ports=tuple(
            f"{published['HostIp']}:{published['HostPort']}:{port.removesuffix('/tcp')}"
            for port, places in bindings.items()
            for published in places
        ),
        environment=frozenset(inspected["Config"]["Env"]),
        restart=inspected["HostConfig"]["RestartPolicy"]["Name"],
    )


def _file(line: str) -> tuple[str, FoundFile]:
    mode, written, path, *content = line.split(" ")
    return path, FoundFile(base64.b64decode("".join(content)).decode(), mode, written)


def _machine_problems(work: Work, found: State) -> Iterator[str]:
    for check in (part.check for part in work.machine):
        printed, _ = found.machine.get(check.what, ("", ""))
        if printed != check.expected:
            yield f"{check.what} has {printed!r}, not {check.expected!r}"


def _container_problems(work: Work, found: State) -> Iterator[str]:
    wanted = {container.name: container for container in work.containers}
    for name in sorted(found.containers.keys() - wanted.keys()):
        yield f"unexpected container {name}"
    for name, container in wanted.items():
        if name not in found.containers:
            yield f"container {name} is missing"
        else:
            yield from _differences(container, found.containers[name])


def _differences(wanted: Container, found: RunningContainer) -> Iterator[str]:
    if not found.running:
        yield f"container {wanted.name} is not running"
    if found.image != wanted.image:
        yield f"container {wanted.name} has the image {found.image}, not {wanted.image}"
    if found.ports != (wanted.published,):
        yield f"container {wanted.name} publishes {found.ports}, not {wanted.published}"
    if found.restart != wanted.restart:
        yield f"container {wanted.name} has restart policy {found.restart}, not {wanted.restart}"
    missing = {f"{name}={value}" for name, value in wanted.environment} - found.environment
    if missing:
        yield f"container {wanted.name} lacks {' '.join(sorted(missing))}"


def _file_problems(work: Work, found: State) -> Iterator[str]:
    wanted = {file.path: file for file in work.files}
    traces = set(work.traces())
    for path in sorted(found.files.keys() - wanted.keys() - traces):
        yield f"unexpected file {path}"
    for path, file in wanted.items():
        if path not in found.files:
            yield f"{path} is missing"
        elif found.files[path].content != file.content:
            yield f"{path} has other content"
        elif found.files[path].mode != file.mode.lstrip("0"):
            yield f"{path} has mode {found.files[path].mode}, not {file.mode}"
    for path in sorted(traces):
        times = found.files[path].content.count(TRACE) if path in found.files else 0
        if times != 1:
            yield f"the command of {path} ran {times} times, not once"
