# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running processes, as /proc shows them."""

from __future__ import annotations

import os
from typing import Iterable, Iterator

from ..common.dataclass import dataclass
from .machine import names_of, read

PROC = "/proc"
#: The flag of kernel threads.
_KERNEL_THREAD = 0x00200000
#: The names of the services through which users log in.
LOGIN_SERVICES = frozenset({"sshd", "dropbear"})


@dataclass(frozen=True)
class Process:
    """A process. number, started: together they are unique since the machine was started.

    names: its own name, its program's, and the program as it was called. command_line: with
    blanks between the words; a name in brackets where it has none.
    """

    number: int
    parent: int
    started: int
    names: frozenset[str]
    command_line: str
    is_kernel: bool = False


def running(proc: str = PROC) -> list[Process]:
    """Return all processes but zombies and those of other PID namespaces, as containers have.

    proc: where the kernel shows them. Raise OSError.
    """
    found = (_read(proc, int(entry)) for entry in os.listdir(proc) if entry.isdigit())
    return sorted((each for each in found if each), key=lambda each: each.number)


def is_running(process: Process, proc: str = PROC) -> bool:
    """Return whether the number still belongs to this process."""
    found = _read(proc, process.number)
    return found is not None and found.started == process.started


def of_call(processes: Iterable[Process], number: int) -> frozenset[int]:
    """Return the numbers of a process and of those that started it.

    Without the service that accepted the login, and the system's first process.
    """
    by_number = {process.number: process for process in processes}
    line = list(_line(by_number, number))
    services = [
        place
        for place, each in enumerate(line)
        if each in by_number and by_number[each].names & LOGIN_SERVICES
    ]
    return frozenset(line[: services[-1]] if services else line)


def _line(by_number: dict[int, Process], number: int) -> Iterator[int]:
    """Yield a process, its parent and so on, without the system's first process."""
    while number > 1:
        yield number
        number = by_number[number].parent if number in by_number else 0


def _read(proc: str, number: int) -> Process | None:
    """Return a process; None for one that has ended, or is of another PID namespace."""
    status = read(f"{proc}/{number}/stat")
    words = read(f"{proc}/{number}/cmdline")
    names = names_of(status, words)
    if not names or _is_in_container(read(f"{proc}/{number}/status")):
        return None
    # The name in parentheses may contain any character.
    own, _bracket, rest = status.partition("(")[2].rpartition(")")
    fields = rest.split()
    return Process(
        number=number,
        parent=int(fields[1]),
        started=int(fields[19]),
        names=frozenset({*names, words.partition("\0")[0]} - {""}),
        command_line=" ".join(words.rstrip("\0").split("\0")) or f"[{own}]",
        is_kernel=bool(int(fields[6]) & _KERNEL_THREAD),
    )


def _is_in_container(status: str) -> bool:
    """Return whether a process has a number in a namespace below ours, too."""
    line = next((line for line in status.split("\n") if line.startswith("NSpid:")), "")
    return len(line.split()) > 2
