# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of an engine's containers, as they happen.

One stream serves all waiting threads. It only wakes them sooner: they rely on inspect, and also
check from time to time, because a stream can end or stop without notice.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any, Callable, Iterator, Mapping, Protocol

from ..common.dataclass import dataclass

#: Seconds that an engine gets to open the stream; some do so only at the first event.
_OPENING = 1.0
#: The words of Docker and of Podman. Health is ``health_status``, or ``health_status: healthy``.
_EXIT_EVENTS = ("die", "died")
_USEFUL_EVENTS = (*_EXIT_EVENTS, "oom", "health_status", "start", "restart", "destroy", "remove")


class Stream(Protocol):
    """Events as the engine writes them. close: ends the iteration, from any thread."""

    def __iter__(self) -> Iterator[Any]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class ContainerExit:
    """The last observed end of a container. exit_code: None if it was not reported."""

    exit_code: int | None = None
    out_of_memory: bool = False


class Events:
    """The events of one engine, while it is watched. open_stream: may raise anything."""

    def __init__(self, open_stream: Callable[[], Stream]) -> None:
        self._open_stream = open_stream
        self._condition = threading.Condition()
        self._changed: set[str] = set()
        self._exits: dict[str, ContainerExit] = {}
        self._listeners = 0
        self._reader: _Reader | None = None

    def listen(self) -> None:
        """Watch events from now on; each ``listen`` needs a ``leave``."""
        with self._condition:
            self._listeners += 1
            if self._reader is None or self._reader.ended:
                self._reader = _Reader(self._open_stream, self._handle)
                self._reader.start()
            reader = self._reader
        reader.opened.wait(_OPENING)

    def leave(self) -> None:
        with self._condition:
            self._listeners -= 1
            if self._listeners:
                return
            reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    def wait(self, container_id: str, seconds: float) -> None:
        """Wait until the container has an event, or has had one since the last call."""
        with self._condition:
            self._condition.wait_for(lambda: container_id in self._changed, seconds)
            self._changed.discard(container_id)

    def last_exit(self, container_id: str) -> ContainerExit | None:
        """Return the container's last exit, if it exited since the first ``listen``."""
        with self._condition:
            return self._exits.get(container_id)

    def _handle(self, event: Mapping[str, Any]) -> None:
        action = (event.get("Action") or event.get("status") or "").partition(":")[0]
        actor = event.get("Actor") or {}
        container_id = actor.get("ID") or event.get("id")
        if action not in _USEFUL_EVENTS or not container_id:
            return
        with self._condition:
            before = self._exits.get(container_id, ContainerExit())
            if action == "oom":
                self._exits[container_id] = ContainerExit(before.exit_code, out_of_memory=True)
            elif action in _EXIT_EVENTS:
                code = _exit_code(actor.get("Attributes") or {})
                self._exits[container_id] = ContainerExit(code, before.out_of_memory)
            self._changed.add(container_id)
            self._condition.notify_all()


class _Reader:
    """Reads one stream to its end, in a thread.

    It does not inherit from Thread, because Thread's private attributes, which this class could
    overwrite, depend on the version of Python.
    """

    def __init__(
        self, open_stream: Callable[[], Stream], handle: Callable[[Mapping[str, Any]], None]
    ) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._open_stream = open_stream
        self._handle = handle
        self._stream: Stream | None = None
        self._closed = False
        self.opened = threading.Event()
        self.ended = False

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        # If the stream fails for any reason, waiting code polls instead.
        with contextlib.suppress(Exception):
            self._stream = self._open_stream()
            self.opened.set()
            if self._closed:
                self._stream.close()
            for event in self._stream:
                self._handle(event)
        self.ended = True
        self.opened.set()

    def close(self) -> None:
        self._closed = True
        if self._stream is not None:
            with contextlib.suppress(Exception):
                self._stream.close()


def _exit_code(attributes: Mapping[str, Any]) -> int | None:
    text = str(attributes.get("exitCode") or attributes.get("containerExitCode") or "")
    return int(text) if text.lstrip("-").isdigit() else None
