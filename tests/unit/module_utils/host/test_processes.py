# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading processes from /proc."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.processes import (
    is_running,
    of_call,
    running,
)

#: number -> parent, own name, command line, state, flags, how many namespaces it has a number in
TABLE = {
    1: (0, "systemd", "/sbin/init", "S", 0, 1),
    2: (0, "kthreadd", "", "S", 0x00200000, 1),
    10: (1, "sshd", "sshd: /usr/sbin/sshd -D [listener]", "S", 0, 1),
    20: (10, "sshd", "sshd: root [priv]", "S", 0, 1),
    21: (20, "sshd", "sshd: root@notty", "S", 0, 1),
    22: (21, "sh", "sh\0-c\0python3", "S", 0, 1),
    23: (22, "python3", "python3", "R", 0, 1),
    30: (1, "odd) S 1 (name", "/opt/odd\0 x", "S", 0, 1),
    31: (1, "defunct", "", "Z", 0, 1),
    40: (1, "containerd-shim", "/usr/bin/containerd-shim\0-id", "S", 0, 1),
    41: (40, "redis-server", "redis-server", "S", 0, 2),
    50: (1, "vigo-bridge", "python\0/usr/bin/vigo-bridge\0run", "S", 0, 1),
    51: (50, "python3", "python3", "R", 0, 1),
}


@pytest.fixture
def proc(tmp_path: Path) -> str:
    for number, (parent, name, words, state, flags, depth) in TABLE.items():
        folder = tmp_path / str(number)
        folder.mkdir()
        rest = " ".join(["0"] * 4)
        times = " ".join(["0"] * 12)
        (folder / "stat").write_text(
            f"{number} ({name}) {state} {parent} {rest} {flags} {times} {number}00 0\n"
        )
        (folder / "cmdline").write_text(words + "\0" if words else "")
        numbers = "\t".join([str(number)] * depth)
        (folder / "status").write_text(f"Name:\t{name}\nNSpid:\t{numbers}\n")
    (tmp_path / "self").mkdir()
    (tmp_path / "60").mkdir()  # ended while it was read
    return str(tmp_path)


def test_zombies_and_processes_of_containers_do_not_count(proc: str) -> None:
    found = {each.number: each for each in running(proc)}
    assert set(found) == set(TABLE) - {31, 41}
    assert found[30].names == {"odd) S 1 (name", "odd", "/opt/odd"}
    assert found[30].command_line == "/opt/odd  x"
    assert found[2].command_line == "[kthreadd]"
    assert [number for number, each in found.items() if each.is_kernel] == [2]
    assert found[22].started == 2200


@pytest.mark.parametrize(
    ("number", "ours"),
    [
        (23, {23, 22, 21, 20}),  # by SSH: the service itself is not of the call
        (51, {51, 50}),
        (40, {40}),
        (99, {99}),
    ],
)
def test_what_a_call_consists_of(proc: str, number: int, ours: set[int]) -> None:
    assert of_call(running(proc), number) == ours


def test_a_number_may_be_given_to_another_process(proc: str) -> None:
    before = next(each for each in running(proc) if each.number == 30)
    assert is_running(before, proc)
    path = Path(proc, "30/stat")
    path.write_text(path.read_text().replace("3000", "3001"))
    assert not is_running(before, proc)


def test_this_machine() -> None:
    (own,) = [each for each in running() if each.number == os.getpid()]
    assert own.parent == os.getppid()
    assert is_running(own)
