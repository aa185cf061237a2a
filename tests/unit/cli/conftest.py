# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from vigo_bridge.ansible.inventory import Inventory


@contextmanager
def _listed(
    sources: Sequence[str], limit: str | None, *, then_plays: bool
) -> Iterator[Callable[[], Inventory]]:
    assert limit is None
    hosts = tuple(name for source in sources for name in source.split(",") if name)
    yield lambda: Inventory(tuple(sources), hosts, {name: {} for name in hosts})


@pytest.fixture
def listed_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make lists such as `-i h1,h2` the hosts, without starting Ansible, which takes long."""
    monkeypatch.setattr("vigo_bridge.app.hosts.reading_inventory", _listed)
