# SPDX-License-Identifier: GPL-3.0-or-later
"""What match entries inherit from folders, in the order of the output."""

from __future__ import annotations

from pathlib import Path

from vigo_bridge.language import load
from vigo_bridge.resolve.inheritance import sources

FILES = {
    "common.vgo": "vars: {a: 1}",
    "environments.vgo": "env: {live: {vars: {a: 2}}, test: {}}",
    "prod/web/envoys.vgo": "{match: 'web*', environment: live}",
    "prod/common.vgo": "roles: base",
    "prod/envoys.vgo": "match: 'db*'",
    "roles.vgo": "roles: [{name: base}]",
}


def test_parents_come_first(tmp_path: Path) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = sources(load(tmp_path))
    assert [(str(item.position), item.label) for item in found] == [
        ("common.vgo:1:1", "common"),
        ("environments.vgo:1:13", "environment live"),
        ("environments.vgo:1:35", "environment test"),
        ("prod/common.vgo:1:1", "common"),
        ("prod/envoys.vgo:1:1", "match db*"),
        ("prod/web/envoys.vgo:1:1", "match web*"),
    ]
    assert [str(position) for position in found[-1].inherits] == [
        "common.vgo:1:1",
        "prod/common.vgo:1:1",
        "environments.vgo:1:13",
    ]
