# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the message where it differs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...common.errors import ResourceError
from ..base import Behaviour, Decision, Outcome, Turn
from ..target import Target
from .descriptor import TYPE


@dataclass(frozen=True)
class Message:
    path: str
    text: str


def parse(attributes: Mapping[str, Any]) -> Message:
    path, text = attributes.get("path") or "", attributes.get("message") or ""
    if not os.path.isabs(path):
        raise ResourceError("path must be absolute")
    return Message(path, f"{text}\n")


class Motd(Behaviour):
    type = TYPE

    def observe(self, spec: Message, target: Target) -> str | None:
        if not os.path.exists(spec.path):
            return None
        with open(spec.path, encoding="utf-8") as stream:
            return stream.read()

    def decide(self, spec: Message, observed: str | None, turn: Turn) -> Decision:
        if observed == spec.text:
            return Decision("none")
        return Decision("created" if observed is None else "updated", "the message differs")

    def act(
        self, spec: Message, observed: str | None, decision: Decision, target: Target
    ) -> Outcome:
        with open(spec.path, "w", encoding="utf-8") as stream:
            stream.write(spec.text)
        return Outcome()

    def may_alter(self, spec: Message) -> Sequence[str]:
        return (spec.path,)
