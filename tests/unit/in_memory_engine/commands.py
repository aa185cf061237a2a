# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls about commands that run in containers."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING, Any

from tests.unit.in_memory_engine.answers import Handler, Refusal
from tests.unit.in_memory_engine.boxes import program

if TYPE_CHECKING:
    from tests.unit.in_memory_engine.engine import InMemoryEngine


def _create(engine: InMemoryEngine, name: str, body: Any, **_: Any) -> dict[str, Any]:
    box = engine.find(name)
    if box.status != "running":
        state = "paused, unpause the container before exec" if box.is_up else "not running"
        raise Refusal(409, f"Container {box.id} is {state}")
    number = engine.new_id()
    engine.commands[number] = {"ID": number, "Running": False, "ExitCode": None, **body}
    return {"Id": number}


def _start(engine: InMemoryEngine, name: str, **_: Any) -> bytes:
    command = engine.commands[name]
    does = program(command["Cmd"])
    command["Running"] = True
    if does.ends_after is not None and not engine.podman:
        ended = {"Running": False, "ExitCode": does.exit_code}
        engine.clock.later(does.ends_after, command.update, ended)
    return b""


#: How often a connection says that nothing has come, in seconds.
_INTERVAL = 0.5


class _Running:
    """A connection to a command: ``cat`` prints its input, and what never ends prints nothing."""

    status_code = 101

    def __init__(self, engine: InMemoryEngine, command: dict[str, Any]) -> None:
        self._engine = engine
        self._command = command

    def exchange(self, given: bytes) -> Iterator[bytes]:
        if self._command["Cmd"] == ["cat"]:
            yield from _in_pieces(given)
            self._command.update(Running=False, ExitCode=0)
            return
        does = program(self._command["Cmd"])
        yield from _in_pieces(does.output.encode())
        end = inf if does.ends_after is None else does.ends_after
        while end > 0:
            self._engine.clock.step(min(_INTERVAL, end))
            end -= _INTERVAL
            yield b""
        self._command.update(Running=False, ExitCode=does.exit_code)

    def close(self) -> None:
        """Do nothing: the command runs on."""


def _in_pieces(output: bytes) -> Iterator[bytes]:
    """Yield output as one part, of which each byte comes alone."""
    framed = b"\x01\x00\x00\x00" + struct.pack(">I", len(output)) + output if output else b""
    for place in range(len(framed)):
        yield framed[place : place + 1]


def program_of(engine: InMemoryEngine, number: str) -> _Running:
    if number not in engine.commands:
        raise Refusal(404, f"No such exec instance: {number}")
    command = engine.commands[number]
    command["Running"] = True
    return _Running(engine, command)


def _inspect(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    return dict(engine.commands[name])


_NAME = "/containers/([^/]+)"
ROUTES: dict[tuple[str, str], Handler] = {
    ("POST", f"{_NAME}/exec"): _create,
    ("POST", "/exec/([^/]+)/start"): _start,
    ("GET", "/exec/([^/]+)/json"): _inspect,
}
