# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries a work unit to a node of a Receptor mesh.

Receptor keeps a unit, so it survives a lost connection and the end of this process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.mesh.answer import Answer
from vigo_bridge.mesh.link import Outcome
from vigo_bridge.mesh.nodes import Receptor
from vigo_bridge.mesh.receptor_control import Control, ReceptorError
from vigo_bridge.mesh.unit import Unit, write_unit
from vigo_bridge.mesh.unit_output import UnitOutput

#: How long a unit may wait on the way to its node: it must not start later, when nobody waits.
_TTL = "60s"
_ROUTE_SECONDS = 10.0
_TICK = 1.0
#: Seconds after which receptor has killed a canceled unit.
_GRACE_PERIOD = 15.0


class Submitted:
    """A `Link` through receptor."""

    def __init__(
        self,
        control: Control,
        way: Receptor,
        unit: Unit,
        folder: Path,
        permit: Callable[[], AbstractContextManager[str | None]],
        note: Callable[[str], None],
        forget: Callable[[str], None],
    ) -> None:
        """Prepare the link.

        folder: the files of the unit. permit: yields what the unit may ask for secrets with, until
        it ends. note: stores the ID of a unit before anything of it is read.
        forget: removes that when receptor has forgotten the unit.
        """
        self._control = control
        self._way = way
        self._unit = unit
        self._folder = folder
        self._permit = permit
        self._note = note
        self._forget = forget
        self._id = ""
        self._output: UnitOutput | None = None
        self._began = time.monotonic()
        self._cancelled_at: float | None = None
        self._is_lost = False

    @property
    def heard(self) -> float:
        """When the node was last heard of, on the monotonic clock."""
        return self._output.heard if self._output else self._began

    @property
    def may_run(self) -> bool:
        """Whether receptor has the unit, and does not say that it never ran."""
        return bool(self._id) and not (self._output and self._output.never_ran)

    @property
    def is_overdue(self) -> bool:
        """Whether the unit was canceled, and its node has not confirmed that in time."""
        cancelled = self._cancelled_at
        return cancelled is not None and time.monotonic() - cancelled > _GRACE_PERIOD

    def run(self, take: Callable[[Answer], None]) -> Outcome:
        with self._permit() as token:
            return self._run(replace(self._unit, token=token), take)

    def _run(self, unit: Unit, take: Callable[[Answer], None]) -> Outcome:
        try:
            if not self._wait_for_route():
                return Outcome(None, f"Receptor has no route to {self._way.node}")
            self._submit(unit)
        except (ReceptorError, OSError, ValueError) as error:
            self._cancel()  # It cannot be stored, so that it must not run without being known.
            return Outcome(None, explained(error) if isinstance(error, OSError) else str(error))
        self._output = UnitOutput(self._control, self._way.node, self._id)
        if self._is_lost:
            self._output.give_up()
        return self._output.read(take)

    def cancel(self) -> None:
        if self._cancelled_at is None:
            self._cancelled_at = time.monotonic()
            # Receptor may not respond, and the caller must go on.
            threading.Thread(target=self._cancel, daemon=True).start()

    def lose(self, reason: str) -> None:
        self._is_lost = True
        if self._output:
            self._output.give_up()

    def finish(self) -> None:
        """Let receptor forget the unit, as its results are stored."""
        with suppress(ReceptorError):
            self._control.release(self._id)
            self._forget(self._id)

    def _wait_for_route(self) -> bool:
        until = time.monotonic() + _ROUTE_SECONDS
        while not self._control.has_route(self._way.node):
            if time.monotonic() > until or self._is_lost or self._cancelled_at is not None:
                return False
            time.sleep(_TICK)
        return True

    def _submit(self, unit: Unit) -> None:
        path = self._folder.with_name(f"{self._folder.name}.unit")
        with path.open("wb") as stream:
            write_unit(unit, self._folder, stream)
        with path.open("rb") as stream:
            self._id = self._control.submit(self._way, stream, _TTL)
        path.unlink()
        self._note(self._id)
        if self._cancelled_at is not None:
            self._cancel()

    def _cancel(self) -> None:
        if self._id:
            with suppress(ReceptorError):
                self._control.cancel(self._id)
