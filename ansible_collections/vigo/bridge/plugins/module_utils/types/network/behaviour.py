# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks as a resource type."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Mapping, Sequence

from ...common.errors import ResourceError
from ..container.described_names import described_names
from ..container.engine import Engine
from ..container.named import named
from ..on_engine import marks
from ..on_engine.behaviour import EngineObject
from ..on_engine.decide import Rules
from ..on_engine.objects import Found, Observed, Wanted
from ..target import Target
from . import ipam
from .descriptor import TYPE

_SWITCHES = {"internal": "Internal", "attachable": "Attachable", "enable_ipv6": "EnableIPv6"}


class Network(EngineObject):
    """A network of Docker, or of Podman by its Docker API."""

    type = TYPE
    rules = Rules({"driver": "bridge", **dict.fromkeys(_SWITCHES, False)}, can_replace=True)
    expected_by = ("network", "docker_host", "state")

    def expect(
        self, resource: str, attributes: Callable[[], Mapping[str, Any] | None], target: Target
    ) -> None:
        """Record the network, so that no container creates it first."""
        described_names(target, TYPE.name).add(resource, attributes)

    def may_alter(self, spec: Wanted) -> Sequence[str]:
        """Return no paths: nothing else reads its files."""
        return ()

    def find(self, engine: Engine, name: str) -> Mapping[str, Any] | None:
        return engine.network(name)

    def observe(self, spec: Wanted, target: Target) -> Observed:
        record = named(target)
        if not spec.is_absent:
            record.networks.add(spec.name)
        observed = super().observe(spec, target)
        record.described[spec.resource] = spec.name
        return observed

    def settings(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        return {
            **super().settings(payload),
            "ipam": ipam.read(payload.get("IPAM")),
            **{name: bool(payload.get(key)) for name, key in _SWITCHES.items()},
        }

    def create(self, engine: Engine, wanted: Wanted, labels: Mapping[str, str]) -> None:
        engine.make_network(_body(wanted, labels))

    def remove(self, engine: Engine, found: Found) -> None:
        engine.remove_network(found.id)

    def replace(self, engine: Engine, wanted: Wanted, found: Found) -> None:
        """Replace the network. If the new one cannot be created, create the old one again."""
        before = engine.network(found.id)
        engine.remove_network(found.id)
        try:
            engine.make_network(_body(wanted, marks.labels(wanted)))
        except ResourceError:
            with contextlib.suppress(ResourceError):
                engine.make_network(_body_of(before or {}))
            raise


def _body(wanted: Wanted, labels: Mapping[str, str]) -> dict[str, Any]:
    settings = wanted.settings
    body: dict[str, Any] = {"Name": wanted.name, "Labels": dict(labels)}
    body["Driver"] = settings.get("driver", "bridge")
    if settings.get("options"):
        body["Options"] = settings["options"]
    body.update((key, settings[name]) for name, key in _SWITCHES.items() if name in settings)
    if "ipam" in settings:
        body["IPAM"] = ipam.create(settings["ipam"])
    return body


def _body_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request that creates the same network again."""
    names = ("Name", "Driver", "Options", "Labels", "IPAM", *_SWITCHES.values())
    return {name: payload[name] for name in names if payload.get(name)}
