# SPDX-License-Identifier: GPL-3.0-or-later
"""The work: the desired state of a host. The input of each tool is generated from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from benchmarks.workloads.machine import Part

#: The folders of all files and of the traces of commands on a host. They exist before any tool is
#: called.
FOLDER = "/srv/bench"
FILES, TRACES = f"{FOLDER}/files", f"{FOLDER}/traces"
#: The line that a command adds to its trace each time it runs.
TRACE = "done\n"

IMAGES = ("traefik/whoami:v1.10.1", "traefik/whoami:v1.10.2")
_FIRST_PORT = 18000


@dataclass(frozen=True)
class Container:
    """A running web server. port: the port of the host for its port 80.

    The address of the port is set explicitly. Without it, one tool sets 0.0.0.0 and the others
    nothing, so that this tool would replace the containers of the others.
    """

    name: str
    image: str
    port: int
    environment: tuple[tuple[str, str], ...]
    restart: str = "unless-stopped"

    @property
    def published(self) -> str:
        return f"127.0.0.1:{self.port}:80"


@dataclass(frozen=True)
class File:
    """mode: four octal digits."""

    path: str
    content: str
    mode: str = "0640"

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Command:
    """A command that writes one line to its trace, so that it shows how often it ran."""

    name: str

    @property
    def trace(self) -> str:
        return f"{TRACES}/{self.name}"

    @property
    def shell(self) -> str:
        return f"echo {TRACE.strip()} >> {self.trace}"


@dataclass(frozen=True)
class Work:
    """The desired state of each host.

    Attributes:
        commands: each runs only if its trace does not exist.
        reload: runs only if the first file has changed; None if there is no such command.
        machine: further parts, see machine.py.
    """

    containers: tuple[Container, ...] = ()
    files: tuple[File, ...] = ()
    commands: tuple[Command, ...] = ()
    reload: Command | None = None
    machine: tuple[Part, ...] = ()

    @property
    def resources(self) -> int:
        parts = (self.containers, self.files, self.commands, self.machine)
        return sum(map(len, parts)) + (self.reload is not None)

    def traces(self) -> Iterator[str]:
        """Yield the paths of the traces; each has one line after each command has run once."""
        for command in (*self.commands, *filter(None, [self.reload])):
            yield command.trace

    def with_revision(self, revision: int) -> Work:
        """Return the same with another content of the first file."""
        first, *others = self.files
        changed = replace(first, content=_content(1, revision))
        return replace(self, files=(changed, *others))


def work(
    containers: int = 0,
    files: int = 0,
    commands: int = 0,
    *,
    reload: bool = False,
    machine: Iterable[Part] = (),
) -> Work:
    """Return work with these numbers of resources. reload: whether there is one more command, which
    the first file triggers. machine: further resources.
    """
    return Work(
        containers=tuple(_container(number) for number in range(1, containers + 1)),
        files=tuple(
            File(f"{FILES}/app{number}.conf", _content(number)) for number in range(1, files + 1)
        ),
        commands=tuple(Command(f"step{number}") for number in range(1, commands + 1)),
        reload=Command("reload") if reload else None,
        machine=tuple(machine),
    )


def _container(number: int) -> Container:
    return Container(
        name=f"web{number}",
        image=IMAGES[number % len(IMAGES)],
        port=_FIRST_PORT + number,
        environment=(("SITE", f"site{number}"), ("STAGE", "production")),
    )


def _content(number: int, revision: int = 0) -> str:
    lines = [f"[app{number}]", f"revision = {revision}", f"listen = 0.0.0.0:{_FIRST_PORT + number}"]
    lines += [f"worker.{worker} = threads=4 queue=1024" for worker in range(1, 6)]
    return "\n".join(lines) + "\n"
