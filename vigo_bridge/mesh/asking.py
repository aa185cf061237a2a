# SPDX-License-Identifier: GPL-3.0-or-later
"""How a node asks the controller for secrets: over standard input, or over a service of the mesh.

Each way returns values that stay in the memory of the worker.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.mesh.answer import Answers
from vigo_bridge.secrets.units import CONFIRMATION

#: Returns the values of secrets by path. Raises StoreError.
Ask = Callable[[Iterable[str]], Mapping[str, str]]

#: Seconds that the controller may take for an answer; it may have to look up the secret first.
_TIMEOUT = 120.0
#: Seconds for the controller to confirm a request, and between two attempts.
_PATIENCE = 15.0
_PAUSE = 0.5
_LONGEST_ANSWER = 1 << 26


def refuse(paths: Iterable[str]) -> Mapping[str, str]:
    """Raise StoreError, for a unit without secrets or a node without a service for them."""
    raise StoreError(
        f"the node of the mesh cannot ask for {', '.join(paths)}: the controller sent no"
        " permission, or the work command of this node has no --secrets-socket"
    )


class MeshService:
    """Asks over a socket that Receptor connects to the controller.

    Receptor does not say whether the controller's vigo-bridge still runs: the connection stays
    open. So the controller first confirms each request. Without that, nothing is asked any more.
    """

    def __init__(self, path: Path, token: str) -> None:
        self._path = path
        self._token = token
        self._problem = ""

    def __call__(self, paths: Iterable[str]) -> Mapping[str, str]:
        request = json.dumps({"token": self._token, "paths": list(paths)}).encode() + b"\n"
        until = time.monotonic() + _PATIENCE
        while not self._problem:
            try:
                return _values(self._asked(request, until - time.monotonic()))
            except OSError as error:
                if time.monotonic() > until - _PAUSE:
                    self._problem = explained(error)
                else:
                    time.sleep(_PAUSE)
        raise StoreError(
            f"cannot ask the controller for secrets over {self._path}: {self._problem}; its"
            " vigo-bridge may have ended, or a service of Receptor is missing"
        )

    def _asked(self, request: bytes, patience: float) -> bytes:
        """Return the answer. Raise OSError if the request is not confirmed."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(max(patience, _PAUSE))
            connection.connect(str(self._path))
            connection.sendall(request)
            with connection.makefile("rb") as stream:
                if stream.readline(len(CONFIRMATION)) != CONFIRMATION:
                    raise ConnectionResetError(errno.ECONNRESET, "no answer")
                connection.settimeout(_TIMEOUT)
                return stream.readline(_LONGEST_ANSWER)


class StandardInput:
    """Asks over the answer of the unit, and receives values on standard input.

    As a context manager, it reads in a thread. on_end: called when the controller is gone.
    """

    def __init__(self, source: IO[bytes], answers: Answers, on_end: Callable[[], None]) -> None:
        self._source = source.fileno()
        self._answers = answers
        self._on_end = on_end
        self._received: dict[int, bytes] = {}
        self._news = threading.Condition()
        self._asked = 0
        self._is_closed = False
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> StandardInput:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._woken)
        self._thread.join()
        os.close(self._wake)

    def __call__(self, paths: Iterable[str]) -> Mapping[str, str]:
        with self._news:
            self._asked += 1
            number = self._asked
        self._answers.ask(number, list(paths))
        with self._news:
            self._news.wait_for(lambda: number in self._received or self._is_closed, _TIMEOUT)
            return _values(self._received.pop(number, b""))

    def _read(self) -> None:
        """Take answers until the controller is gone, or the unit has ended."""
        unread = b""
        with selectors.DefaultSelector() as ready:
            ready.register(self._source, selectors.EVENT_READ)
            ready.register(self._wake, selectors.EVENT_READ)
            while True:
                if self._wake in {key.fd for key, _ in ready.select()}:
                    return
                chunk = os.read(self._source, 1 << 16)
                if not chunk:
                    break
                *lines, unread = (unread + chunk).split(b"\n")
                for line in lines:
                    self._take(line)
        with self._news:
            self._is_closed = True
            self._news.notify_all()
        self._on_end()

    def _take(self, line: bytes) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError), self._news:
            self._received[int(json.loads(line)["id"])] = line
            self._news.notify_all()


def _values(answer: bytes) -> Mapping[str, str]:
    """Return the values of an answer. Raise StoreError."""
    try:
        found: Any = json.loads(answer)
        error, values = found.get("error"), found.get("values")
    except (ValueError, AttributeError):
        error, values = None, None
    if error:
        raise StoreError(str(error))
    if not isinstance(values, dict):
        raise StoreError(
            "the controller did not answer when this node asked for secrets; its vigo-bridge may"
            " have ended"
        )
    return {str(path): str(value) for path, value in values.items()}
