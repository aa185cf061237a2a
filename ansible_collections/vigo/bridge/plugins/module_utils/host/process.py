# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command with a time limit and bounded memory."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import threading
import time
from typing import IO, Any, Callable, Iterator, Mapping, Tuple, Union

from ..common.dataclass import dataclass
from ..common.errors import Blocked, ResourceError
from ..secrets.references import Secrets
from . import caller_watch
from .accounts import account_of
from .process_output import Streams
from .system_errors import advice, explained, is_environmental, reason

#: A line for a shell, or a program with its arguments.
Command = Union[str, Tuple[str, ...]]

#: Seconds between checks whether the caller still waits for the result.
_CALLER_INTERVAL = 1.0


@dataclass(frozen=True)
class Finished:
    """A command that ended. rc: exit code, minus the signal that ended it; output: both streams.

    stdout, stderr: each alone, where they were to be separate. Secrets in them are masked.
    """

    rc: int
    output: str
    timed_out: bool = False
    stdout: str = ""
    stderr: str = ""

    def refuse_failure(self, what: str, advice: str) -> None:
        """Raise ResourceError if the exit code is not 0. what: the program, for the message."""
        if self.rc != 0:
            raise ResourceError(
                f"{what} failed with exit code {self.rc}", advice, log=self.output, rc=self.rc
            )


def run(
    command: Command,
    *,
    timeout: float,
    secrets: Secrets,
    stdin: bytes = b"",
    cwd: str | None = None,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    nice: int = 0,
    hidden: bool = False,
    separate: bool = False,
) -> Finished:
    """Run ``command``, a text through ``sh``, in a process group of its own.

    After ``timeout`` seconds the whole group is ended. nice: added to the priority number. A text
    that is ``hidden`` does not show in the process list. separate: whether each stream is also
    wanted alone; lines that arrive at the same moment may then change places in the output of both.
    Raise ResourceError when the command cannot be started at all.
    """
    errors = subprocess.PIPE if separate else subprocess.STDOUT
    with _program(command, hidden) as program:
        return _communicate(
            lambda: _start(program, errors, subprocess.PIPE, cwd, user, environment, nice),
            stdin,
            timeout,
            secrets,
        )


def run_content(
    name: str, content: bytes, *, stdin: bytes, timeout: float, secrets: Secrets
) -> Finished:
    """Run a program that is not stored anywhere; otherwise as `run` with separate streams.

    name: its name in messages.
    """
    with _in_memory(content) as descriptor:
        program = _Program((f"/proc/self/fd/{descriptor}",), (descriptor,), name)
        return _communicate(
            lambda: _start(program, subprocess.PIPE, subprocess.PIPE, None, None, None, 0),
            stdin,
            timeout,
            secrets,
        )


def start(
    command: Command,
    *,
    cwd: str | None = None,
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
    nice: int = 0,
    hidden: bool = False,
) -> int:
    """Start ``command`` in the background and return its process number.

    It outlives this process, has no terminal, input or output, and belongs to the system's first
    process, which collects it when it ends. Raise ResourceError when it cannot be started.
    """
    with _program(command, hidden) as program:
        launcher = _Program(
            (
                "/bin/sh",
                "-c",
                '"$@" </dev/null >/dev/null 2>&1 & echo $!',
                "sh",
                *program.arguments,
            ),
            program.descriptors,
        )
        process = _start(
            launcher, subprocess.DEVNULL, subprocess.PIPE, cwd, user, environment, nice
        )
        answer, _errors = process.communicate()
    return int(answer)


def edit(
    script: str, content: IO[bytes], output: IO[bytes], *, timeout: float, secrets: Secrets
) -> Finished:
    """Send ``content`` through a shell script into ``output``.

    The result holds what the script wrote to its error stream. Both streams may be larger than
    memory.
    """
    with _program(script, hidden=False) as program:
        return _communicate(
            lambda: _start(program, subprocess.PIPE, output, None, None, None, 0),
            content,
            timeout,
            secrets,
        )


@dataclass(frozen=True)
class _Program:
    """A program with its arguments, and the descriptors that it needs. name: for messages."""

    arguments: tuple[str, ...]
    descriptors: tuple[int, ...] = ()
    name: str = ""


@contextlib.contextmanager
def _program(command: Command, hidden: bool) -> Iterator[_Program]:
    """Prepare a command to run: a program itself, or a shell for a text."""
    if not isinstance(command, str):
        yield _Program(command)
        return
    if not hidden:
        yield _Program(("/bin/sh", "-c", command))
        return
    with _in_memory(command.encode("utf-8", "surrogateescape")) as script:
        yield _Program(("/bin/sh", f"/dev/fd/{script}"), (script,))


@contextlib.contextmanager
def _in_memory(content: bytes) -> Iterator[int]:
    """Open a descriptor of a file without a name that holds the content."""
    descriptor = os.memfd_create("script", 0)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as stream:
            stream.write(content)
        yield descriptor
    finally:
        os.close(descriptor)


def _start(
    program: _Program,
    stderr: int,
    stdout: int | IO[bytes],
    cwd: str | None,
    user: str | None,
    environment: Mapping[str, str] | None,
    nice: int,
) -> subprocess.Popen[bytes]:
    variables = {**os.environ, **(environment or {})}
    become = _switch_to(user, variables) if user else None
    if nice < 0 and os.geteuid() != 0:
        raise ResourceError(f"nice: only root may raise a priority to {nice}; run with become")

    def prepare() -> None:
        if nice:
            os.nice(nice)
        if become:
            become()

    try:
        # AnsibleModule.run_command knows no time limit and keeps all output.
        return subprocess.Popen(  # pylint: disable=ansible-bad-function
            program.arguments,
            pass_fds=program.descriptors,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            cwd=cwd,
            env=variables,
            preexec_fn=prepare if nice or become else None,
            start_new_session=True,
        )
    except ValueError as error:
        raise ResourceError(
            "the command could not be started: an argument or variable contains a NUL character,"
            " which is not allowed; remove it"
        ) from error
    except OSError as error:
        raise _not_started(program.name or program.arguments[0], cwd, error) from error
    except subprocess.SubprocessError as error:
        raise ResourceError(
            f"the command could not be started as user {user!r}: {_not_switched()}"
        ) from error


def _not_switched() -> str:
    if os.geteuid() != 0:
        return "only root may switch users; run with become"
    return "the system does not allow this number; use the number of an existing user"


def _not_started(program: str, cwd: str | None, error: OSError) -> ResourceError:
    if is_environmental(error):
        return Blocked(f"the command could not be started: {reason(error)}; {advice(error)}")
    if error.errno == errno.E2BIG:
        problem, remedy = error.strerror, "pass long strings with stdin"
    elif error.errno == errno.ENOEXEC:
        problem, remedy = f"{program!r}: {error.strerror}", "use a program for this machine"
    elif cwd and error.filename == cwd:
        problem, remedy = f"in the folder {cwd!r}: {error.strerror}", "correct cwd"
    else:
        problem = f"{program!r}: {error.strerror or error}"
        remedy = "correct its name, or install it"
    return ResourceError(f"the command could not be started: {problem}; {remedy}")


def _communicate(
    start: Callable[[], subprocess.Popen[bytes]],
    stdin: bytes | IO[bytes],
    timeout: float,
    secrets: Secrets,
) -> Finished:
    """Start a process and wait for it; if this process ends, the other ends, too."""
    process = None
    try:
        with caller_watch.held_back():
            process = start()
        return _see_through(process, stdin, timeout, secrets)
    except BaseException:
        if process is not None and process.returncode is None:
            _end_group(process)
        raise


def _see_through(
    process: subprocess.Popen[bytes], stdin: bytes | IO[bytes], timeout: float, secrets: Secrets
) -> Finished:
    streams, feeder = Streams((process.stdout, process.stderr), secrets), _Feeder()
    reader = threading.Thread(target=streams.read, daemon=True)
    writer = threading.Thread(target=feeder.feed, args=(process.stdin, stdin), daemon=True)
    reader.start()
    writer.start()
    timed_out = not _ends_within(process, timeout)
    if timed_out:
        _end_group(process)
    # A daemon that the command left running may keep the pipe open: do not wait for it long.
    reader.join(1)
    # The script may have ended without reading its input: then this ends at once.
    writer.join(1)
    if feeder.error is not None:
        raise Blocked(f"the command's input cannot be read: {explained(feeder.error)}")
    separate = streams.texts() if process.stdout and process.stderr else ()
    code = -signal.SIGKILL if process.returncode is None else process.returncode
    return Finished(code, streams.text(), timed_out, *separate)


def _ends_within(process: subprocess.Popen[bytes], timeout: float) -> bool:
    """Return whether it ends in time, as long as the caller waits for us."""
    deadline = time.monotonic() + timeout
    while process.poll() is None:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        caller_watch.leave_if_gone()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(left, _CALLER_INTERVAL))
    return True


class _Feeder:
    """Writes the input of a process. error: why it could not be read to its end, or None."""

    error: OSError | None = None

    def feed(self, stream: IO[bytes], data: bytes | IO[bytes]) -> None:
        try:
            with stream:
                if isinstance(data, bytes):
                    stream.write(data)
                else:
                    shutil.copyfileobj(data, stream)
        except BrokenPipeError:
            pass  # the command does not read its input
        except OSError as error:
            self.error = error


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            continue
    # One that waits for a device or a network file system does not end even then.
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(2)


def _switch_to(user: str, variables: dict[str, str]) -> Callable[[], Any]:
    account = account_of(user)
    name = account.pw_name
    variables.update(HOME=account.pw_dir or "/", USER=name, LOGNAME=name)

    def switch() -> None:
        os.initgroups(name, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)

    return switch if account.pw_uid != os.geteuid() else lambda: None
