# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command with a time limit and bounded memory."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import threading
from dataclasses import dataclass
from typing import IO, Any, Callable, Mapping

from .errors import ResourceError

#: How much output is kept, in bytes: its end.
OUTPUT_LIMIT = 64 * 1024


@dataclass(frozen=True)
class Finished:
    """A command that ended. rc: exit code, minus the signal that ended it; output: both streams."""

    rc: int
    output: str
    timed_out: bool = False


def run(
    command: str,
    *,
    timeout: float,
    stdin: bytes = b"",
    cwd: str | None = None,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    hidden: bool = False,
) -> Finished:
    """Runs ``command`` through ``sh`` in a process group of its own.

    After ``timeout`` seconds the whole group is ended. A ``hidden`` command does not show in
    the process list. Raises ResourceError when it cannot be started at all.
    """
    variables = {**os.environ, **(environment or {})}
    become = _switch_to(user, variables) if user else None
    script = _in_memory(command) if hidden else None
    try:
        # AnsibleModule.run_command knows no time limit and keeps all output.
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            ["/bin/sh", "-c", command] if script is None else ["/bin/sh", f"/dev/fd/{script}"],
            pass_fds=() if script is None else (script,),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=variables,
            preexec_fn=become,
            start_new_session=True,
        )
    except OSError as error:
        where = f"in the folder {cwd!r} " if cwd else ""
        raise ResourceError(f"the command could not be started {where}: {error}") from error
    except subprocess.SubprocessError as error:
        raise ResourceError(
            f"the command could not be started as user {user!r}: only root may switch users;"
            " run with become"
        ) from error
    finally:
        if script is not None:
            os.close(script)
    return _communicate(process, stdin, timeout)


def end_with_us() -> None:
    """A SIGTERM or SIGHUP to this process ends the running command before it ends us."""

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def _in_memory(script: str) -> int:
    """A descriptor of an anonymous file that holds the script."""
    descriptor = os.memfd_create("script", 0)
    with os.fdopen(os.dup(descriptor), "wb") as stream:
        stream.write(script.encode())
    return descriptor


def _communicate(process: subprocess.Popen, stdin: bytes, timeout: float) -> Finished:
    tail = _Tail()
    reader = threading.Thread(target=tail.read, args=(process.stdout,), daemon=True)
    writer = threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True)
    reader.start()
    writer.start()
    timed_out = False
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
        _end_group(process)
    except BaseException:
        _end_group(process)  # we are being ended, and so shall be what we have started
        raise
    # A daemon that the command left behind may hold the pipe open: do not wait for it long.
    reader.join(1)
    return Finished(process.returncode, tail.text(), timed_out)


class _Tail:
    """Keeps the last OUTPUT_LIMIT bytes of a stream."""

    def __init__(self) -> None:
        self._kept = b""
        self._cut = False

    def read(self, stream: IO[bytes]) -> None:
        for chunk in iter(lambda: os.read(stream.fileno(), OUTPUT_LIMIT), b""):
            kept = self._kept + chunk
            self._cut = self._cut or len(kept) > OUTPUT_LIMIT
            self._kept = kept[-OUTPUT_LIMIT:]

    def text(self) -> str:
        shown = self._kept.decode("utf-8", "replace")
        return "[... earlier output was cut]\n" + shown if self._cut else shown


def _feed(stream: IO[bytes], data: bytes) -> None:
    try:
        stream.write(data)
        stream.close()
    except BrokenPipeError:
        pass  # the command does not read its input


def _end_group(process: subprocess.Popen) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _switch_to(user: str, variables: dict[str, str]) -> Callable[[], Any]:
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        raise ResourceError(
            f"user {user!r} does not exist on this machine; create it first"
        ) from None
    variables.update(HOME=account.pw_dir, USER=user, LOGNAME=user)

    def switch() -> None:
        os.initgroups(user, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)

    return switch if account.pw_uid != os.geteuid() else lambda: None
