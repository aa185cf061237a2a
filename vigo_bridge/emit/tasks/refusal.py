# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons why a plan cannot be written as roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vigo_bridge.resolve.plan import Group


@dataclass(frozen=True)
class Refusal:
    """One thing that roles cannot express, for the envoys of one match entry."""

    group: Group
    reason: str

    def __str__(self) -> str:
        return f"{self.group.position}: match {self.group.match}: {self.reason}"


class CannotExpress(Exception):
    """The plan cannot be written as roles. refusals: all reasons."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__("\n".join(map(str, refusals)))
        self.refusals = tuple(refusals)
