# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack on an engine in memory, with a state folder of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.converge.info import stack_info
from ansible_collections.vigo.bridge.plugins.module_utils.converge.on_demand import bring_to_state
from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.converge.take_down import take_down
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import ACTIONS, Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import HOST, in_use

#: A container as most cases have it.
REDIS = {"type": "container", "image": "redis:7-alpine", "settle_time": 0}


class StackOnEngine:
    """resources: attributes by ID. notes, returned: remarks and more of the last call."""

    def __init__(self, memory: InMemoryEngine, folder: Path, **stack: Any) -> None:
        self.memory = memory
        self.folder = folder
        self.stack = {"scope": "shop", "stack_id": "id-1", "state_dir": str(folder), **stack}
        self.resources: dict[str, Mapping[str, Any]] = {}
        self.notes: list[str] = []
        self.returned: dict[str, Any] = {}

    def container(self, resource: str, **attributes: Any) -> None:
        """Add a container that is named like its resource."""
        name = resource.rpartition("/")[2]
        self.resources[resource] = {**REDIS, "container": name, **attributes}

    def run(self, **arguments: Any) -> list[Result]:
        return self.call(converge, arguments)

    def handle(self, state: str, **arguments: Any) -> list[Result]:
        """Restart, stop, start or pull."""
        return self.call(bring_to_state, {"state": state, **arguments})

    def info(self, **arguments: Any) -> list[Result]:
        return self.call(stack_info, arguments)

    def down(self, **arguments: Any) -> list[Result]:
        return self.call(take_down, {"state": "absent", **arguments})

    def states(self) -> dict[str, str]:
        """Return the status of each container of the engine, by name."""
        return {box.name: box.status for box in self.memory.boxes.values()}

    def files(self) -> set[str]:
        """Return the files in the state folder."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)) for path in found}

    def call(
        self,
        work: Callable[[Mapping[str, Any], Target], list[Result]],
        arguments: Mapping[str, Any],
    ) -> list[Result]:
        """Do the work with the stack's arguments and these."""
        given = dict(arguments)
        target = Target(given.pop("check", False), Secrets(given.pop("secrets", {})))
        resources = [
            {"id": name, **({"docker_host": HOST} if "settle_time" in one else {}), **one}
            for name, one in self.resources.items()
        ]
        with in_use(self.memory, given.pop("way", None)):
            results = work({"resources": resources, **self.stack, **given}, target)
        self.notes, self.returned = target.notes, target.returned
        for each in results:
            assert each.type in TYPES, each
            assert each.action in ACTIONS, each
            assert each.failed is (each.error is not None), each
        return results


def actions(results: list[Result]) -> dict[str, str]:
    """Return the action of each result, in their order; with the reason where it was not done."""
    return {
        each.id: f"{each.action}: {each.reason}"
        if each.failed or each.action == "skipped"
        else each.action
        for each in results
    }
