# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a rollout as plain values, which the command line creates."""

from __future__ import annotations

from dataclasses import dataclass

from vigo_bridge.host_counts import NONE, Size


@dataclass(frozen=True)
class RolloutOptions:
    """The options of a rollout. Empty texts mean that an option is not set; times are in seconds.

    health_retries: the most attempts of a check. min_healthy_time: how long a host must stay
    healthy to count as converged. pause_after: the numbers of the batches after which there is a
    pause; empty for all. confirm: whether a pause lasts until the user confirms the next batch.
    before_batch, after_batch: commands for this machine. on_failure: "stop"; "rollback" to roll
    back the hosts of the failed batch; "rollback-all" to roll back all hosts.
    """

    batch_sizes: tuple[Size, ...] = ()
    max_failures: Size = NONE
    health_check: str = ""
    health_check_url: str = ""
    health_retries: int = 10
    health_interval: float = 3
    min_healthy_time: float = 0
    pause: float = 0
    pause_after: tuple[int, ...] = ()
    confirm: bool = False
    before_batch: str = ""
    after_batch: str = ""
    on_failure: str = "stop"

    @property
    def has_gate(self) -> bool:
        """Whether a batch must pass a health check."""
        return bool(self.health_check or self.health_check_url)

    @property
    def rolls_back(self) -> bool:
        return self.on_failure != "stop"
