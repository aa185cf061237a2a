# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the collection speak to an engine in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.engine import connection, events
from ansible_collections.vigo.bridge.plugins.module_utils.engine.address import address
from ansible_collections.vigo.bridge.plugins.module_utils.engine.transport import Transport
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    Behaviour,
    Turn,
    apply_resource,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import (
    engine,
    health_watch,
    settle,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.behaviour import Container
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import (
    draining,
    port_holders,
    repair,
    rollback,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine

HOST = "unix:///in-memory/docker.sock"
_KEEP_TIME = (draining, engine, port_holders, repair, rollback, settle, health_watch)


@contextmanager
def in_use(memory: InMemoryEngine, way: Transport | None = None) -> Iterator[None]:
    """Make every engine this one, reached by the way, with one time for all.

    A resource without an address of an engine fails, so that tests notice if one is lost.
    """

    def wait(_events: events.Events, _container_id: str, seconds: float) -> None:
        memory.clock.step(seconds)
        memory.wait_for_readers()

    def transport_to(host: str) -> Transport:
        assert host != address(""), "a resource has lost its docker_host"
        return way or memory

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "transport_to", transport_to)
        patch.setattr(events.Events, "wait", wait)
        for module in _KEEP_TIME:
            patch.setattr(module, "time", memory.clock)
        yield


def applied(
    memory: InMemoryEngine,
    attributes: Mapping[str, Any],
    way: Transport | None = None,
    check: bool = False,
    turn: Turn | None = None,
    notes: list[str] | None = None,
    behaviour: Behaviour | None = None,
) -> Result:
    """Apply one container. notes: gets the remarks. behaviour: another one."""
    target = Target(check, Secrets({}))
    if notes is not None:
        target.notes = notes
    given = {"image": "redis:7-alpine", "docker_host": HOST, **attributes}
    with in_use(memory, way):
        return apply_resource(
            "test", behaviour or Container(), lambda: given, target, turn or Turn()
        )


def engine_with(attributes: Mapping[str, Any]) -> InMemoryEngine:
    """Return an engine that has both images, and this container."""
    memory = InMemoryEngine()
    memory.have("redis:7-alpine", "redis:8-alpine")
    assert applied(memory, attributes).action == "created"
    return memory


def thing_brought(
    memory: InMemoryEngine,
    kind: str,
    attributes: Mapping[str, Any],
    check: bool = False,
    secrets: Mapping[str, str] | None = None,
) -> Result:
    """Bring one network or volume, as its module does."""
    given = {"docker_host": HOST, **attributes}
    target = Target(check, Secrets(secrets or {}))
    with in_use(memory):
        return apply_resource("test", TYPES[kind].behaviour(), lambda: given, target)


def converged(
    memory: InMemoryEngine, arguments: Mapping[str, Any], way: Transport | None = None
) -> tuple[list[Result], Target]:
    """Apply a whole graph, with the arguments of the module, and a state folder of its own."""
    target = Target()
    with in_use(memory, way), TemporaryDirectory() as folder:
        return converge({"state_dir": folder, **arguments}, target), target
