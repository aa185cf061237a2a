# SPDX-License-Identifier: GPL-3.0-or-later
"""The page about docker_container has the collection's tables, and its playbooks are accepted."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.as_task import parse
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.descriptor import TYPE
from ansible_collections.vigo.bridge.plugins.plugin_utils.known_options import by_name
from tests.docker_container_page import PAGE, PLAYBOOKS
from tests.unit.docs.site_module import site_module


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    return site_module("docker_container_table")


def test_the_page_has_the_tables(tables: ModuleType) -> None:
    """If not, run `python docs/site/docker_container_table.py`."""
    page = PAGE.read_text(encoding="utf-8")
    for make in tables.TABLES.values():
        assert make() in page
    assert tables.updated(page) == page


def test_other_tables_are_replaced(tables: ModuleType) -> None:
    page = "".join(f"{heading}\n\nText.\n\n| old |\n\n" for heading in tables.TABLES)
    expected = "".join(
        f"{heading}\n\nText.\n\n{make()}\n" for heading, make in tables.TABLES.items()
    )
    assert tables.updated(f"{page}## End\n") == f"{expected}## End\n"


def containers(playbook: str) -> list[dict[str, Any]]:
    """Return the arguments of the tasks that use our module."""
    tasks = [task for play in PLAYBOOKS[playbook] for task in play["tasks"]]
    return [task["vigo.bridge.container"] for task in tasks if "vigo.bridge.container" in task]


def test_both_playbooks_say_the_same() -> None:
    (changed,), (final,) = containers("changed.yml"), containers("final.yml")
    assert parse(by_name(changed, TYPE)) == parse(final)
    assert by_name(final, TYPE) == final


def test_only_the_names_of_modules_change() -> None:
    ((before,), (after,)) = PLAYBOOKS["docker.yml"], PLAYBOOKS["changed.yml"]
    found = [list(one.values()) for one in before["tasks"]]
    assert found == [list(one.values()) for one in after["tasks"]]


def test_tasks_by_name() -> None:
    found = [parse(by_name(task, TYPE)) for task in containers("by-name.yml")]
    assert [one.image for one in found] == [""] * 4
