# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder in which vigo.bridge keeps its state on a target: private files, and a lock."""

from __future__ import annotations

import contextlib
import datetime
import errno
import fcntl
import json
import os
import time
from typing import IO, Any, Callable, Iterator
from urllib.parse import quote

from ..common.errors import Blocked
from ..host import damaged_files, folder_obstacles, private_files, system_errors, temporary_files
from ..host.temporary_files import prefix_beside

#: How long a second converge waits for the first one, in seconds.
LOCK_TIMEOUT = 30.0
#: The largest file that is read, in bytes.
_SIZE_LIMIT = 16 * 1024 * 1024
#: The longest name of a file for a scope: file names can have 255 bytes, and that of the temporary
#: file is longer.
_NAME_LIMIT = 190


class Damaged(Exception):
    """A file is damaged. The message gives the reason."""


def scope_file(kind: str, scope: str) -> str:
    """Return the name of a scope's file, ``KIND/SCOPE.json``.

    A scope is any text, and no two scopes share a file.
    """
    name = quote(scope, safe="", errors="surrogateescape")
    if len(name) > _NAME_LIMIT:
        import hashlib  # Slow to load, and only for long names.

        digest = hashlib.sha256(scope.encode("utf-8", "surrogateescape")).hexdigest()
        name = f"{name[: _NAME_LIMIT - len(digest)]}{digest}"
    return os.path.join(kind, f"{name}.json")


class StateFolder:
    """A folder whose files only this user and root can have written.

    Names of files are relative to the folder and may have one subfolder, ``journal/web.json``.
    Any other folder or file (see ``private_files``) raises Blocked, which says what to change.
    """

    def __init__(
        self,
        path: str,
        check_mode: bool = False,
        note: Callable[[str], None] = lambda text: None,
    ) -> None:
        """Use the state folder at a path. check_mode: nothing is written. note: called with
        notes for the user.
        """
        self._path = path
        self._check_mode = check_mode
        self._note = note

    def path(self, name: str) -> str:
        return os.path.join(self._path, name)

    def read_json(self, name: str) -> Any:
        """Return the content of a file, None if it does not exist. Raise Damaged and Blocked.

        A file that a killed run left incomplete is removed.
        """
        try:
            content = self._read(name)
            value = None if content is None else json.loads(content.decode("utf-8"))
        except RecursionError:
            raise Damaged("its values are nested too deeply") from None
        except ValueError as error:
            raise Damaged(str(error)) from error
        if content is not None and value is None:
            raise Damaged("it is null")
        return value

    def write_json(self, name: str, value: Any) -> None:
        """Replace a file in one step, so that it survives a power failure. Raise Blocked."""
        path = self.path(name)
        try:
            self._refuse(path)
            if self._check_mode:
                return
            private_files.make_folder(os.path.dirname(path))
            temporary_files.write_atomically(path, json.dumps(value).encode())
        except OSError as error:
            raise self._blocked(error) from error

    def remove(self, name: str) -> None:
        """Remove a file, if it exists; in check mode, nothing. Raise Blocked."""
        if self._check_mode:
            return
        try:
            private_files.checked_folder(os.path.dirname(self.path(name)))
            os.unlink(self.path(name))
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._blocked(error) from error

    def set_aside(self, name: str, damage: str, loss: str) -> None:
        """Rename a damaged file, so that the next one can be written, and note what is lost.

        Requires the lock. Raise Blocked.
        """
        path = self.path(name)
        try:
            kept = (damaged_files.spare_name if self._check_mode else damaged_files.set_aside)(path)
        except OSError as error:
            raise self._blocked(error) from error
        becomes = "would be" if self._check_mode else "was"
        self._note(f"{path} is damaged ({damage}); it {becomes} renamed to {kept}; {loss}")

    @contextlib.contextmanager
    def locked(self, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
        """Hold the folder's lock. The kernel frees it when its holder ends, however it ends.

        Raise Blocked, with the holder and since when, if it is not free in time.
        """
        try:
            self._refuse(self.path("lock"))
            if self._check_mode:
                self._check_lock()
        except OSError as error:
            raise self._blocked(error) from error
        if self._check_mode:
            yield
            return
        with self._open_lock() as stream:
            _acquire(stream, timeout)
            try:
                _write_holder(stream)
            except OSError as error:
                raise self._blocked(error) from error
            yield
            with contextlib.suppress(OSError):  # It does not undo what was done.
                stream.truncate(0)

    def _refuse(self, path: str) -> None:
        """Raise OSError if a file cannot be created at the path."""
        wanted = os.path.dirname(path)
        folder = private_files.folder_above(wanted) or private_files.checked_folder(wanted)
        folder_obstacles.refuse(folder)
        folder_obstacles.refuse_names(os.path.realpath(path), folder)

    def _check_lock(self) -> None:
        """Open the lock as a run does. Raise OSError."""
        try:
            os.close(private_files.open_file(self.path("lock"), os.O_RDWR))
        except FileNotFoundError:
            pass
        except private_files.NotRegular as error:
            kept = damaged_files.spare_name(self.path("lock"))
            self._note(damaged_files.renamed(self.path("lock"), error, kept, "would be"))

    def _open_lock(self) -> IO[bytes]:
        try:
            private_files.make_folder(self._path)
            return damaged_files.open_lock(self.path("lock"), self._note)
        except OSError as error:
            raise self._blocked(error) from error

    def _read(self, name: str) -> bytes | None:
        path = self.path(name)
        try:
            folder = private_files.checked_folder(os.path.dirname(path))
            if not self._check_mode:
                temporary_files.clear(folder, prefix_beside(path))
            with os.fdopen(private_files.open_file(path), "rb") as stream:
                content = stream.read(_SIZE_LIMIT + 1)
        except FileNotFoundError:
            return None
        except private_files.NotRegular as error:
            raise Damaged(error.strerror) from error
        except OSError as error:
            raise self._blocked(error) from error
        if len(content) > _SIZE_LIMIT:
            raise Damaged(f"it has more than {_SIZE_LIMIT} bytes")
        return content

    def _blocked(self, error: OSError) -> Blocked:
        part = error.filename if isinstance(error.filename, str) else ""
        where = f": {part}" if part and part != self._path else ""
        return Blocked(
            f"cannot use the state folder {self._path}{where}: {system_errors.reason(error)};"
            f" {_advice(error)}"
        )


def _advice(error: OSError) -> str:
    if system_errors.is_environmental(error):
        return f"{system_errors.advice(error)}, or set state_dir to another folder"
    if isinstance(error, folder_obstacles.KernelFileSystem):
        return "set state_dir to another folder"
    if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.ENOENT):
        return "remove the existing file, or set state_dir to another folder"
    if error.errno == errno.EPERM:
        return "correct its owner and mode, or set state_dir to a folder of this user alone"
    return "run with become, or set state_dir to a folder that this user may write to"


def _write_holder(stream: IO[bytes]) -> None:
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    stream.truncate(0)
    stream.seek(0)
    stream.write(json.dumps({"pid": os.getpid(), "since": now}).encode())


def _acquire(stream: IO[bytes], timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Blocked(
                    f"another run on this machine is still in progress ({_holder(stream)}); wait"
                    " for it, or stop it"
                ) from None
            time.sleep(0.1)


def _holder(stream: IO[bytes]) -> str:
    try:
        stream.seek(0)
        holder = json.loads(stream.read(1000))
        return f"process {int(holder['pid'])}, since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "its process is unknown"
