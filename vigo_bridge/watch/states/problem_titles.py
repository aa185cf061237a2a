# SPDX-License-Identifier: GPL-3.0-or-later
"""Short titles of the problems of turns, and of their ends, for the log, messages and pages."""

from __future__ import annotations

from collections.abc import Mapping

from vigo_bridge.watch.states.model import Problem

PROBLEMS: Mapping[Problem, str] = {
    Problem.SOURCE: "the stack cannot be read",
    Problem.STACK: "the stack has errors",
    Problem.INVENTORY: "the inventory cannot be read",
    Problem.SECRETS: "secrets cannot be read",
    Problem.LOCK: "another rollout of the stack is running",
    Problem.ROLLOUT: "the repair was stopped",
    Problem.TURN: "the turn failed",
}

SOLVED: Mapping[Problem, str] = {
    Problem.SOURCE: "the stack can be read again",
    Problem.STACK: "the stack has no errors any more",
    Problem.INVENTORY: "the inventory can be read again",
    Problem.SECRETS: "all secrets can be read again",
    Problem.LOCK: "the other rollout has ended",
    Problem.ROLLOUT: "repairs are not stopped any more",
    Problem.TURN: "turns succeed again",
}
