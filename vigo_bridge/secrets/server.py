# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves secrets to the action plugins of a run, over a socket in its private folder.

So a secret is in no environment, argument or file that Ansible or ansible-runner might keep.
"""

from __future__ import annotations

import contextlib
import json
import os
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.private_folder import temporary_folder

#: Seconds between the server's checks whether the run has ended.
_TICK = 0.02
#: The longest name of a socket that the kernel accepts, in bytes.
_LONGEST = 104


@dataclass
class Secrets:
    """The secrets of a run. known: values by path, filled at the start in one look-up.

    ask: returns the values of further paths, such as those in variables of single hosts.
    """

    known: dict[str, str] = field(repr=False)
    ask: Callable[[Iterable[str]], Mapping[str, str]]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, wanted: Iterable[str]) -> dict[str, str]:
        """Return the values of those paths that any store has. Raise StoreError."""
        with self._lock:
            further = [path for path in wanted if path not in self.known]
            if further:
                self.known.update(self.ask(further))
        return {path: self.known[path] for path in wanted if path in self.known}


@contextlib.contextmanager
def served_secrets(secrets: Secrets, socket: Path) -> Iterator[Path]:
    """Answer each line ``["path", ...]`` with ``{"values": {"path": "value", ...}}``.

    Or with ``{"error": "..."}`` if a store fails.
    """

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            # The client may have disconnected in the meantime.
            with contextlib.suppress(OSError):
                asked = self.rfile.readline()
                if asked:
                    self.wfile.write(json.dumps(_answer(secrets, asked)).encode() + b"\n")

    with (
        short_socket(socket) as path,
        socketserver.ThreadingUnixStreamServer(str(path), Answer) as server,
    ):
        thread = threading.Thread(target=server.serve_forever, args=[_TICK], daemon=True)
        thread.start()
        try:
            yield path
        finally:
            server.shutdown()


def _answer(secrets: Secrets, asked: bytes) -> Mapping[str, object]:
    try:
        return {"values": secrets.answer(json.loads(asked))}
    except StoreError as error:
        return {"error": str(error)}
    except OSError as error:
        return {"error": explained(error)}


@contextlib.contextmanager
def short_socket(socket: Path) -> Iterator[Path]:
    """Yield the path, or one in a folder of its own where it is too long for the name of a
    socket.
    """
    if len(os.fsencode(socket)) < _LONGEST:
        yield socket
        return
    with temporary_folder(Path("/tmp")) as folder:
        yield folder / socket.name
