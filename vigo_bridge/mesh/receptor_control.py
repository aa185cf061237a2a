# SPDX-License-Identifier: GPL-3.0-or-later
"""The control service of this machine's receptor, as far as work units need it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from socket import SHUT_RDWR
from typing import IO, Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.failures import Refusal
from vigo_bridge.mesh.nodes import Receptor

#: The states of a unit that has ended, as receptor counts them: succeeded, failed, canceled.
_ENDED = (2, 3, 4)
_WAITING = 0


class ReceptorError(Exception):
    """Receptor does not do what it was asked. The message says what it answered."""


@dataclass(frozen=True)
class State:
    """The state of a unit.

    is_waiting: whether it has not started yet. detail: receptor's words. size: how many bytes its
    output has.
    """

    is_waiting: bool
    is_over: bool
    detail: str
    size: int


class Control:
    """Asks receptor at a socket; each question has a connection of its own."""

    def __init__(self, socket: Path) -> None:
        """Prepare to ask. Raise Refusal if the client of receptor is not installed."""
        try:
            from receptorctl.socket_interface import ReceptorControl
        except ImportError as error:
            raise Refusal(
                "--mesh: `via: receptor` needs the Python package receptorctl; install it with"
                " `pip install 'vigo-bridge[mesh]'`, or use `via: ssh`"
            ) from error
        self._socket = socket
        self._connect: Callable[[str], Any] = ReceptorControl

    def has_route(self, node: str) -> bool:
        """Return whether the mesh reaches a node, this machine's own included."""
        status = self._ask("status")
        return node == status.get("NodeID") or node in (status.get("RoutingTable") or {})

    def submit(self, way: Receptor, unit: IO[bytes], ttl: str) -> str:
        """Send a unit to a node, and return its ID. ttl: how long it may wait for its start."""
        with self._asking() as control:
            answer = control.submit_work(
                way.work_type,
                unit,
                node=way.node,
                tlsclient=way.tls_client or None,
                ttl=ttl,
                signwork=way.sign_work,
            )
        return str(answer["unitid"])

    def state(self, unit: str) -> State:
        answer = self._ask(f"work status {unit}")
        detail = str(answer.get("Detail", ""))
        number, size = answer.get("State"), int(answer.get("StdoutSize") or 0)
        return State(number == _WAITING, number in _ENDED, detail, size)

    @contextlib.contextmanager
    def results(self, unit: str, start: int) -> Iterator[IO[bytes]]:
        """Yield the output of a unit from a byte on, as it comes. It may end early."""
        with self._asking() as control:
            socket, stream = control.get_work_results(unit, startpos=start, return_socket=True)
        try:
            yield stream
        finally:
            # Another thread may be reading, and closing would wait for it.
            with contextlib.suppress(OSError):
                socket.shutdown(SHUT_RDWR)
            with contextlib.suppress(OSError):
                socket.close()

    def cancel(self, unit: str) -> None:
        self._ask(f"work cancel {unit}")

    def release(self, unit: str) -> None:
        """Remove what receptor stored of a unit, on both machines."""
        self._ask(f"work release {unit}")

    def _ask(self, question: str) -> Any:
        with self._asking() as control:
            return control.simple_command(question)

    @contextlib.contextmanager
    def _asking(self) -> Iterator[Any]:
        control = self._connect(str(self._socket))
        try:
            yield control
        except OSError as error:
            raise ReceptorError(f"{self._socket}: {explained(error)}") from error
        except (RuntimeError, ValueError, KeyError, TypeError) as error:
            raise ReceptorError(str(error)) from error
        finally:
            with contextlib.suppress(OSError):
                control.close()
