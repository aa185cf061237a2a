# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes as a resource type. Nothing but ``state: absent`` ever removes one."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ..base import Call
from ..container.engine import Engine
from ..container.named import named
from ..on_engine.behaviour import EngineObject
from ..on_engine.decide import Rules
from ..on_engine.objects import Found, Observed, Wanted
from ..result import Result
from ..target import Target
from .descriptor import TYPE
from .orphans import report


class Volume(EngineObject):
    """A volume of Docker, or of Podman by its Docker API."""

    type = TYPE
    rules = Rules({"driver": "local"})

    def may_alter(self, spec: Wanted) -> Sequence[str]:
        """Return no paths: nothing else reads its files."""
        return ()

    def find(self, engine: Engine, name: str) -> Mapping[str, Any] | None:
        return engine.volume(name)

    def observe(self, spec: Wanted, target: Target) -> Observed:
        observed = super().observe(spec, target)
        named(target).described[spec.resource] = spec.name
        return observed

    def create(self, engine: Engine, wanted: Wanted, labels: Mapping[str, str]) -> None:
        settings = wanted.settings
        engine.make_volume(
            {
                "Name": wanted.name,
                "Driver": settings.get("driver", "local"),
                "DriverOpts": settings.get("options", {}),
                "Labels": dict(labels),
            }
        )

    def remove(self, engine: Engine, found: Found) -> None:
        engine.delete_volume(found.id)

    def finish(self, call: Call, results: Sequence[Result], target: Target) -> list[Result]:
        """Report volumes that the stack no longer has. Nothing removes them."""
        report(call, target)
        return []
