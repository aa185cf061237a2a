# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes references to secrets as lookups of Ansible, for modules that do not know our
references.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import find, texts
from vigo_bridge.emit.yaml_text import Jinja

_LOOKUP = "{{{{ lookup('vigo.bridge.secret', '{}') }}}}"


def can_look_up(value: Any) -> bool:
    """Return whether all texts with references, at any depth, can be written with lookups."""
    return not any(
        find(text) and any(mark in text for mark in ("{{", "{%", "{#")) for text in texts(value)
    )


def with_lookups(value: Any) -> Any:
    """Return the value with a lookup in place of each reference; the same object if there is
    none.
    """
    if isinstance(value, Mapping):
        return {key: with_lookups(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_lookups(item) for item in value]
    if not isinstance(value, str) or isinstance(value, Jinja):
        return value
    found, end = [], 0
    for reference in find(value):
        found += [value[end : reference.start], _LOOKUP.format(reference.path)]
        end = reference.end
    return Jinja("".join([*found, value[end:]])) if found else value
