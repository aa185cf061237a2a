# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores the last version of a stack without errors, with its files, over restarts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import Fields, InvalidData
from vigo_bridge.run.history import Record
from vigo_bridge.run.kept_stacks import LARGEST, KeptStacks, Settings
from vigo_bridge.run.state_file import StateFile
from vigo_bridge.watch.sources.source import Good, Revision


class LastGood:
    """A folder with the files of the last version, and a file that says which one it is."""

    def __init__(self, folder: Path, warn: Callable[[str], None], largest: int = LARGEST) -> None:
        """Use a folder. warn: called with messages about damaged files."""
        self._file = StateFile(folder / "good.json", warn)
        self._files = KeptStacks(folder / "files", largest, warn)
        self._warn = warn

    def get(self) -> Good | None:
        """Return the version that was kept last."""
        entry = self._file.read(_entry)
        return entry[1] if entry else None

    def is_complete(self) -> bool:
        """Return whether the files of the last version can be restored."""
        entry = self._file.read(_entry)
        try:
            kept = self._files.get(_record(*entry)) if entry else None
            for file in kept.files.values() if kept else ():
                self._files.content(file)
        except (InvalidData, OSError):
            return False
        return kept is not None

    def keep(self, good: Good, files: Iterable[tuple[str, bytes]]) -> None:
        """Replace the stored version. Raise TooLarge and OSError; the former version is kept
        then.
        """
        entry = self._file.read(_entry)
        number = entry[0] if entry else 0
        record = _record(number + 1, good)
        self._files.keep(record, files, Settings(), {number, number + 1})
        self._file.write(
            {
                "number": number + 1,
                "revision": good.revision.id,
                "tag": good.revision.tag,
                "since": good.since,
            }
        )

    def restore(self, folder: Path) -> bool:
        """Write the files to a folder; return whether all are there."""
        entry = self._file.read(_entry)
        if entry is None:
            return False
        try:
            kept = self._files.get(_record(*entry))
            if kept is None:
                raise InvalidData("their list is missing")
            self._files.restore(kept, folder)
        except InvalidData as error:
            self._warn(f"the files of the last stack without errors cannot be used: {error}")
            return False
        for path in kept.files:
            (folder / path).chmod(0o600)  # A vault file must be private.
        return True


def _entry(data: Any) -> tuple[int, Good]:
    fields = Fields(data)
    revision = Revision(fields.text("revision"), fields.text("tag"))
    number = fields.integer("number")
    if number < 1:
        raise InvalidData("number must be 1 or more")
    return number, Good(revision, fields.text("since"))


def _record(number: int, good: Good) -> Record:
    """Return how the files are named where they are kept."""
    return Record(number, "watch", "", "good", good.revision.id, good.since, hosts=0)
