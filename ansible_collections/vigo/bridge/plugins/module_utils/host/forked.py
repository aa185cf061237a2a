# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a function in a forked child of this process, with a time limit, and reads what it prints.

A child costs a few milliseconds where a new Python costs a hundred. It has a session of its own,
no input, and none of this process's files.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import select
import signal
import sys
import time
import traceback
from typing import Callable

from ..common.dataclass import dataclass
from ..common.errors import Blocked
from . import caller_watch
from .system_errors import explained

#: Seconds between checks whether the child has ended, and whether the caller still waits.
_INTERVAL = 0.1
_CALLER_INTERVAL = 1.0
#: Seconds for which processes of the child may keep its output open after its end.
_GRACE = 0.2
#: Seconds after which a process group is killed.
_END = 2.0
#: More output than this is not read, in bytes.
_LIMIT = 64 * 1024 * 1024
_SIZE = 1 << 16
#: Streams that a child no longer uses. They are kept here because Python closes the descriptors of
#: deleted ones.
_former: list[object] = []


@dataclass(frozen=True)
class Ended:
    """A child that ended. code: its exit code, or minus the signal that ended it.

    too_long: whether it printed more than what is read.
    """

    code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    too_long: bool = False


def run(function: Callable[[], object], timeout: float) -> Ended:
    """Run a function in a child. After ``timeout`` seconds its process group is ended.

    Raise Blocked if no child can be started. If this process ends, the child ends, too.
    """
    try:
        pipes = [os.pipe(), os.pipe()]
    except OSError as error:
        raise Blocked(f"no process can be started: {explained(error)}") from error
    (output, output_end), (errors, errors_end) = pipes
    child = 0
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        with caller_watch.held_back():
            try:
                child = os.fork()
            except OSError as error:
                raise Blocked(f"no process can be started: {explained(error)}") from error
            if child == 0:
                _be_child(function, output_end, errors_end)
        os.close(output_end)
        os.close(errors_end)
        pipes = [(output, -1), (errors, -1)]
        watched = _Watched(child)
        try:
            return watched.see_through((output, errors), time.monotonic() + timeout)
        except BaseException:
            watched.end()
            raise
    finally:
        for pair in pipes:
            for descriptor in pair:
                if descriptor >= 0:
                    with contextlib.suppress(OSError):
                        os.close(descriptor)


class _Watched:
    """A child process until its status is collected. status: as ``waitpid`` returns it."""

    def __init__(self, child: int) -> None:
        self._child = child
        self._status: int | None = None

    def see_through(self, descriptors: tuple[int, int], deadline: float) -> Ended:
        """Read both pipes until the child has ended and they are empty, or its time is over."""
        poll = select.poll()
        texts = {descriptor: bytearray() for descriptor in descriptors}
        for descriptor in descriptors:
            os.set_blocking(descriptor, False)
            poll.register(descriptor, select.POLLIN)
        is_open = set(descriptors)
        timed_out = too_long = False
        ended = float("inf")
        looked = time.monotonic()
        while is_open or not self._has_ended():
            now = time.monotonic()
            if self._has_ended():
                ended = min(ended, now)
                if now - ended > _GRACE:
                    break  # A service that was started may hold them open for ever.
            elif now > deadline:
                timed_out = True
                self.end()
                continue
            elif now - looked > _CALLER_INTERVAL:
                caller_watch.leave_if_gone()
                looked = now
            if not is_open:
                time.sleep(0.005)
                continue
            for descriptor, _event in poll.poll(_INTERVAL * 1000):
                read = _read(descriptor)
                if read == b"":
                    poll.unregister(descriptor)
                    is_open.discard(descriptor)
                elif read and len(texts[descriptor]) < _LIMIT:
                    texts[descriptor] += read
                elif read:
                    too_long = True
        output, errors = (bytes(texts[descriptor]) for descriptor in descriptors)
        return Ended(_code(self._status or 0), output, errors, timed_out, too_long)

    def _has_ended(self) -> bool:
        if self._status is None:
            number, status = os.waitpid(self._child, os.WNOHANG)
            if number:
                self._status = status
        return self._status is not None

    def end(self) -> None:
        """End the process group, whatever it is doing."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._status is None or number == signal.SIGKILL:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self._child, number)
            deadline = time.monotonic() + _END
            while not self._has_ended() and time.monotonic() < deadline:
                time.sleep(0.005)
        if self._status is None:
            # One that waits for a device or a network file system does not end even then.
            self._status = signal.SIGKILL


def _read(descriptor: int) -> bytes | None:
    """Return what can be read; nothing at the end, None if there is nothing yet."""
    try:
        return os.read(descriptor, _SIZE)
    except BlockingIOError:
        return None


def _code(status: int) -> int:
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _be_child(function: Callable[[], object], output: int, errors: int) -> None:
    """Call the function, and end this process."""
    code = 1
    try:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        atexit._clear()
        gc.freeze()
        null = os.open(os.devnull, os.O_RDONLY)
        for source, place in ((null, 0), (output, 1), (errors, 2)):
            os.dup2(source, place, inheritable=True)
        _close_others()
        _former.extend((sys.stdin, sys.stdout, sys.stderr))
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
        sys.stdout, sys.stderr = (
            io.TextIOWrapper(
                io.BufferedWriter(io.FileIO(place, "w", closefd=False)),
                encoding="utf-8",
                errors="surrogateescape",
            )
            for place in (1, 2)
        )
        function()
        code = 0
    except SystemExit as end:
        code = _exit_code(end.code)
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _exit_code(code: object) -> int:
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1


def _close_others() -> None:
    """Close all files of the parent: a service started here must not keep its lock."""
    try:
        numbers = [int(name) for name in os.listdir("/proc/self/fd")]
    except OSError:
        numbers = list(range(3, 1024))
    for number in numbers:
        if number > 2:
            with contextlib.suppress(OSError):
                os.close(number)
