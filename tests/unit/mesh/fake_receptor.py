# SPDX-License-Identifier: GPL-3.0-or-later
"""A receptor in memory whose streams end early, hang, or fail, as the real one's do."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator, Sequence
from typing import IO, Any

from vigo_bridge.mesh.receptor_control import ReceptorError, State

#: A stream that yields this much of the output and then: ends, hangs until it is closed, or cannot
#: be opened.
ENDS, HANGS, FAILS = "ends", "hangs", "fails"


class FakeReceptor:
    """Has one unit. asked: what was called."""

    def __init__(
        self,
        output: bytes,
        streams: Sequence[tuple[int, str]] = (),
        *,
        is_waiting: bool = False,
        is_over: bool = True,
        detail: str = "",
        has_route: bool = True,
    ) -> None:
        """Prepare the unit. streams: for each opening, how many bytes it yields, and what then
        happens; after these, each yields all and ends.
        """
        self.output = output
        self.is_waiting = is_waiting
        self.is_over = is_over
        self.detail = detail
        self.route = has_route
        self.asked: list[str] = []
        self._streams = list(streams)

    def has_route(self, node: str) -> bool:
        return self.route

    def state(self, unit: str) -> State:
        return State(self.is_waiting, self.is_over, self.detail, len(self.output))

    @contextlib.contextmanager
    def results(self, unit: str, start: int) -> Iterator[IO[bytes]]:
        count, end = self._streams.pop(0) if self._streams else (len(self.output), ENDS)
        self.asked.append(f"results from {start}")
        if end == FAILS:
            raise ReceptorError("connection refused")
        stream = _Stream(self.output[start : start + count], end == HANGS)
        try:
            yield stream
        finally:
            stream.closing.set()

    def cancel(self, unit: str) -> None:
        self.asked.append(f"cancel {unit}")

    def release(self, unit: str) -> None:
        self.asked.append(f"release {unit}")


class _Stream(io.BytesIO):
    def __init__(self, content: bytes, hangs: bool) -> None:
        super().__init__(content)
        self.closing = threading.Event()
        self._hangs = hangs

    def read1(self, size: int | None = -1, /) -> Any:
        found = super().read1(size if size is not None else -1)
        if not found and self._hangs:
            self.closing.wait(30)
        return found
