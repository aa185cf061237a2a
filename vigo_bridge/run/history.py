# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of earlier rollouts, one file each. Resuming reads the same files."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.private_files import (
    checked_folder,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    LARGEST_OF_OURS,
    Fields,
    InvalidData,
    read_json,
)
from vigo_bridge.run.state import private
from vigo_bridge.run.state_file import pass_over, write_json

#: The number of rollouts that are kept.
KEPT = 100
_FILE = re.compile(r"[0-9]{6,15}\.json")


@dataclass(frozen=True)
class Record:
    """One rollout.

    Attributes:
        number: from 1, never reused.
        command: such as `run` or `task run`.
        subject: the stack's folder, or the task.
        key: the same for rollouts of which a later one can resume an earlier one.
        fingerprint: changes if hosts would get something else.
        started: RFC 3339.
        pid: of the controller's process.
        ended: whether it has ended; if not, it is running, or was killed.
        finished: hosts that are skipped when it is resumed.
        hosts: the number of hosts.
        result: the result so far, as `-o json` shows it.
    """

    number: int
    command: str
    subject: str
    key: str
    fingerprint: str
    started: str
    hosts: int
    pid: int = field(default_factory=os.getpid)
    ended: bool = False
    finished: tuple[str, ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """A text that no other rollout has, even if the history was removed."""
        return f"{self.number} {self.key} {self.fingerprint[:16]} {self.started}"

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing to resume."""
        return self.ended and len(self.finished) >= self.hosts

    @property
    def status(self) -> str:
        """The result's; for one that did not end, whether it is running or was killed."""
        if self.ended:
            return str(self.result.get("status", "unknown"))
        return "running" if Path(f"/proc/{self.pid}").exists() else "killed"


class History:
    """The records of a folder."""

    def __init__(
        self, folder: Path, kept: int = KEPT, warn: Callable[[str], None] = lambda text: None
    ) -> None:
        """Use a folder of records. warn: called with messages about damaged files, which are
        renamed.
        """
        self._folder = folder
        self._kept = kept
        self._warn = warn

    def add(
        self,
        hosts: int,
        *,
        command: str,
        subject: str,
        key: str,
        fingerprint: str,
        finished: Sequence[str] = (),
    ) -> Record:
        """Add and return a record that begins now. The oldest ones are dropped."""
        private(self._folder)
        number = max((int(path.stem) for path in self._files()), default=0) + 1
        while True:
            try:
                self._path(number).touch(mode=0o600, exist_ok=False)
                break
            except FileExistsError:  # another rollout has used the number
                number += 1
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        record = Record(
            number,
            command,
            subject,
            key,
            fingerprint,
            started,
            hosts,
            finished=tuple(finished),
        )
        try:
            self.write(record)
        except OSError:
            self._path(number).unlink(missing_ok=True)
            raise
        for path in self._files()[: -self._kept]:
            with contextlib.suppress(OSError):
                path.unlink()
        return record

    def make_room(self, command: str) -> None:
        """Drop the oldest records of a command, so that it has at most half of all records after
        the next one is added.

        So a program that runs the command often does not remove other rollouts from the history.
        """
        most = max(0, self._kept // 2 - 1)
        files = self._files()
        found = [path for path in files if (one := self._read(path)) and one.command == command]
        for path in found[: max(0, len(found) - most)]:
            with contextlib.suppress(OSError):
                path.unlink()

    def write(self, record: Record) -> None:
        """Replace the record of this number."""
        # `dataclasses.asdict` would copy the results of all hosts, which takes very long.
        fields = {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
        write_json(self._path(record.number), fields)

    def records(self) -> list[Record]:
        """Return all records that can be read, the latest last."""
        found = (self._read(path) for path in self._files())
        return [record for record in found if record is not None]

    def numbers(self) -> frozenset[int]:
        """Return the numbers of all records, also of those that cannot be read."""
        return frozenset(int(path.stem) for path in self._files())

    def get(self, number: int) -> Record | None:
        return self._read(self._path(number))

    def last(self, key: str) -> Record | None:
        """Return the latest record of this key."""
        for path in reversed(self._files()):
            record = self._read(path)
            if record is not None and record.key == key:
                return record
        return None

    def _files(self) -> list[Path]:
        try:
            checked_folder(str(self._folder))
        except FileNotFoundError:
            return []
        names = [path for path in self._folder.iterdir() if _FILE.fullmatch(path.name)]
        return sorted(names, key=lambda path: int(path.stem))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"

    def _read(self, path: Path) -> Record | None:
        """Return a record; None for one that was just begun, or that another version wrote."""
        try:
            if path.lstat().st_size == 0 and path.is_file():
                return None
            data = read_json(path, LARGEST_OF_OURS)
            return _record(data, int(path.stem)) if _is_of_this_version(data) else None
        except FileNotFoundError:
            return None
        except InvalidData as error:
            pass_over(path, error, self._warn)
            return None


def _is_of_this_version(data: Any) -> bool:
    fields = {field.name for field in dataclasses.fields(Record)}
    return not isinstance(data, Mapping) or fields <= set(data)


def _record(data: Any, number: int) -> Record:
    """Return the record of data from `write`. Raise InvalidData."""
    fields = Fields(data, LARGEST_OF_OURS)
    if fields.integer("number") != number:
        raise InvalidData(f"number must be {number}, as in the name of the file")
    return Record(
        number=number,
        command=fields.text("command"),
        subject=fields.text("subject"),
        key=fields.text("key"),
        fingerprint=fields.text("fingerprint"),
        started=fields.text("started"),
        hosts=fields.integer("hosts"),
        pid=fields.integer("pid"),
        ended=fields.flag("ended"),
        finished=fields.texts("finished"),
        result={
            name: fields.checked.plain(value, name)
            for name, value in fields.mapping("result").items()
        },
    )
