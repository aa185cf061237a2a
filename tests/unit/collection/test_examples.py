# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation are accepted by the engine that they are for."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    parse_crates,
    parse_resources,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host import traits
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.as_task import (
    ContainerTask,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.unit.collection.module_sources import MODULES

#: Modules that take more than the attributes of a resource.
PARSERS = {"container": ContainerTask().parse}
#: What a task of an example may have beside its module.
TASK_KEYWORDS = {
    *("name", "become", "changed_when", "delay", "loop", "notify", "register", "retries"),
    *("until", "when"),
}


def _module(task: dict[str, Any]) -> str:
    """Return the one key of a task that is not a keyword, without the collection's name."""
    (name,) = set(task) - TASK_KEYWORDS
    assert name.startswith("vigo.bridge.")
    return name.removeprefix("vigo.bridge.")


#: An example may take tasks of other modules of ours to be whole.
EXAMPLES = [
    pytest.param(_module(task), task, id=f"{name}: {task['name']}")
    for name, module in MODULES.items()
    for task in module.examples
    if f"vigo.bridge.{name}" in task
]


@pytest.mark.parametrize(("module", "task"), EXAMPLES)
def test_example_uses_known_options(module: str, task: dict[str, Any]) -> None:
    assert set(_options(module, task)) <= set(MODULES[module].spec)


@pytest.mark.parametrize(("module", "task"), EXAMPLES)
def test_example_is_accepted(module: str, task: dict[str, Any]) -> None:
    options = _options(module, task)
    if module in TYPES:
        spec = MODULES[module].spec
        given = {**{name: option.get("default") for name, option in spec.items()}, **options}
        parse = PARSERS.get(module, TYPES[module].parse)
        parse({name: value for name, value in given.items() if name in TYPES[module].options})
    elif module == "traits":
        assert traits.expand(options["names"])
    elif module == "converge":
        parse_crates(options.get("crates") or {})
        parse_resources(options.get("resources") or [], options.get("crates") or {})


def _options(module: str, task: dict[str, Any]) -> dict[str, Any]:
    return task[f"vigo.bridge.{module}"] or {}
