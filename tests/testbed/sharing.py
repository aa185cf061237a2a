# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses the running testbed: several test sessions and people share its parts.

Everyone who uses it holds a shared lock on one file, which the kernel frees when the holder dies.
The last one out gets the lock exclusively and stops the parts, unless somebody (`up`) has asked to
keep them. What only one session uses (its hosts) carries the session's owner mark, so that a later
one can remove what a killed session left.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.testbed.common import NAME, state_folder

# Every container of ours has this label, with the state folder: two users of one engine, each with
# a testbed of their own, spare each other's.
LABEL = NAME
OWNER_LABEL = f"{NAME}.owner"
SHARED = "shared"


def owner_labels(owner: str | None = None) -> dict[str, str]:
    """Return the labels of a container: of this process, or of `SHARED`."""
    return {LABEL: str(state_folder()), OWNER_LABEL: owner or _owner_mark(os.getpid())}


def owner_lives(mark: str) -> bool:
    """Return whether the process that this owner mark names still runs (the shared owner always
    does).
    """
    if mark == SHARED:
        return True
    pid = mark.partition("-")[0]
    return pid.isdecimal() and _owner_mark(int(pid)) == mark


def _owner_mark(pid: int) -> str:
    """Return `PID-START`: a number alone could be another process's by now."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    start_time = stat.rpartition(")")[2].split()[19]
    return f"{pid}-{start_time}"


class Users:
    """This process as one of the users of the testbed."""

    def __init__(self) -> None:
        self._file: IO[str] | None = None

    def join(self) -> None:
        """Become a user, after waiting for a last user who is stopping the parts."""
        self._file = (state_folder() / "users.lock").open("w")
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Stop being a user, and return whether the parts must be stopped now.

        The lock stays held in that case until `done`, so that nobody joins parts that are ending.
        """
        if self._file is None or kept():
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.done()
            return False
        return True

    def done(self) -> None:
        """Free the lock."""
        if self._file is not None:
            self._file.close()
            self._file = None


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold a lock, so that one process at a time starts parts; the next one finds them running."""
    with (state_folder() / "start.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def keep(wanted: bool, by: str = "up") -> None:
    """Request that the parts outlive their last user, or no longer; each request has a name."""
    mark = state_folder() / f"keep-{by}"
    if wanted:
        mark.touch()
    else:
        mark.unlink(missing_ok=True)


def kept() -> bool:
    """Return whether there is a request to keep the parts running."""
    return any(state_folder().glob("keep-*"))
