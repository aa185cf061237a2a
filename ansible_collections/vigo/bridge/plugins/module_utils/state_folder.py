# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where vigo.bridge keeps its own state on a target, and the lock of that folder."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import time
from typing import Iterator
from urllib.parse import quote

from .errors import Blocked

#: How long a second converge waits for the first one, in seconds.
LOCK_TIMEOUT = 30.0
#: Of the name of a journal; a file's name may have 255 bytes, its temporary's is longer.
_NAME_LIMIT = 190


def default_folder() -> str:
    """``/var/lib/vigo-bridge`` as root, in the user's XDG state folder otherwise."""
    if os.geteuid() == 0:
        return "/var/lib/vigo-bridge"
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(state, "vigo-bridge")


def journal_path(folder: str, scope: str) -> str:
    """The journal of one scope. Scopes are any text, and no two of them share a file."""
    name = quote(scope, safe="", errors="surrogateescape")
    if len(name) > _NAME_LIMIT:
        digest = hashlib.sha256(scope.encode("utf-8", "surrogateescape")).hexdigest()
        name = f"{name[: _NAME_LIMIT - len(digest)]}{digest}"
    return os.path.join(folder, "journal", f"{name}.json")


@contextlib.contextmanager
def locked(folder: str, timeout: float = LOCK_TIMEOUT) -> Iterator[None]:
    """Holds the folder's lock. The kernel frees it when its holder ends, however it ends.

    Raises Blocked, naming the holder and since when, if it is not free in time.
    """
    path = os.path.join(folder, "lock")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        stream = open(path, "a+", encoding="utf-8")  # noqa: SIM115 - closed below, by `with`
    except OSError as error:
        raise Blocked(
            f"the state folder {folder} cannot be used: {error.strerror}; run with become, or"
            " set state_dir to a folder that this user may write to"
        ) from error
    with stream:
        _acquire(stream, path, timeout)
        stream.truncate(0)
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        json.dump({"pid": os.getpid(), "since": now}, stream)
        stream.flush()
        yield
        stream.truncate(0)


def _acquire(stream: object, path: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Blocked(
                    f"another converge of this machine is still running ({_holder(path)}); wait"
                    " for it, or end it"
                ) from None
            time.sleep(0.1)


def _holder(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as stream:
            holder = json.load(stream)
        return f"process {holder['pid']}, since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "its process is not known"
