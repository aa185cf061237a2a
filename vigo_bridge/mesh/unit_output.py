# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a work unit of Receptor answers.

Receptor keeps the output of a unit. Its streams can end early or hang: they are opened again where
they stopped, and the answer is complete only with the mark of its end.
"""

from __future__ import annotations

import contextlib
import io
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, Queue
from typing import IO, Any

from vigo_bridge.mesh.answer import Answer, Ended, Noise, read_answer
from vigo_bridge.mesh.link import Outcome
from vigo_bridge.mesh.receptor_control import Control, ReceptorError

_TICK = 1.0
#: Seconds without output after which the stream is opened again, because it may hang.
_STALE = 15.0


class UnitOutput:
    """The output of a unit.

    heard: when its node was last heard of, on the monotonic clock. never_ran: whether it has ended
    without any output, for example because the node does not know its work type.
    """

    def __init__(self, control: Control, node: str, unit: str) -> None:
        """Prepare to read. node: its ID. unit: the ID of the unit."""
        self.heard = time.monotonic()
        self.never_ran = False
        self._control = control
        self._node = node
        self._unit = unit
        self._is_given_up = False

    def give_up(self) -> None:
        """Let `read` return soon."""
        self._is_given_up = True

    def read(self, take: Callable[[Answer], None]) -> Outcome:
        """Call `take` with each part of the answer, and return how the unit ended."""
        ended, said = None, ""
        stream = _Stream(self)
        for part in read_answer(io.BufferedReader(stream)):
            if isinstance(part, Ended):
                ended = part
            elif isinstance(part, Noise):
                said = part.text or said
            else:
                take(part)
        return Outcome(ended, "" if ended else stream.problem or said)

    def problem(self, read: int) -> str:
        """Return why nothing more can come, or an empty text. read: bytes so far.

        Receptor says that a unit runs even when its node has lost its power. So only what the unit
        itself sends is a sign of life, unless it has not started yet.
        """
        if self._is_given_up:
            return "the controller stopped waiting for it"
        with contextlib.suppress(ReceptorError):
            state = self._control.state(self._unit)
            if state.is_over and read >= state.size:
                self.never_ran = not state.size
                return state.detail or "the work ended without an answer"
            if state.is_waiting and self._control.has_route(self._node):
                self.heard = time.monotonic()
        return ""

    def chunks(self, start: int) -> Iterator[bytes]:
        """Yield output from a byte on, and empty texts while there is none. It may end early."""
        with (
            contextlib.suppress(ReceptorError),
            self._control.results(self._unit, start) as stream,
        ):
            for chunk in _received(stream):
                if chunk:
                    self.heard = time.monotonic()
                yield chunk


class _Stream(io.RawIOBase):
    """All output of a unit as a stream. problem: why it ended without the mark of its end."""

    def __init__(self, output: UnitOutput) -> None:
        self.problem = ""
        self._output = output
        self._read = 0
        self._unread = b""
        self._chunks = self._all()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._unread = self._unread or next(self._chunks, b"")
        part, self._unread = self._unread[: len(buffer)], self._unread[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)

    def _all(self) -> Iterator[bytes]:
        while not self.problem:
            last, start = time.monotonic(), self._read
            for chunk in self._output.chunks(self._read):
                if chunk:
                    last = time.monotonic()
                    self._read += len(chunk)
                    yield chunk
                    continue
                self.problem = self._output.problem(self._read)
                if self.problem or time.monotonic() - last > _STALE:
                    break
            else:
                self.problem = self._output.problem(self._read)
                if self._read == start and not self.problem:
                    time.sleep(_TICK)
                    self.problem = self._output.problem(self._read)


def _received(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what a stream has as it comes, and an empty text for each tick without anything."""
    chunks: Queue[bytes] = Queue()

    def pump() -> None:
        with contextlib.suppress(OSError, ValueError):
            while chunk := stream.read1(1 << 16):  # type: ignore[attr-defined]
                chunks.put(chunk)
        chunks.put(b"")

    threading.Thread(target=pump, daemon=True).start()
    while True:
        try:
            chunk = chunks.get(timeout=_TICK)
        except Empty:
            yield b""
            continue
        if not chunk:
            return
        yield chunk
