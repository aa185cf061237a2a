# SPDX-License-Identifier: GPL-3.0-or-later
"""`vigo-bridge logs -f` over SSH: one call stays on a host, and leaves nothing behind."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.test_logs import Followed, Stack, check, followed

if TYPE_CHECKING:
    from tests.testbed import Fleet, Host

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]

_USER, _PASSWORD = "log-reader", "hunter2-hunter2"
_WRITE = (
    "trap 'exit 0' TERM; read r < /proc/sys/kernel/random/uuid; i=0;"
    " while :; do echo n $r $i; i=$((i+1)); sleep 0.05; done"
)
#: A user who may become root, with and without a password.
_ADD_USER = f"""\
useradd --create-home --shell /bin/sh {_USER}
echo '{_USER}:{_PASSWORD}' | chpasswd
mkdir -p /home/{_USER}/.ssh
cp ~root/.ssh/authorized_keys /home/{_USER}/.ssh/
chown -R {_USER} /home/{_USER}/.ssh
echo '{_USER} ALL=(ALL) %sALL' > /etc/sudoers.d/{_USER}
chmod 0440 /etc/sudoers.d/{_USER}
"""
_REMOVE_USER = (
    f"rm -f /etc/sudoers.d/{_USER}; pkill -u {_USER}; userdel --force --remove {_USER} 2>&1; true"
)
#: The processes of our modules.
_MODULES = "pgrep -f '[b]undled_module' || true"


@pytest.fixture
def hosts(fleet3: Fleet) -> Iterator[dict[str, Host]]:
    """Yield the hosts, by how they are reached: see `inventory`."""
    names = ("root", "sudo", "password")
    found = dict(zip(names, fleet3.hosts, strict=True))
    found["sudo"].run(_ADD_USER % "NOPASSWD: ")
    found["password"].run(_ADD_USER % "")
    try:
        yield found
    finally:
        for name in names[1:]:
            found[name].run(_REMOVE_USER)


def inventory(name: str, host: Host) -> str:
    """Return how a host is reached: as root, or as a user who becomes root."""
    line = host.inventory_line().partition(" ")[2]
    if name == "root":
        return line
    line = line.replace("ansible_user=root", f"ansible_user={_USER} ansible_become=true")
    return line if name == "sudo" else f"{line} ansible_become_password={_PASSWORD}"


def modules(host: Host) -> set[str]:
    return set(host.run(_MODULES).split())


def numbers(found: Followed) -> dict[str, int]:
    """Return the last number of each writer so far."""
    last = {}
    for _at, line in list(found.lines):
        if match := re.search(r"\| n (\S+) (\d+)$", line):
            last[match[1]] = int(match[2])
    return last


def wait_for_more(found: Followed) -> None:
    """Wait until all writers have printed further lines."""
    before = numbers(found)
    deadline = time.monotonic() + 120
    while any(number <= before.get(run, -1) for run, number in numbers(found).items()):
        assert time.monotonic() < deadline, before
        time.sleep(0.1)


def staying(found: Followed, hosts: dict[str, Host]) -> set[str]:
    """Return the hosts on which a process remains for longer than any call that is repeated.

    Some tries, because an ordinary call comes first, also after a process was killed.
    """
    found_on: set[str] = set()
    for _ in range(5):
        remaining = {name: modules(host) for name, host in hosts.items()}
        for _ in range(4):
            wait_for_more(found)
            for name, host in hosts.items():
                remaining[name] &= modules(host)
        found_on |= {name for name in hosts if remaining[name]}
        if len(found_on) > 1:
            break
    return found_on


@pytest.mark.sweep
def test_one_call_stays(hosts: dict[str, Host], tmp_path: Path) -> None:
    """Where the connection allows it; it is started again when it was killed."""
    lines = {name: inventory(name, host) for name, host in hosts.items()}
    stack = Stack(lines, tmp_path, {"w": _WRITE})
    with ExitStack() as clients:
        engines = [clients.enter_context(closing(host.engine.client())) for host in hosts.values()]
        try:
            finished = stack.call("run")
            assert finished.status == 0, finished.out + finished.err
            with followed(stack, "--tail", "all") as found:
                for name in hosts:
                    found.wait_for(f"{name} ")
                wait_for_more(found)
                first = staying(found, hosts)
                for name in ("root", "sudo"):
                    hosts[name].run("pkill -KILL -f '[b]undled_module'")
                second = staying(found, hosts)
                for engine in engines:
                    for container in stack.containers(engine):
                        container.stop(timeout=5)
                time.sleep(3)
                written = numbers(found)
                assert found.end() == 130
            deadline = time.monotonic() + 60
            while any(map(modules, hosts.values())) and time.monotonic() < deadline:
                time.sleep(0.1)
            left = {name: modules(host) for name, host in hosts.items()}
        finally:
            for engine in engines:
                for container in stack.containers(engine):
                    container.remove(force=True, v=True)
                for volume in engine.volumes.list(filters={"name": stack.name}):
                    volume.remove()
    check([line for _at, line in found.lines], written)
    assert len(written) == 3
    assert first == second == {"root", "sudo"}
    assert not any(left.values()), left
