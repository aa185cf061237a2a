# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests run at the same time when pytest has several workers (`-n`).

Tests that share a part of the testbed run one after the other, in one worker. They mostly wait for
engines and hosts, so one worker more than there are processors keeps the machine busy.
"""

from __future__ import annotations

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

#: The tests of one group run in one worker. Groups start in this order, before all other tests:
#: they take longest.
_GROUPS = ("engine", "hosts")


@pytest.hookimpl(tryfirst=True)  # Before xdist reads the groups.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need the testbed, and put them first."""
    order: dict[pytest.Item, int] = {}
    for item in items:
        group = _group(getattr(item, "fixturenames", ()))
        order[item] = _GROUPS.index(group) if group else len(_GROUPS)
        if group:
            item.add_marker("testbed")
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=order.__getitem__)


def _group(fixtures: list[str] | tuple[str, ...]) -> str | None:
    """Return the group of a test with these fixtures; None when it needs no testbed.

    Host names exist once per machine, so all tests with hosts are in one group.
    """
    if "testbed" not in fixtures:
        return None
    return "hosts" if "fleet3" in fixtures else "engine"


def pytest_xdist_auto_num_workers() -> int:
    """Return the number of workers for `-n auto`."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadGroupScheduling | None:
    """Distribute groups and files where `--dist loadgroup` is asked for."""
    return _GroupsAndFiles(config, log) if config.getoption("dist") == "loadgroup" else None


class _GroupsAndFiles(LoadGroupScheduling):
    """A worker gets a whole group, or all other tests of a file, whose fixtures are made once."""

    def _split_scope(self, nodeid: str) -> str:
        """Return the group of a test, or its file."""
        return super()._split_scope(nodeid).partition("::")[0]
