# SPDX-License-Identifier: GPL-3.0-or-later
"""Serves secrets to the work units of a mesh: each unit gets those of its hosts, while it runs.

A unit on a node of Receptor asks with a token over a service of the mesh, which connects to a
socket of this process. A unit over SSH asks on the connection itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import secrets as random
import socketserver
import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host import private_files
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from vigo_bridge.failures import Refusal
from vigo_bridge.secrets.server import Secrets

#: Where the service of Receptor on the controller connects to.
SOCKET = Path("/run/vigo-bridge/mesh-secrets.sock")
#: The line before each answer: looking up a secret can take long.
CONFIRMATION = b"\n"
_TICK = 0.02
_LONGEST_REQUEST = 1 << 24
#: Seconds for a request to arrive: a service of the mesh may keep its connection open.
_TIMEOUT = 30.0


@dataclass(frozen=True)
class _Permission:
    secrets: Secrets
    paths: Collection[str]


class UnitSecrets:
    """The units that may ask now."""

    def __init__(self) -> None:
        self._permissions: dict[bytes, _Permission] = {}

    @contextlib.contextmanager
    def unit(self, secrets: Secrets, paths: Collection[str]) -> Iterator[str]:
        """Yield a token with which a unit may ask for these paths, up to the end of the block."""
        token = random.token_urlsafe(32)
        key = _key(token)
        self._permissions[key] = _Permission(secrets, frozenset(paths))
        try:
            yield token
        finally:
            del self._permissions[key]

    def answer(self, request: bytes) -> Mapping[str, object]:
        """Return the answer to a request of a node: ``values`` by path, or an ``error``."""
        try:
            asked = json.loads(request)
            token, paths = asked["token"], asked["paths"]
            permission = self._permissions.get(_key(token))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {"error": "the request for secrets is invalid"}
        if permission is None:
            return {
                "error": "this work unit may not ask for secrets any more, because the controller"
                " does not wait for it; run it again"
            }
        return answer(permission.secrets, permission.paths, paths)


def answer(secrets: Secrets, allowed: Collection[str], paths: Any) -> Mapping[str, object]:
    """Return the values of the paths that a node asks for, or an error if one is not allowed."""
    if not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        return {"error": "the request for secrets is invalid"}
    foreign = sorted({path for path in paths if path not in allowed})
    if foreign:
        return {
            "error": f"the hosts of this work unit do not use {', '.join(foreign)}, as far as the"
            " stack and the inventory say; write the whole reference in one of them"
        }
    try:
        return {"values": secrets.answer(paths)}
    except StoreError as error:
        return {"error": str(error)}
    except OSError as error:
        return {"error": explained(error)}


@contextlib.contextmanager
def unit_secrets(path: Path) -> Iterator[UnitSecrets]:
    """Answer at the socket that the mesh connects to, in the block. Raise Refusal.

    The group of the socket's folder may connect: Receptor often runs as another user.
    """
    units = UnitSecrets()

    class Answer(socketserver.StreamRequestHandler):
        timeout = _TIMEOUT

        def handle(self) -> None:
            with contextlib.suppress(OSError):
                request = self.rfile.readline(_LONGEST_REQUEST)
                if request:
                    self.wfile.write(CONFIRMATION)
                    self.wfile.write(json.dumps(units.answer(request)).encode() + b"\n")

    class Server(socketserver.ThreadingUnixStreamServer):
        #: Receptor does not wait for a place in the queue.
        request_queue_size = 1024
        daemon_threads = True

    with _alone(path), Server(str(path), Answer) as server:
        path.chmod(0o660)
        thread = threading.Thread(target=server.serve_forever, args=[_TICK], daemon=True)
        thread.start()
        try:
            yield units
        finally:
            server.shutdown()
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of a socket, and remove what a killed process left. Raise Refusal."""
    try:
        if not path.parent.exists():
            private_files.make_folder(str(path.parent))
        private_files.checked_folder(str(path.parent))
        lock = path.with_name(f"{path.name}.lock").open("w")
    except OSError as error:
        raise Refusal(
            f"the socket for secrets of the mesh cannot be created: {explained(error)}"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"another vigo-bridge serves secrets on {path}; wait until it has ended, or add a"
                " second service to Receptor, and set its socket with secrets_socket"
            ) from None
        path.unlink(missing_ok=True)
        yield


def _key(token: str) -> bytes:
    """Return what a token is looked up by: equal times for all wrong ones."""
    return hashlib.sha256(token.encode()).digest()
