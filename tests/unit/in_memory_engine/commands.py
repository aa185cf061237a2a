# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls about commands that run in containers."""

from __future__ import annotations

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
    if does.ends_after is not None:
        ended = {"Running": False, "ExitCode": does.exit_code}
        engine.clock.later(does.ends_after, command.update, ended)
    return b""


def _inspect(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    return dict(engine.commands[name])


_NAME = "/containers/([^/]+)"
ROUTES: dict[tuple[str, str], Handler] = {
    ("POST", f"{_NAME}/exec"): _create,
    ("POST", "/exec/([^/]+)/start"): _start,
    ("GET", "/exec/([^/]+)/json"): _inspect,
}
