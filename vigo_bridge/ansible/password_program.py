# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program that prints a password, with a time limit and bounded memory."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from vigo_bridge.ansible.typed_password import has_terminal
from vigo_bridge.failures import Refusal

#: The time limits of programs without and with a terminal, on which they may prompt, in seconds.
LIMIT = 60.0
LIMIT_AT_TERMINAL = 300.0
#: The longest output, in bytes.
_LONGEST = 1 << 20
#: Milliseconds between checks whether a program has ended, because another one may keep its output
#: open.
_INTERVAL = 100


def printed_password(command: Sequence[str], advice: str) -> bytes | None:
    """Return what a password program prints, without line breaks at the ends.

    None if the program fails: Ansible then runs it again, and reports the error. If there is a
    terminal, the program may prompt there. advice: what to do if it does not end. Raise Refusal.
    """
    asks = has_terminal()
    try:
        process = subprocess.Popen(
            command,
            stdin=None if sys.stdin and sys.stdin.isatty() else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # Programs that it starts are ended with it; a program that prompts needs our terminal.
            start_new_session=not asks,
        )
    except (OSError, ValueError):  # ValueError: a NUL in an argument
        return None
    limit = LIMIT_AT_TERMINAL if asks else LIMIT
    try:
        output = _output(process, time.monotonic() + limit)
    except TimeoutError:
        raise Refusal(
            f"the password program {command[0]} did not finish within {limit:g} s; {advice}"
        ) from None
    finally:
        _end(process, whole_group=not asks)
    if len(output) > _LONGEST:
        raise Refusal(
            f"the password program {command[0]} prints more than {_LONGEST >> 20} MiB; {advice}"
        )
    return output.strip(b"\r\n") if process.returncode == 0 else None


def _output(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """Return a program's output when it ends, or when there is too much of it. Raise TimeoutError.

    Programs that it leaves running in the background are not waited for.
    """
    output, pipe, has_ended = b"", process.stdout, False
    assert pipe is not None
    news = select.poll()
    news.register(pipe, select.POLLIN)
    while len(output) <= _LONGEST:
        if time.monotonic() > deadline:
            raise TimeoutError
        if news.poll(0 if has_ended else _INTERVAL):
            chunk = os.read(pipe.fileno(), 1 << 16)
            if not chunk:
                _wait(process, deadline)
                break
            output += chunk
        elif has_ended:
            break
        else:
            has_ended = process.poll() is not None
    return output


def _wait(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise TimeoutError from None


def _end(process: subprocess.Popen[bytes], whole_group: bool) -> None:
    if process.stdout is not None:
        process.stdout.close()
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            if whole_group:
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
