# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common behaviour of the resource types network and volume."""

from __future__ import annotations

from typing import Any, Mapping

from ...common.dataclass import replace
from ..base import Decision, Outcome, Turn
from ..container.engine import Engine
from ..container.named import named
from ..container.owners import owners
from ..result import conceal_values as each_text
from ..target import Target
from . import marks
from .decide import CREATE, REMOVE, Rules, decide
from .engines import OnEngine, engine_of
from .objects import Found, Observed, Wanted


class EngineObject(OnEngine):
    """A network or a volume. Subclasses call the engine."""

    rules = Rules()

    def find(self, engine: Engine, name: str) -> Mapping[str, Any] | None:
        """Return the inspect payload."""
        raise NotImplementedError

    def settings(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings of an inspect payload in canonical form."""
        return {
            "driver": payload.get("Driver") or "",
            "options": payload.get("Options") or {},
            "labels": payload.get("Labels") or {},
        }

    def create(self, engine: Engine, wanted: Wanted, labels: Mapping[str, str]) -> None:
        """Create one. wanted: with the values of secrets. labels: all labels."""
        raise NotImplementedError

    def remove(self, engine: Engine, found: Found) -> None:
        """Remove one."""
        raise NotImplementedError

    def replace(self, engine: Engine, wanted: Wanted, found: Found) -> None:
        """Recreate one."""
        raise NotImplementedError

    def observe(self, spec: Wanted, target: Target) -> Observed:
        engine = engine_of(spec.docker_host, target)
        named(target).take(spec.kind, spec.name, engine, spec.resource)
        payload = self.find(engine, spec.name)
        if payload is None:
            return Observed(None)
        return Observed(self._found(spec, payload, engine, target), _users(spec, engine, target))

    def _found(
        self, spec: Wanted, payload: Mapping[str, Any], engine: Engine, target: Target
    ) -> Found:
        labels = payload.get("Labels") or {}
        identity = payload.get("Id") or payload["Name"]
        owner, known = marks.owner(spec.kind, labels), owners(target)
        is_ours = known.owns_object(spec.kind, identity, owner)
        whose = "it was created by another tool"
        if owner is not None:
            whose = f"it belongs to another stack, {owner}"
        made_from = marks.made_from(labels) if is_ours else None
        settings = self.settings(payload)
        return Found(identity, settings, made_from, is_ours, "" if is_ours else whose)

    def decide(self, spec: Wanted, observed: Observed, turn: Turn) -> Decision:
        return decide(spec, observed, self.rules, turn.reveal)

    def act(self, spec: Wanted, observed: Observed, decision: Decision, target: Target) -> Outcome:
        engine, (step,) = engine_of(spec.docker_host, target), decision.steps
        if step == CREATE:
            self.create(engine, _revealed(spec, target), marks.labels(spec))
        elif observed.found is not None and step == REMOVE:
            self.remove(engine, observed.found)
        elif observed.found is not None:
            self.replace(engine, spec, observed.found)
        return Outcome()

    def predict(self, spec: Wanted, observed: Observed, target: Target) -> None:
        host = engine_of(spec.docker_host, target).host
        predicted = None if spec.is_absent else spec.settings
        target.overlay.objects[spec.kind, host, spec.name] = predicted


def _revealed(spec: Wanted, target: Target) -> Wanted:
    return replace(spec, settings=each_text(spec.settings, target.secrets.reveal))


def _users(spec: Wanted, engine: Engine, target: Target) -> tuple[str, ...]:
    """Return the containers that use it, except those that earlier changes would have removed."""
    objects = target.overlay.objects
    return tuple(
        name
        for name in engine.users(spec.kind, spec.name)
        if objects.get(("container", engine.host, name), name) is not None
    )
