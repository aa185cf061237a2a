# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests ask the controller of a Receptor mesh about work units."""

from __future__ import annotations

import io

from tests.testbed.receptor_controller import Controller
from vigo_bridge.mesh.answer import Answer, Ended, read_answer


def answer(mesh: Controller, unit: str) -> list[Answer]:
    """Return what a unit answers, when it has ended."""
    return list(read_answer(io.BytesIO(b"".join(mesh.results(unit)))))


def end(parts: list[Answer]) -> Ended:
    """Return the end of an answer, which must be complete."""
    last = parts[-1]
    assert isinstance(last, Ended), parts
    return last


def state(mesh: Controller, unit: str) -> str:
    return str(mesh.ask(f"work status {unit}")["StateName"])


def release(mesh: Controller, unit: str) -> None:
    """Let both receptors forget a unit."""
    mesh.ask(f"work release {unit}")
