# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in docs/start-first.md are valid stacks, and its table names what is refused."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import (
    spec,
    start_first,
)
from tests.unit.docs.example import DOCS, resources


def test_the_example(tmp_path: Path) -> None:
    (api,) = resources("start-first.md", tmp_path)
    parsed = spec.parse({**api.attributes, "image": "x"})
    assert start_first.is_chosen(parsed)
    assert (parsed.drain_time, parsed.pre_stop) == (15.0, ("touch", "/tmp/draining"))


def test_the_example_for_traefik(tmp_path: Path) -> None:
    """Traefik has noticed that the old container is unhealthy long before it is stopped."""
    (api,) = resources("start-first.md", tmp_path, 1)
    parsed = spec.parse({**api.attributes, "image": "x"})
    assert start_first.is_chosen(parsed)
    assert parsed.pre_stop == ("touch", "/tmp/draining")
    check = parsed.settings.healthcheck
    assert check is not None
    assert check.interval is not None
    assert check.retries is not None
    assert check.interval / 1e9 * check.retries + 2 < parsed.drain_time


def test_the_table() -> None:
    table = (DOCS / "start-first.md").read_text().partition("| setting |")[2].partition("\n\n")[0]
    named = {
        name for row in table.splitlines() for name in re.findall(r"`(\w+)", row.split("|")[1])
    }
    refused = {names[-1] for names, _check in start_first.CONFLICTS} | {"volumes"}
    assert refused - named - {"renew_volumes"} == set()
