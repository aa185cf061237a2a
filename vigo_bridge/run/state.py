# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder in which the controller stores data about rollouts: the user's XDG state folder."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

from ansible_collections.vigo.bridge.plugins.module_utils.host.damaged_files import open_lock
from ansible_collections.vigo.bridge.plugins.module_utils.host.private_files import (
    make_folder,
    user_state_folder,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at


class RolloutRunning(Exception):
    """Another rollout of the stack is running. The message says which user's, and since when."""


#: Keys of rollouts that are not of a stack begin with one of these: no stack's key has a space.
TASK, STATE_CHANGE, UNDO = "task ", "state ", "undo "


def controller_folder() -> Path:
    """Return ``$XDG_STATE_HOME/vigo-bridge/controller``; hosts keep their own state beside it."""
    return Path(user_state_folder()) / "vigo-bridge" / "controller"


def stack_key(folder: Path, stack_id: str = "") -> str:
    """Return a name for a stack that no other stack of this machine has.

    stack_id: the stack's own ID, which a renamed, moved or cloned stack keeps.
    """
    if stack_id:
        return f"stack-{hashlib.sha256(stack_id.encode()).hexdigest()[:32]}"
    path = str(folder.resolve())
    readable = re.sub(r"[^A-Za-z0-9._-]", "_", folder.resolve().name)[:40]
    return f"{readable}-{hashlib.sha256(path.encode()).hexdigest()[:12]}"


@contextlib.contextmanager
def one_rollout(
    state: Path, key: str, stack: Path, warn: Callable[[str], None] = lambda text: None
) -> Iterator[None]:
    """Hold the stack's lock, which the kernel frees when this process ends.

    Raise RolloutRunning, and OSError as `private` does.
    """
    path = private(state / "locks") / f"{key}.lock"
    with open_lock(str(path), warn) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RolloutRunning(
                f"a rollout of {stack} is running: {_holder(stream)}. Wait for it, or end it with"
                " Ctrl-C"
            ) from None
        with at(str(path)):
            stream.truncate(0)
            since = datetime.now().astimezone().isoformat(timespec="seconds")
            holder = {"user": _user(), "pid": os.getpid(), "since": since}
            stream.write(json.dumps(holder).encode())
        yield
        with contextlib.suppress(OSError):
            stream.truncate(0)


def private(folder: Path) -> Path:
    """Return a folder that only this user and root can write to, created if it is missing.

    Raise OSError, with the part of the path that another user can change.
    """
    return Path(make_folder(str(folder)))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # A container may run as a user that it does not know.
        return f"user {os.getuid()}"


def _holder(stream: IO[bytes]) -> str:
    try:
        holder = json.loads(stream.read(1000))
        return f"{holder['user']}, process {holder['pid']}, since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "its process is unknown"
