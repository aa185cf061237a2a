# SPDX-License-Identifier: GPL-3.0-or-later
"""References to secrets in the options of a module become Ansible's lookups."""

from __future__ import annotations

from typing import Any

import pytest

from vigo_bridge.emit.tasks.secret_lookups import can_look_up, with_lookups
from vigo_bridge.emit.yaml_text import Jinja

A = "{{ lookup('vigo.bridge.secret', 'a/b') }}"

WRITTEN = [
    ("secret:a/b", A),
    ("x=secret:{a/b}y", f"x={A}y"),
    ("secret:a/b secret:a/b.", f"{A} {A}."),
    ({"x": ["secret:a/b", 1], "y": None}, {"x": [A, 1], "y": None}),
    ("no secret", "no secret"),
    ("not-secret:a/b", "not-secret:a/b"),
]


@pytest.mark.parametrize(("value", "written"), WRITTEN)
def test_lookups(value: Any, written: Any) -> None:
    assert with_lookups(value) == written
    assert can_look_up(value)


def test_only_texts_with_references_become_templates() -> None:
    assert isinstance(with_lookups("secret:a/b"), Jinja)
    assert not isinstance(with_lookups("{{ plain }}"), Jinja)
    assert with_lookups(Jinja("{{ secret }}")) == "{{ secret }}"


@pytest.mark.parametrize("text", ["{{ .Vars.x }} secret:a/b", "secret:a/b {% x %}", "{# secret:a"])
def test_braces_beside_a_reference_would_be_ansibles(text: str) -> None:
    assert not can_look_up({"x": [text]})
