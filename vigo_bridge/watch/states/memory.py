# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores the state of a fleet over restarts, in one file for each stack."""

from __future__ import annotations

from collections.abc import Callable

from vigo_bridge.run.state import watch_folder
from vigo_bridge.run.state_file import StateFile
from vigo_bridge.watch.states.model import FleetState
from vigo_bridge.watch.states.state_data import state_as_data, state_from_data


class Memory:
    """Keeps the state of the fleet of one stack. key: see `run.state.stack_key`."""

    def __init__(self, key: str, warn: Callable[[str], None]) -> None:
        """Use the file of a stack. warn: called with messages about a damaged one."""
        self._file = StateFile(watch_folder() / f"{key}.json", warn)

    def load(self) -> FleetState:
        """Return the last state, or an empty one."""
        return self._file.read(state_from_data) or FleetState()

    def save(self, state: FleetState) -> None:
        """Replace the last state. Raise OSError."""
        self._file.write(state_as_data(state))
