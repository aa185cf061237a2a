# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of unquoted values, against the real `docker compose config`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.testbed.compose import compose_binary
from tests.unit.compose.loading.test_scalars import PLACES, PLAIN, TABLE

pytestmark = pytest.mark.integration


def config(text: str, folder: Path) -> dict[str, Any] | None:
    """Return compose's result for a file; None if it refuses it."""
    for name in ("f", "e"):
        (folder / name).touch()
    (folder / "compose.yml").write_text(text)
    finished = subprocess.run(
        [compose_binary(), "-p", "p", "-f", folder / "compose.yml", "config", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, Any] | None = json.loads(finished.stdout) if not finished.returncode else None
    return found


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    else:
        yield str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, dict):
        yield from value


def test_how_values_are_printed(tmp_path: Path) -> None:
    printed = {text: shown for text, (kind, shown) in PLAIN.items() if kind != "null"}
    printed = {
        text: shown for text, shown in printed.items() if not shown.strip("+-").startswith(".")
    }
    lines = [f"      V{number}: {text}" for number, text in enumerate(printed)]
    found = config(
        "\n".join(["services:", "  a:", "    image: x", "    environment:", *lines]), tmp_path
    )
    assert found is not None
    environment = found["services"]["a"]["environment"]
    assert {text: environment[f"V{number}"] for number, text in enumerate(printed)} == printed


@pytest.mark.sweep
@pytest.mark.parametrize("place", PLACES)
def test_a_place(place: str, tmp_path: Path) -> None:
    case = PLACES[place]
    for value in TABLE["values"]:
        found = config(case["file"].replace("@", value), tmp_path)
        assert (found is not None) == (value in case["takes"]), value
        shown = case["takes"].get(value)
        if found is not None and shown not in (None, "false"):
            parts = [part for leaf in leaves(found) for part in (leaf, *leaf.split("="))]
            assert shown in parts, value
