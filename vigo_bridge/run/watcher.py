# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is told, while a rollout goes on, how far it is."""

from __future__ import annotations

from typing import Protocol

from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import EnvoyResult


class Watcher(Protocol):
    """Told for display only: what is told may come late."""

    def batch(self, batch: Batch) -> None:
        """Handle the begin of a batch."""

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        """Handle the begin of a host (None), or its result."""

    def say(self, text: str) -> None:
        """Handle any other message, a line of text."""
