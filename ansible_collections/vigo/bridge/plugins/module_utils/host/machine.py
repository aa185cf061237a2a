# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads facts about the machine from /proc and the file system."""

from __future__ import annotations

import os
import re

#: Files that container engines put into their containers.
_CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv", "/run/systemd/container")
_CONTAINER_CGROUP = re.compile(r"/(?:docker|lxc|kubepods|libpod|containerd)\b")


def read(path: str) -> str:
    """Return a small file's text, or an empty text when it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(1024 * 1024)
    except OSError:
        return ""


def is_container() -> bool:
    """Return whether this machine is a container of any engine."""
    return any(map(os.path.exists, _CONTAINER_FILES)) or shows_container(
        read("/proc/1/environ"), read("/proc/1/cgroup")
    )


def shows_container(environment: str, cgroups: str) -> bool:
    """Return whether the first process runs in a container, from its environment and control
    groups.

    ``environment`` has ``NAME=VALUE`` separated by NUL characters.
    """
    declared = any(entry.startswith("container=") for entry in environment.split("\0"))
    return declared or bool(_CONTAINER_CGROUP.search(cgroups))


def process_names() -> frozenset[str]:
    """Return the names of all running processes but this one."""
    names: set[str] = set()
    for number in filter(str.isdigit, os.listdir("/proc")):
        if int(number) != os.getpid():
            names |= names_of(read(f"/proc/{number}/stat"), read(f"/proc/{number}/cmdline"))
    return frozenset(names)


def names_of(status: str, command_line: str) -> set[str]:
    """Return a process's own name and its program's, from the texts of its ``stat`` and
    ``cmdline``.

    The kernel cuts the own name after 15 bytes. A zombie has no name: it does not run.
    """
    own, _bracket, rest = status.partition("(")[2].rpartition(")")
    if not own or rest.split()[:1] == ["Z"]:
        return set()
    program = os.path.basename(command_line.partition("\0")[0])
    return {own, program} - {""}
