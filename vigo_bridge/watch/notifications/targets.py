# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the targets of messages: from ``--notify``, from files, and from the environment."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.failures import Refusal
from vigo_bridge.watch.private_text import read_private_text

#: The variable with one target on each line. It is removed from the environment, so that no program
#: gets it.
VARIABLE = "VIGO_BRIDGE_NOTIFY"
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


@dataclass(frozen=True)
class Target:
    """One service or command. name: the text that may be shown, because a URL can contain
    passwords.
    """

    name: str
    value: str = field(repr=False)
    is_url: bool

    @property
    def is_command(self) -> bool:
        return not self.is_url


def read_targets(given: Iterable[str]) -> tuple[Target, ...]:
    """Return the targets of the options and of the environment. Raise Refusal.

    given: each is a URL, a command, or `@FILE` with one of them on each line.
    """
    values: list[str] = []
    for value in given:
        values += _lines(_file(value[1:])) if value.startswith("@") else [value.strip()]
    values += _lines(os.environ.pop(VARIABLE, ""))
    if "" in values:
        raise Refusal("--notify needs a URL, a command, or @FILE")
    targets = tuple(_target(number, value) for number, value in enumerate(dict.fromkeys(values), 1))
    if any(target.is_url for target in targets) and not importlib.util.find_spec("apprise"):
        raise Refusal(
            "--notify with a URL needs the Python package apprise; install it with"
            " `pip install 'vigo-bridge[notify]'`, or use a command"
        )
    return targets


def _target(number: int, value: str) -> Target:
    found = _URL.match(value)
    if found:
        return Target(f"{number} ({found[1].lower()}://...)", value, True)
    program = re.split(r"\s", value, maxsplit=1)[0]
    # A variable before the program can hold a password.
    name = "command" if "=" in program else one_line(Path(program).name[:40])
    return Target(f"{number} ({name})", value, False)


def _file(path: str) -> str:
    return read_private_text(Path(path), f"--notify @{path}")


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a file without comments."""
    for line in text.split("\n"):
        if line.strip() and not line.strip().startswith("#"):
            yield line.strip()
