# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to an engine at a Unix socket, by the standard library alone.

To import the SDK takes longer than to look at a hundred containers. Where nothing is to be changed,
nobody needs it.
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
from dataclasses import dataclass
from typing import Any, Mapping

_SCHEME = "unix://"


@dataclass(frozen=True)
class Answer:
    """An engine's answer, as far as `requests` would tell it."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")

    def json(self) -> Any:
        """Raises ValueError."""
        return json.loads(self.content)


class Questions:
    """Asks the engine at one socket. Each thread has a connection of its own, kept alive."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._own = threading.local()

    def ask(self, path: str, timeout: float, headers: Mapping[str, str] | None = None) -> Answer:
        """What a GET answers. timeout: seconds without a byte.

        Raises OSError, and http.client.HTTPException for an answer that makes no sense.
        """
        kept: _Connection | None = getattr(self._own, "connection", None)
        if kept is not None:
            try:
                return self._asked(kept, path, timeout, headers or {})
            except socket.timeout:
                raise
            except (OSError, http.client.HTTPException):
                pass  # The engine has closed it meanwhile.
        return self._asked(_Connection(self._path), path, timeout, headers or {})

    def _asked(
        self, connection: _Connection, path: str, timeout: float, headers: Mapping[str, str]
    ) -> Answer:
        self._own.connection = None
        connection.set_timeout(timeout)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except BaseException:
            connection.close()
            raise
        self._own.connection = connection
        return answer


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)

    def set_timeout(self, seconds: float) -> None:
        self.timeout = seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)


def questions(docker_host: str) -> Questions | None:
    """For an engine that answers at a Unix socket; None for others."""
    path = docker_host[len(_SCHEME) :]
    if docker_host.startswith(_SCHEME) and path.startswith("/"):
        return Questions(path)
    return None
