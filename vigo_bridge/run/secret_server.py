# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands secrets to the action plugins of a run, over a socket in its private folder.

So a secret is in no environment, argument or file that Ansible or ansible-runner might keep.
"""

from __future__ import annotations

import contextlib
import json
import os
import socketserver
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

#: The kernel takes no longer names of sockets, in bytes.
_LONGEST = 104


@contextlib.contextmanager
def served_secrets(values: Mapping[str, str], socket: Path) -> Iterator[Path]:
    """Answers each line ``["path", ...]`` with ``{"path": "value", ...}`` of those it has."""

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            wanted = json.loads(self.rfile.readline())
            known = {path: values[path] for path in wanted if path in values}
            self.wfile.write(json.dumps(known).encode() + b"\n")

    with (
        _short(socket) as path,
        socketserver.ThreadingUnixStreamServer(str(path), Answer) as server,
    ):
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield path
        finally:
            server.shutdown()


@contextlib.contextmanager
def _short(socket: Path) -> Iterator[Path]:
    """The path, or one in a folder of its own where it is too long for the name of a socket."""
    if len(os.fsencode(socket)) < _LONGEST:
        yield socket
        return
    with tempfile.TemporaryDirectory(prefix="vigo-bridge-", dir="/tmp") as folder:
        yield Path(folder) / socket.name
