# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the work other than containers, files and commands, and how to check them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

#: The folder with the files for lines and blocks, which exist before any tool is called.
EDITED = "/etc/bench"
LINES, BLOCKS = f"{EDITED}/lines.conf", f"{EDITED}/blocks.conf"
#: The content of these files before any tool changes them.
EDITED_BEFORE = "".join(f"option{number} = {number * 7}\n" for number in range(1, 31))
_DATA = "/srv/bench-data"


@dataclass(frozen=True)
class Check:
    """Commands that show whether something is as desired.

    Attributes:
        what: its name for messages.
        command: prints the expected text if it is as desired.
        touched: prints another text after it was written, even without a change.
    """

    what: str
    command: str
    expected: str
    touched: str


@dataclass(frozen=True)
class Package:
    """A package that is installed."""

    name: str

    @property
    def check(self) -> Check:
        command = f"dpkg-query -W -f '${{db:Status-Abbrev}}' {self.name}"
        written = f"stat -c %Y /var/lib/dpkg/info/{self.name}[.:]*list"
        return Check(f"package {self.name}", command, "ii", written)


@dataclass(frozen=True)
class Group:
    """A group with a number."""

    name: str
    number: int

    @property
    def check(self) -> Check:
        command = f"getent group {self.name} | cut -d: -f3"
        return Check(f"group {self.name}", command, str(self.number), "stat -c %Z /etc/group")


@dataclass(frozen=True)
class User:
    """A user with a number, a primary group and a home folder."""

    name: str
    number: int
    group: str
    shell: str = "/bin/sh"

    @property
    def home(self) -> str:
        return f"/home/{self.name}"

    @property
    def check(self) -> Check:
        command = (
            f"id -u {self.name}; id -gn {self.name}; getent passwd {self.name} | cut -d: -f6,7"
        )
        expected = f"{self.number}\n{self.group}\n{self.home}:{self.shell}"
        return Check(f"user {self.name}", command, expected, "stat -c %Z /etc/passwd /etc/shadow")


@dataclass(frozen=True)
class Line:
    """A line in a file."""

    path: str
    text: str

    @property
    def check(self) -> Check:
        command = f"grep -cxF '{self.text}' {self.path}"
        return Check(f"line {self.text}", command, "1", f"stat -c %Z {self.path}")


@dataclass(frozen=True)
class Block:
    """Lines between two marks in a file."""

    path: str
    label: str
    text: str

    @property
    def mark(self) -> str:
        """The mark, with a place for BEGIN and END."""
        return f"# {{mark}} {self.label} - managed by vigo"

    @property
    def check(self) -> Check:
        begin, end = (self.mark.format(mark=each) for each in ("BEGIN", "END"))
        command = f"sed -n '/^{begin}$/,/^{end}$/p' {self.path}"
        expected = f"{begin}\n{self.text}{end}"
        return Check(f"block {self.label}", command, expected, f"stat -c %Z {self.path}")


@dataclass(frozen=True)
class Service:
    """A systemd unit that runs now and after a restart of the machine."""

    name: str

    @property
    def check(self) -> Check:
        command = f"systemctl is-active {self.name}; systemctl is-enabled {self.name}"
        started = f"systemctl show -p ExecMainStartTimestampMonotonic {self.name}"
        return Check(f"service {self.name}", command, "active\nenabled", started)

    @property
    def unit(self) -> str:
        """The content of its unit file, which exists before any tool is called."""
        return (
            f"[Unit]\nDescription={self.name}\n[Service]\nExecStart=/bin/sleep infinity\n"
            "[Install]\nWantedBy=multi-user.target\n"
        )


@dataclass(frozen=True)
class Directory:
    """mode: four octal digits."""

    path: str
    mode: str = "0750"

    @property
    def check(self) -> Check:
        command = f"stat -c '%F %a' {self.path}"
        expected = f"directory {self.mode.lstrip('0')}"
        return Check(f"directory {self.path}", command, expected, f"stat -c %Z {self.path}")


@dataclass(frozen=True)
class Job:
    """A job in a file of its own in /etc/cron.d."""

    name: str
    when: str
    command: str

    @property
    def path(self) -> str:
        return f"/etc/cron.d/{self.name}"

    @property
    def line(self) -> str:
        return f"{self.when} root {self.command}"

    @property
    def check(self) -> Check:
        command = f"grep -cxF '{self.line}' {self.path}"
        return Check(f"job {self.name}", command, "1", f"stat -c %Z {self.path}")


@dataclass(frozen=True)
class Parameter:
    """A kernel parameter that is set now and after a restart of the machine."""

    key: str
    value: str

    @property
    def path(self) -> str:
        return f"/etc/sysctl.d/99-vigo-{self.key}.conf"

    @property
    def check(self) -> Check:
        command = f"sysctl -n {self.key}; sysctl -n -p {self.path}"
        expected = f"{self.value}\n{self.value}"
        return Check(f"parameter {self.key}", command, expected, f"stat -c %Z {self.path}")


Part: TypeAlias = Package | Group | User | Line | Block | Service | Directory | Job | Parameter

#: Packages that are already installed on each host, so that none is downloaded.
_PACKAGES = ("ca-certificates", "curl", "iproute2", "iptables", "netbase", "procps", "sudo", "dbus")


def machine() -> tuple[Part, ...]:
    """Return thirty parts: eight packages, four users and groups, six lines and blocks, four
    services, four directories, two cron jobs and two kernel parameters.
    """
    return (
        *map(Package, _PACKAGES),
        *(Group(f"team{number}", 2000 + number) for number in (1, 2)),
        *(User(f"member{number}", 2010 + number, f"team{number}") for number in (1, 2)),
        *(Line(LINES, f"limit.app{number} = {number * 100}") for number in range(1, 5)),
        *(Block(BLOCKS, f"site{number}", _site(number)) for number in (1, 2)),
        *(Service(f"bench-worker{number}") for number in range(1, 5)),
        *directories(4),
        *(Job(f"bench-job{number}", f"{number} 3 * * *", "/bin/true") for number in (1, 2)),
        Parameter("net.ipv4.tcp_fin_timeout", "35"),
        Parameter("net.ipv4.tcp_keepalive_time", "700"),
    )


def directories(count: int) -> Iterator[Directory]:
    """Yield this number of directories. Each needs one module of Ansible."""
    return (Directory(f"{_DATA}/part{number}") for number in range(1, count + 1))


def preparation(parts: Sequence[Part]) -> str:
    """Return a command that removes the parts except for packages, and creates what they need.

    It does nothing on a host without systemd.
    """
    commands = [
        "[ -d /run/systemd/system ] || exit 0",
        *filter(None, map(_undoing, reversed(parts))),
        f"rm -rf {_DATA}",
        f"mkdir -p {EDITED} {_DATA} /etc/cron.d /etc/sysctl.d",
        *(f"cat > {path} <<'END'\n{EDITED_BEFORE}END" for path in (LINES, BLOCKS)),
        *(
            f"cat > /etc/systemd/system/{part.name}.service <<'END'\n{part.unit}END"
            for part in parts
            if isinstance(part, Service)
        ),
        "systemctl daemon-reload",
    ]
    return "\n".join(commands)


def _undoing(part: Part) -> str:
    match part:
        case Group():
            return f"groupdel {part.name} 2>/dev/null"
        case User():
            return f"userdel --remove {part.name} 2>/dev/null"
        case Service():
            return f"systemctl --quiet disable --now {part.name} 2>/dev/null"
        case Job() | Parameter():
            return f"rm -f {part.path}"
        case _:
            return ""


def _site(number: int) -> str:
    return f"host site{number}.example.com\n  port {8000 + number}\n  user deploy\n"
