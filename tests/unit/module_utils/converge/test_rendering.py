# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering all strings of a resource's attributes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.rendering import (
    render_deep,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)

_NAMESPACES = {"Vars": {"port": 80}, "Traits": {}}


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        ("{{.Vars.port}}", "80"),
        (5, 5),
        (None, None),
        (True, True),
        ({"{{.Vars.port}}": "{{.Vars.port}}"}, {"{{.Vars.port}}": "80"}),
        ([["{{.Vars.port}}"], ()], [["80"], []]),
        ({"a": [{"b": "x{{.Vars.port}}"}, 1.5]}, {"a": [{"b": "x80"}, 1.5]}),
    ],
)
def test_rendered(value: Any, rendered: Any) -> None:
    assert render_deep(value, _NAMESPACES) == rendered


def test_item_is_known_inside_foreach() -> None:
    assert render_deep(["{{.Item}}"], {**_NAMESPACES, "Item": "a"}) == ["a"]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("{{.Vars.x}}", ""),
        ({"env": {"HOME": "{{.Vars.x}}"}}, "env.HOME"),
        ({"ports": ["1", "{{.Vars.x}}"]}, "ports[1]"),
    ],
)
def test_errors_tell_which_string(value: Any, path: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_deep(value, _NAMESPACES)
    assert caught.value.path == path
    assert path in str(caught.value)
