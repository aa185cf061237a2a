# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a work unit to a node with a command such as ssh, which stays open until it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.mesh.answer import Answer, Ended, Noise, SecretsAsked, Started, read_answer
from vigo_bridge.mesh.link import Outcome
from vigo_bridge.mesh.unit import Unit, write_unit
from vigo_bridge.run.processes import set_apart

#: Seconds for a node to end after it was asked to, and for the command after the answer.
_GRACE_PERIOD = 10.0
_LINES = 5

#: Answers a request for secrets: returns `values` by path, or an `error`.
AnswerSecrets = Callable[[Sequence[str]], Mapping[str, object]]


class Attached:
    """A `Link` through the standard input and output of a command."""

    def __init__(
        self,
        command: Sequence[str],
        unit: Unit,
        folder: Path,
        answer_secrets: AnswerSecrets,
    ) -> None:
        """Prepare the link. folder: the files of the unit."""
        self._command = command
        self._unit = unit
        self._folder = folder
        self._answer_secrets = answer_secrets
        self._said: deque[str] = deque(maxlen=_LINES)
        self._writing = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled_at: float | None = None
        self._silence = ""
        self.heard = time.monotonic()
        self.may_run = False

    def run(self, take: Callable[[Answer], None]) -> Outcome:
        # A pipe would stay open as long as ssh keeps a connection for later in the background.
        with self._folder.with_name(f"{self._folder.name}.stderr").open("w+b") as complaints:
            return self._run(take, complaints)

    def _run(self, take: Callable[[Answer], None], complaints: IO[bytes]) -> Outcome:
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                start_new_session=True,
            )
        except OSError as error:
            return Outcome(None, explained(error))
        with process, set_apart(process.pid):
            self._process = process
            try:
                ended = self._exchange(process, take)
                return Outcome(ended, "" if ended else self._reason(process, complaints))
            finally:
                self._end(process)

    def cancel(self) -> None:
        """Let the node stop everything; its answer says when it has."""
        if self._cancelled_at is not None:
            return
        self._cancelled_at = time.monotonic()
        process = self._process
        # While the unit is being sent, the lock is held, and closing would wait for the node.
        if process and self._writing.acquire(blocking=False):
            try:
                self._close(process)
            finally:
                self._writing.release()
        elif process:
            process.kill()

    def lose(self, reason: str) -> None:
        """Give the node up, because it does not respond."""
        self._silence = reason
        if self._process:
            self._kill(self._process)

    def finish(self) -> None:
        """Do nothing: the worker leaves nothing."""

    @property
    def is_overdue(self) -> bool:
        """Whether the node was told to stop, and has not done so in time."""
        cancelled = self._cancelled_at
        return cancelled is not None and time.monotonic() - cancelled > _GRACE_PERIOD

    def _exchange(
        self, process: subprocess.Popen[bytes], take: Callable[[Answer], None]
    ) -> Ended | None:
        """Send the unit and read the answer; return its end, None if that does not come."""
        assert process.stdin
        assert process.stdout
        # The node may refuse the unit before it has read all of it.
        with contextlib.suppress(OSError), self._writing:
            write_unit(self._unit, self._folder, process.stdin)
            process.stdin.flush()
        if self._cancelled_at is not None:
            self._close(process)
        ended = None
        for part in read_answer(cast("IO[bytes]", _Heard(process.stdout, self))):
            if isinstance(part, Ended):
                ended = part
            elif isinstance(part, SecretsAsked):
                # A look-up may take long, and the node must be heard in the meantime.
                threading.Thread(target=self._answer, args=[process, part], daemon=True).start()
            elif isinstance(part, Noise):
                self._said.append(part.text)
            else:
                self.may_run = self.may_run or isinstance(part, Started)
                take(part)
        return ended

    def _answer(self, process: subprocess.Popen[bytes], asked: SecretsAsked) -> None:
        answer = {"id": asked.id, **self._answer_secrets(asked.paths)}
        with contextlib.suppress(OSError, ValueError), self._writing:
            assert process.stdin
            process.stdin.write(json.dumps(answer).encode() + b"\n")
            process.stdin.flush()

    def _reason(self, process: subprocess.Popen[bytes], complaints: IO[bytes]) -> str:
        """Return why the connection ended: what the command or the node said last."""
        if self._silence:
            return self._silence
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
        complaints.seek(0)
        self._said.extend(line.decode(errors="replace").rstrip() for line in complaints)
        said = "\n".join(line for line in self._said if line)
        status = process.poll()
        ending = (
            f"{self._command[0]} ended with exit status {status}" if status else "it was cut off"
        )
        return said or ending

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        self._close(process)
        try:
            process.wait(_GRACE_PERIOD)
        except subprocess.TimeoutExpired:
            self._kill(process)

    @staticmethod
    def _close(process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        with contextlib.suppress(OSError):
            process.stdin.close()

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


class _Heard:
    """A stream that notes when the last line was read."""

    def __init__(self, stream: IO[bytes], link: Attached) -> None:
        self._stream = stream
        self._link = link

    def readline(self, longest: int = -1) -> bytes:
        line = self._stream.readline(longest)
        self._link.heard = time.monotonic()
        return line
