# SPDX-License-Identifier: GPL-3.0-or-later
"""The work units that receptor has for this user, stored before their results are read.

A unit survives the process that submitted it. So the next one can find it, read its results, and
remove it from receptor.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import Fields
from vigo_bridge.run.state_file import StateFile

_FILE = re.compile(r"[A-Za-z0-9._-]{1,200}\.json")


@dataclass(frozen=True)
class Noted:
    """A unit. socket: of receptor. node: where it runs. rollout: the name of its record, empty if
    it has none. hosts: those that it is for. pid: of the process that submitted it.
    submitted: when, in seconds since 1970.
    """

    unit: str
    socket: str
    node: str
    rollout: str
    hosts: tuple[str, ...]
    pid: int
    submitted: float

    @property
    def is_abandoned(self) -> bool:
        """Whether the process that submitted it has ended."""
        return self.pid != os.getpid() and not Path(f"/proc/{self.pid}").exists()


class UnitJournal:
    """The units of a folder, one file each."""

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        """Use a folder. warn: called with messages about damaged files, which are renamed."""
        self._folder = folder
        self._warn = warn

    def add(self, noted: Noted) -> None:
        """Store a unit. Raise OSError."""
        self._file(noted.unit).write(asdict(noted))

    def remove(self, unit: str) -> None:
        with contextlib.suppress(OSError):
            self._path(unit).unlink(missing_ok=True)

    def units(self) -> list[Noted]:
        """Return all units that can be read."""
        try:
            names = sorted(path.stem for path in self._folder.iterdir() if _is_entry(path))
        except OSError:
            return []
        found = (self._file(name).read(_noted) for name in names)
        return [noted for noted in found if noted is not None]

    def _file(self, unit: str) -> StateFile:
        return StateFile(self._path(unit), self._warn)

    def _path(self, unit: str) -> Path:
        if not _FILE.fullmatch(f"{unit}.json"):
            raise ValueError(f"Receptor returned an invalid ID of a work unit: {unit!r:.80}")
        return self._folder / f"{unit}.json"


def _is_entry(path: Path) -> bool:
    return bool(_FILE.fullmatch(path.name))


def _noted(data: Any) -> Noted:
    fields = Fields(data)
    return Noted(
        unit=fields.text("unit"),
        socket=fields.text("socket"),
        node=fields.text("node"),
        rollout=fields.text("rollout"),
        hosts=fields.texts("hosts"),
        pid=fields.integer("pid"),
        submitted=fields.number("submitted"),
    )
