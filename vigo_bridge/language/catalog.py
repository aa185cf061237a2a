# SPDX-License-Identifier: GPL-3.0-or-later
"""What the language needs of the resource types, from the collection's one list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES, names_where

#: By resource type and attribute: the entry of the argument spec (`type`, `choices`, ...).
ATTRIBUTES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    name: kind.options for name, kind in TYPES.items()
}

#: Resource types by the names that they had.
FORMER_NAMES: Mapping[str, str] = {
    former: name for name, kind in TYPES.items() for former in kind.former_names
}

#: Attributes in which a reference to a secret may stand.
SECRET_ATTRIBUTES = names_where("secrets")

#: Attributes in which text in braces that is not ours can only be a mistake.
PLAIN_ATTRIBUTES = names_where("plain")
