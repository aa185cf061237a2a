# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends the lines of a host's logs to the program that started Ansible, over its socket.

Each message is one line of JSON. The sender waits until the program reads, so that lines do not
accumulate in memory.
"""

from __future__ import annotations

import dataclasses
import json
import os
import socket
from typing import Any, Mapping

from .log_page import LogPage

#: Names the socket. Without it, lines are in the result of the task.
SOCKET_VARIABLE = "VIGO_BRIDGE_LOGS"


class LogStream:
    """One host's connection. Raises OSError when the program has ended."""

    def __init__(self, host: str, address: str) -> None:
        self._host = host
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(address)

    def page(self, page: LogPage, asked: int) -> None:
        """Send lines. asked: when the host was asked for them, in nanoseconds of our clock."""
        content = {
            "asked": asked,
            "lines": [dataclasses.astuple(line) for line in page.lines],
            "problems": page.problems,
            "containers": page.containers,
            "now": page.now,
            "complete_until": page.complete_until,
        }
        self._send("page", content)

    def trouble(self, message: str) -> None:
        """Report that the host cannot be read at the moment; empty when it can again."""
        self._send("trouble", {"message": message})

    def note(self, message: str) -> None:
        """Report something that is not an error."""
        self._send("note", {"message": message})

    def end(self, error: str = "") -> None:
        """Report that no more lines come, and why, if that is an error."""
        self._send("end", {"error": error})

    def close(self) -> None:
        self._socket.close()

    def _send(self, kind: str, content: Mapping[str, Any]) -> None:
        message = json.dumps({"host": self._host, "kind": kind, **content})
        self._socket.sendall(message.encode() + b"\n")


def stream_of(host: str) -> LogStream | None:
    """Return a connection to the program that waits for lines; None if there is none."""
    address = os.environ.get(SOCKET_VARIABLE)
    return LogStream(host, address) if address else None
