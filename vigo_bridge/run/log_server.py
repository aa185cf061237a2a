# SPDX-License-Identifier: GPL-3.0-or-later
"""Receives the lines of logs from the action plugins of a run, over a socket in its private folder.

While many lines of a host wait to be shown, the host is not read further. So memory is bounded on
both sides: lines that are not read stay in the log of the engine.
"""

from __future__ import annotations

import contextlib
import json
import socketserver
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ansible_collections.vigo.bridge.plugins.plugin_utils.log_page import LogLine
from vigo_bridge.run.host_clock import HostClock
from vigo_bridge.run.log_merge import HostLine, Merger
from vigo_bridge.secrets.server import short_socket

#: The most lines of one host that wait, in addition to those of one call.
_MOST_WAITING = 10_000
_TICK = 0.02
#: The smallest difference of clocks that is reported, in nanoseconds.
_WRONG = 2 * 10**9
#: Seconds between two checks whether lines have waited long enough.
_LOOK = 0.1


class Viewer(Protocol):
    """Shows lines and messages."""

    def lines(self, lines: Sequence[HostLine]) -> None:
        """Show lines, in order."""

    def problem(self, host: str, message: str) -> None:
        """Show a message about a host."""

    def note(self, message: str) -> None:
        """Show a message about all hosts that is not an error."""


class Hosts:
    """The lines of all hosts. errors: by host."""

    def __init__(self, hosts: Sequence[str], follow: bool, empty: str) -> None:
        """Prepare for messages of these hosts. empty: the note if none of them has a container; no
        text if there is to be no note.
        """
        self.errors: dict[str, str] = {}
        self._open = set(hosts)
        self._merger = Merger(hosts, follow, time.monotonic())
        self._problems: list[tuple[str, str]] = []
        self._clocks: dict[str, HostClock] = {}
        self._news = threading.Condition()
        self._closed = False
        #: The hosts that may have containers; None if one has, or the note was shown.
        self._without_answer: set[str] | None = set(hosts) if empty else None
        self._empty = empty
        self._notes: list[str] = []

    def take(self, message: Mapping[str, Any]) -> None:
        """Handle a message of a host; wait while there is no room for it."""
        host, kind = str(message["host"]), message["kind"]
        with self._news:
            if kind == "page":
                self._count(host, message["containers"])
                self._take_page(host, message)
            elif kind == "end":
                self._end(host, str(message["error"]))
            elif kind == "trouble":
                text = message["message"]
                said = f"cannot be read, trying again: {text}" if text else "can be read again"
                self._problems.append((host, said))
                if text:
                    self._merger.suspend(host)
            else:
                self._problems.append((host, str(message["message"])))
            self._news.notify_all()

    def _count(self, host: str, containers: int) -> None:
        """Add the note when all hosts have answered and none has a container."""
        if self._without_answer is None:
            return
        self._without_answer.discard(host)
        if containers:
            self._without_answer = None
        elif not self._without_answer:
            self._without_answer = None
            self._notes.append(self._empty)

    def _take_page(self, host: str, message: Mapping[str, Any]) -> None:
        lines = [LogLine(*line) for line in message["lines"]]
        complete, now = message["complete_until"], message["now"]
        correction = self._correction(host, now, message["asked"])
        self._news.wait_for(
            lambda: self._closed or self._merger.waiting(host) <= _MOST_WAITING,
        )
        self._merger.add(host, lines, complete, now, time.monotonic(), correction)
        for container, problem in message["problems"].items():
            self._problems.append((host, f"cannot read the log of {container}: {problem}"))

    def _correction(self, host: str, now: int, asked: int) -> int:
        """Return what to add to the times of a host; report a wrong clock once."""
        clock = self._clocks.setdefault(host, HostClock())
        was_wrong = abs(clock.correction) > _WRONG
        clock.compare(now, asked, time.time_ns())
        if not was_wrong and abs(clock.correction) > _WRONG:
            seconds = clock.correction / 10**9
            how = "behind" if seconds > 0 else "ahead of"
            self._problems.append(
                (
                    host,
                    f"its clock is {abs(seconds):.0f} s {how} that of this machine; its lines are"
                    " sorted as if it were right, and their times are those of the host",
                )
            )
        return clock.correction

    def _end(self, host: str, error: str) -> None:
        self._open.discard(host)
        self._merger.end(host)
        if error:
            self.errors[host] = error
            self._problems.append((host, error))

    def end_all(self, complaint: str) -> None:
        """Note the end of all hosts. complaint: the message for hosts without an end of their
        own.
        """
        with self._news:
            for host in sorted(self._open):
                self._end(host, complaint)
        self.close()

    def close(self) -> None:
        """Release all threads that wait for room."""
        with self._news:
            self._closed = True
            self._news.notify_all()

    def show(self, viewer: Viewer) -> None:
        """Show all lines until the end."""
        while True:
            with self._news:
                is_last = self._closed
                lines = self._merger.ready(time.monotonic())
                problems, self._problems = self._problems, []
                notes, self._notes = self._notes, []
                if not (lines or problems or notes or is_last):
                    self._news.wait(_LOOK)
                    continue
                self._news.notify_all()
            for note in notes:
                viewer.note(note)
            for host, message in problems:
                viewer.problem(host, message)
            if lines:
                viewer.lines(lines)
            if is_last:
                return


@contextlib.contextmanager
def received_logs(hosts: Hosts, socket: Path) -> Iterator[Path]:
    """Receive messages at a socket in the block; yield its path.

    At the end of the block, all that was sent is received: Ansible must have ended.
    """

    class Receiver(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                for message in self.rfile:
                    hosts.take(json.loads(message))

    class Server(socketserver.ThreadingUnixStreamServer):
        request_queue_size = 256
        timeout = 0
        has_all = False

        def handle_timeout(self) -> None:
            self.has_all = True

    with short_socket(socket) as path, Server(str(path), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=[_TICK], daemon=True)
        thread.start()
        try:
            yield path
        finally:
            server.shutdown()
            while not server.has_all:  # Hosts that have connected at the last moment.
                server.handle_request()
