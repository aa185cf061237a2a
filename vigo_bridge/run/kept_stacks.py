# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores the files of stacks that were rolled out, so that they can be rolled out again.

Files with the same content are stored once, in a file whose name is the SHA-256 of the content.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.damaged_files import open_lock
from ansible_collections.vigo.bridge.plugins.module_utils.host.private_files import (
    checked_folder,
    open_file,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at
from ansible_collections.vigo.bridge.plugins.module_utils.host.temporary_files import (
    clear,
    write_atomically,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    LARGEST_OF_OURS,
    Checked,
    Fields,
    InvalidData,
    read_json,
)
from vigo_bridge.files import write_bytes
from vigo_bridge.run.history import Record
from vigo_bridge.run.state import private

#: The limit for all contents together, in bytes.
LARGEST = 256 << 20
_LIST = re.compile(r"[0-9]{6,15}\.json")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class TooLarge(Exception):
    """The files of one stack are larger than everything that may be kept."""


@dataclass(frozen=True)
class Settings:
    """The values of ``--set``.

    text: their YAML. omitted: the names of those that are not kept because they are secrets.
    """

    text: str = ""
    omitted: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeptFile:
    """A file of a stack. digest: of its content, which is stored under it. size: in bytes."""

    digest: str
    size: int


@dataclass(frozen=True)
class KeptStack:
    """What one rollout rolled out. files: by their path in the stack's folder."""

    files: Mapping[str, KeptFile]
    settings: Settings

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files.values())


class KeptStacks:
    """A folder with one list of files for each rollout, and the contents of these files."""

    def __init__(self, folder: Path, largest: int, warn: Callable[[str], None]) -> None:
        """Use a folder. largest: how many bytes all contents may have. warn: called with messages
        about damaged files.
        """
        self._folder = folder
        self._contents = folder / "contents"
        self._largest = largest
        self._warn = warn

    @property
    def folder(self) -> Path:
        return self._folder

    def keep(
        self,
        record: Record,
        files: Iterable[tuple[str, bytes]],
        settings: Settings,
        numbers: Collection[int],
    ) -> None:
        """Keep the files of a rollout, and drop the oldest ones beyond the limit.

        numbers: the rollouts that the history still has. Raise TooLarge and OSError; then nothing
        is kept of this rollout, and the others are as they were.
        """
        private(self._folder)
        private(self._contents)
        with self._locked():
            try:
                kept = KeptStack(self._stored(files), settings)
                self._write(record, kept)
            except (TooLarge, OSError):
                self._list(record.number).unlink(missing_ok=True)
                raise
            finally:
                self._drop(numbers, record.number)

    def get(self, record: Record) -> KeptStack | None:
        """Return what a rollout rolled out; None if that was not kept. Raise InvalidData."""
        path = self._list(record.number)
        try:
            checked_folder(str(self._folder))
        except FileNotFoundError:
            return None
        if not os.path.lexists(path):
            return None
        data = _checked_list(read_json(path, LARGEST_OF_OURS))
        # A number is used again where the history was damaged or removed.
        return data.stack if data.of == _identity(record) else None

    def content(self, file: KeptFile) -> bytes:
        """Return the content of a file. Raise InvalidData if it is damaged or missing."""
        try:
            descriptor = open_file(str(self._contents / file.digest))
            with os.fdopen(descriptor, "rb") as stream:
                content = stream.read(file.size + 1)
        except FileNotFoundError as error:
            raise InvalidData("its content is missing") from error
        except OSError as error:
            raise InvalidData(f"its content cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != file.digest:
            raise InvalidData("its content was changed afterwards")
        return content

    def restore(self, kept: KeptStack, folder: Path) -> None:
        """Write the files of a rollout to a folder. Raise InvalidData, which names the file."""
        with self._locked():
            for path, file in kept.files.items():
                try:
                    content = self.content(file)
                except InvalidData as error:
                    raise InvalidData(f"{path}: {error}") from error
                write_bytes(folder / path, content)

    def size(self) -> int:
        """Return how many bytes all contents have."""
        with contextlib.suppress(FileNotFoundError):
            return sum(
                path.lstat().st_size
                for path in self._contents.iterdir()
                if _DIGEST.fullmatch(path.name)
            )
        return 0

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes from deleting contents that this one uses."""
        with open_lock(str(self._folder / "lock"), self._warn) as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _stored(self, files: Iterable[tuple[str, bytes]]) -> Mapping[str, KeptFile]:
        clear(str(self._contents), ".")
        found: dict[str, KeptFile] = {}
        digests: set[str] = set()
        total = 0
        for path, content in files:
            file = KeptFile(hashlib.sha256(content).hexdigest(), len(content))
            total += 0 if file.digest in digests else file.size
            if total > self._largest:
                raise TooLarge
            self._store(file, content)
            digests.add(file.digest)
            found[path] = file
        return found

    def _store(self, file: KeptFile, content: bytes) -> None:
        with contextlib.suppress(InvalidData):
            self.content(file)
            return
        path = str(self._contents / file.digest)
        with at(path):
            write_atomically(path, content, durable=False)

    def _write(self, record: Record, kept: KeptStack) -> None:
        path = self._list(record.number)
        data = {
            "of": _identity(record),
            "files": {name: [file.digest, file.size] for name, file in kept.files.items()},
            "settings": kept.settings.text,
            "omitted": list(kept.settings.omitted),
        }
        clear(str(self._folder), ".")
        with at(str(path)):
            write_atomically(str(path), json.dumps(data).encode())

    def _drop(self, numbers: Collection[int], newest: int) -> None:
        """Remove the lists of rollouts that the history does not have, the oldest lists beyond the
        limit, and all contents that no list names. newest: the rollout that is kept the longest.
        """
        used: dict[str, int] = {}
        for path in sorted(self._lists(), key=lambda path: _age(path, newest)):
            if int(path.stem) not in numbers:
                _remove(path)
                continue
            together = {**used, **self._sizes(path)}
            if sum(together.values()) <= self._largest:
                used = together
            else:
                _remove(path)
        for path in self._contents.iterdir():
            if _DIGEST.fullmatch(path.name) and path.name not in used:
                _remove(path)

    def _lists(self) -> list[Path]:
        return [path for path in self._folder.iterdir() if _LIST.fullmatch(path.name)]

    def _sizes(self, path: Path) -> Mapping[str, int]:
        """Return the contents that a list names, with their sizes; none where it is damaged."""
        try:
            stack = _checked_list(read_json(path, LARGEST_OF_OURS)).stack
        except InvalidData:
            return {}
        return {file.digest: file.size for file in stack.files.values()}

    def _list(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"


@dataclass(frozen=True)
class _List:
    of: tuple[str, ...]
    stack: KeptStack


def _age(path: Path, newest: int) -> tuple[bool, int]:
    number = int(path.stem)
    return (number != newest, -number)


def _identity(record: Record) -> tuple[str, ...]:
    return (record.key, record.fingerprint, record.started)


def _checked_list(data: Any) -> _List:
    """Return the list of data from `_write`. Raise InvalidData."""
    fields = Fields(data, LARGEST_OF_OURS)
    files = {
        _path(name, fields.checked): _file(item, name, fields.checked)
        for name, item in fields.mapping("files").items()
    }
    settings = Settings(fields.text("settings"), fields.texts("omitted"))
    return _List(fields.texts("of"), KeptStack(files, settings))


def _path(name: str, checked: Checked) -> str:
    path = PurePosixPath(checked.text(name, "files"))
    is_below = not path.is_absolute() and path.parts and ".." not in path.parts
    if not is_below or str(path) != name or "\0" in name:
        raise InvalidData(f"files: {name!r:.100} is not a path in the stack's folder")
    return name


def _file(data: Any, name: str, checked: Checked) -> KeptFile:
    where = f"files.{name:.100}"
    parts = [item for _, item in checked.items(data, where)]
    if len(parts) != 2:
        raise InvalidData(f"{where} must be a digest and a size")
    digest = checked.text(parts[0], where)
    if not _DIGEST.fullmatch(digest):
        raise InvalidData(f"{where} must begin with a SHA-256, not {digest!r:.80}")
    return KeptFile(digest, int(checked.number(parts[1], where)))


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
