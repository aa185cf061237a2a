# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to an engine on which one call fails."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import Answer
from tests.unit.in_memory_engine.answers import headers_of
from tests.unit.in_memory_engine.engine import InMemoryEngine

#: ``before``: the engine never gets the call; ``after``: it does it, and the answer is lost. ``hang
#: later``: it does it when nobody waits any longer. ``gone``: no later call is answered either.
#: ``kill``: the process ends there, as by SIGKILL.
FAULTS = (
    "refuse",
    "hang before",
    "hang after",
    "hang later",
    "cut before",
    "cut after",
    "garbage",
    "gone before",
    "gone after",
    "kill before",
    "kill after",
)
_LATER = 0.5
_VERSION = re.compile(r"^/v[0-9.]+")


class Killed(BaseException):
    """The process is dead: nothing of it may run on."""


class FaultyWay:
    """A ``Transport``. calls: all but for events, as ``METHOD /path`` with names for IDs, and with
    the timeout of a stop.

    at: the number of the call that goes wrong, counted from 1; 0 for none.
    """

    def __init__(self, engine: InMemoryEngine, fault: str = "", at: int = 0) -> None:
        self._engine, self._fault, self._at = engine, fault, at
        self._ended = ""
        self.calls: list[str] = []

    @property
    def met(self) -> bool:
        return 0 < self._at <= len(self.calls)

    def request(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        call = method, path, timeout, headers, body
        fault = self._fault_of(method, path)
        if not fault:
            return self._engine.request(*call)
        when = fault.partition(" ")[2]
        if fault == "hang later":
            self._engine.clock.later(timeout + _LATER, self._engine.request, *call)
        elif when == "after" or fault == "garbage":
            self._engine.request(*call)
        if fault.startswith("hang"):
            self._engine.clock.sleep(timeout)
            raise TimeoutError("timed out")
        if fault == "refuse":
            return Answer(500, _JSON, b'{"message": "the test refuses this call"}')
        if fault == "garbage":
            return Answer(200, _JSON, b'{"Id": ')
        raise self._end(fault)

    def stream(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        silence: float | None = None,
    ) -> Any:
        if "/events" in path:
            if self._ended:
                raise self._end(self._ended)
            return self._engine.stream(method, path, timeout, headers, silence)
        fault = self._fault_of(method, path)
        if fault and fault.partition(" ")[2] != "after":
            raise self._end(fault)
        answer = self._engine.stream(method, path, timeout, headers, silence)
        if fault:
            raise self._end(fault)
        return answer

    def converse(self, path: str, timeout: float, body: Any, has_input: bool) -> Any:
        return self._engine.converse(path, timeout, body, has_input)

    def _fault_of(self, method: str, path: str) -> str:
        """Return the fault of this call, if it has one. Calls of several threads are counted one
        after the other.
        """
        with self._engine.clock.lock:
            return self._counted(method, path)

    def _counted(self, method: str, path: str) -> str:
        if self._ended:
            self._fault = self._ended
            return self._ended
        self.calls.append(f"{method} {self._named(path)}")
        if len(self.calls) != self._at:
            return ""
        kind = self._fault.partition(" ")[0]
        if kind in ("gone", "kill"):
            self._ended = f"{kind} before"
        return self._fault

    def _end(self, fault: str) -> BaseException:
        if fault.startswith("kill"):
            return Killed()
        return http.client.RemoteDisconnected("Remote end closed connection without response")

    def _named(self, path: str) -> str:
        plain, _, query = _VERSION.sub("", path).partition("?")
        if query.startswith("t="):
            plain += f"?{query}"
        for box in self._engine.boxes.values():
            plain = plain.replace(box.id, box.name)
        return plain


_JSON = headers_of({"Content-Type": "application/json"})
