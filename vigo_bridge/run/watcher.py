# SPDX-License-Identifier: GPL-3.0-or-later
"""Observers of the progress of a rollout."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import EnvoyResult


class Watcher(Protocol):
    """Gets progress for display only, which may be late."""

    def batch(self, batch: Batch) -> None:
        """Handle the begin of a batch."""

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        """Handle the begin of a host (None), or its result."""

    def say(self, text: str) -> None:
        """Handle any other message, a line of text."""

    def asking(self) -> AbstractContextManager[None]:
        """Leave the terminal to a question in the block."""
