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
#: What the name of a watcher's lock has after the key.
_WATCHER = " watcher"
#: How much of a lock is read, in bytes: more than it has.
_LONGEST_HOLDER = 1000


def controller_folder() -> Path:
    """Return ``$XDG_STATE_HOME/vigo-bridge/controller``; hosts keep their own state beside it."""
    return Path(user_state_folder()) / "vigo-bridge" / "controller"


def watch_folder() -> Path:
    """Return the folder in which watchers keep their files."""
    return controller_folder() / "watch"


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
    state: Path,
    key: str,
    stack: str | Path,
    warn: Callable[[str], None],
    command: str,
) -> Iterator[None]:
    """Hold the stack's lock, which the kernel frees when this process ends.

    stack: its folder or URL, for messages. command: what holds it; may be empty.
    Raise RolloutRunning, and OSError as `private` does.
    """
    with _held(_lock(state, key), warn, command) as holder:
        if holder:
            raise RolloutRunning(
                f"a rollout of {stack} is running: {holder}. Wait for it, or end it with Ctrl-C"
            )
        yield


@contextlib.contextmanager
def one_watcher(
    state: Path, key: str, stack: str | Path, warn: Callable[[str], None]
) -> Iterator[None]:
    """Do the same with the lock of the stack's watcher."""
    with _held(_lock(state, f"{key}{_WATCHER}"), warn, "") as holder:
        if holder:
            raise RolloutRunning(
                f"another watcher of {stack} is running: {holder}. Stop it first, or let it go on"
            )
        yield


def running_rollout(state: Path, key: str, stack: str | Path, warn: Callable[[str], None]) -> str:
    """Return which rollout of a stack is running now; empty if none is.

    Nobody holds an empty lock file. It is not locked here, because another rollout could begin at
    this moment.
    """
    path = _lock(state, key)
    try:
        if not path.lstat().st_size:
            return ""
    except FileNotFoundError:
        return ""
    try:
        with one_rollout(state, key, stack, warn, ""):
            return ""
    except RolloutRunning as error:
        return str(error)


def _lock(state: Path, key: str) -> Path:
    return private(state / "locks") / f"{key}.lock"


@contextlib.contextmanager
def _held(path: Path, warn: Callable[[str], None], command: str) -> Iterator[str]:
    """Hold a lock and yield an empty text, or else yield who holds it."""
    with open_lock(str(path), warn) as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield _holder(stream)
            return
        with at(str(path)):
            stream.truncate(0)
            since = datetime.now().astimezone().isoformat(timespec="seconds")
            holder = {"user": _user(), "pid": os.getpid(), "since": since, "command": command}
            stream.write(json.dumps(holder).encode())
        yield ""
        with contextlib.suppress(OSError):
            stream.truncate(0)


def private(folder: Path) -> Path:
    """Return a folder that only this user and root can write to. Create it if it does not exist.

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
        holder = json.loads(stream.read(_LONGEST_HOLDER))
        command = f"{holder['command']} of " if holder.get("command") else ""
        return f"{command}{holder['user']}, process {holder['pid']}, since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "its process is unknown"
