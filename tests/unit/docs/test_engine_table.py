# SPDX-License-Identifier: GPL-3.0-or-later
"""The table in docs/containers.md agrees with the rows of the settings."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.unit.docs.site_module import site_module


@pytest.fixture(scope="module")
def engine_table() -> ModuleType:
    return site_module("engine_table")


def test_the_page_has_the_table(engine_table: ModuleType) -> None:
    """If not, run `python docs/site/engine_table.py`."""
    page = engine_table.PAGE.read_text(encoding="utf-8")
    assert engine_table.table() in page
    assert engine_table.updated(page) == page


def test_another_table_is_replaced(engine_table: ModuleType) -> None:
    head, line = engine_table.HEAD
    page = f"a\n\n{head}\n{line}\n| old | | | |\n\nb | c\n"
    assert engine_table.updated(page) == f"a\n\n{engine_table.table()}\nb | c\n"
