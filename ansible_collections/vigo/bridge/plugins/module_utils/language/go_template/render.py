# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders every string of a nested value."""

from __future__ import annotations

from typing import Any, Mapping

from .delimiters import OPEN
from .errors import TemplateError


def render_deep(value: Any, namespaces: Mapping[str, Any]) -> Any:
    """A copy of a value of strings, lists and dicts with all strings rendered; keys and other
    scalars stay. ``Item`` among the namespaces means inside foreach.

    Raises ``TemplateError`` with the ``path`` of the string.
    """
    return _render(value, namespaces, "")


def _render(value: Any, namespaces: Mapping[str, Any], path: str) -> Any:
    if isinstance(value, str):
        return _render_text(value, namespaces, path)
    if isinstance(value, Mapping):
        prefix = f"{path}." if path else ""
        return {key: _render(v, namespaces, f"{prefix}{key}") for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_render(v, namespaces, f"{path}[{index}]") for index, v in enumerate(value)]
    return value


def _render_text(text: str, namespaces: Mapping[str, Any], path: str) -> str:
    if OPEN not in text:
        return text
    # It takes longer to load than most calls take, and many stacks have no templates.
    from .template import parse

    try:
        return parse(text, foreach="Item" in namespaces).render(namespaces)
    except TemplateError as error:
        error.path = path
        raise
