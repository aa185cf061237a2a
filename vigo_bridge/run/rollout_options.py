# SPDX-License-Identifier: GPL-3.0-or-later
"""How to go through a fleet, as plain values: the command line makes them before all else."""

from __future__ import annotations

from dataclasses import dataclass

from vigo_bridge.host_counts import NONE, Size


@dataclass(frozen=True)
class RolloutOptions:
    """How to go through a fleet. Empty texts mean that an option is not set; times are in seconds.

    health_retries: how often a check is tried at most. before_batch, after_batch: commands for
    this machine.
    """

    batch_sizes: tuple[Size, ...] = ()
    max_failures: Size = NONE
    health_check: str = ""
    health_check_url: str = ""
    health_retries: int = 10
    health_interval: float = 3
    pause: float = 0
    before_batch: str = ""
    after_batch: str = ""
