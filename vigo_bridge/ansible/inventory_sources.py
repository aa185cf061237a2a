# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of an inventory that ``-i`` takes: a path, or host names separated by commas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

#: Characters that a path in ansible.cfg cannot contain, and their names for messages.
_SEPARATOR = re.compile(
    r"(?P<comma>,)|(?P<comment>\s;)|(?P<variable>\$)|(?P<template>\{\{)|(?P<line_break>[\r\n])"
    r"|(?P<blank>\s$)"
)
_PROBLEMS = {
    "comma": "a comma",
    "comment": "a semicolon after a blank",
    "variable": "a dollar sign",
    "template": "{{",
    "line_break": "a line break",
    "blank": "a blank at its end",
}


def is_host_list(source: str) -> bool:
    """Return whether a source is a list of hosts; Ansible takes it as a path if that exists."""
    return "," in source and not Path(source).exists()


def configurable(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the sources that ansible.cfg can list: the paths. Raise ValueError for others."""
    paths = tuple(source for source in sources if not is_host_list(source))
    for path in paths:
        found = _SEPARATOR.search(path)
        if found:
            raise ValueError(
                f"the inventory {path!r} cannot be listed in ansible.cfg, because its path contains"
                f" {_PROBLEMS[found.lastgroup or '']}; rename it"
            )
    return paths


def listed_ports(
    sources: Sequence[str], variables: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return by host the port that a list of hosts sets, as in ``HOST:PORT``, as a variable.

    variables: by host, those of the inventory.
    """
    listed = {
        entry.strip() for source in sources if is_host_list(source) for entry in source.split(",")
    }
    ports = {host: given.get("ansible_port") for host, given in variables.items()}
    return {
        host: {"ansible_port": port}
        for host, port in ports.items()
        if not listed.isdisjoint({f"{host}:{port}", f"[{host}]:{port}"})
    }
