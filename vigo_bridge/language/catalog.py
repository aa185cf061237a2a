# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource types and their attributes, from the collection's one list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ansible_collections.vigo.bridge.plugins.module_utils import resource_types

#: By resource type and attribute: the entry of the argument spec (`type`, `choices`, ...).
ATTRIBUTES = cast(Mapping[str, Mapping[str, Mapping[str, Any]]], resource_types.ATTRIBUTES)

#: By resource type: the attribute that stands for a resource without a name.
KEY_ATTRIBUTES: Mapping[str, str] = resource_types.KEY_ATTRIBUTES

#: By resource type: the attributes that it needs unless its state is `absent`.
NEEDED_UNLESS_ABSENT: Mapping[str, tuple[str, ...]] = {"container": ("image",)}

#: Attributes in which a reference to a secret may stand.
SECRET_ATTRIBUTES = frozenset(
    {
        "command",
        "content",
        "entrypoint",
        "env",
        "environment",
        "registry_password",
        "secret_file",
        "stdin",
    }
)

#: Attributes in which text in braces that is not ours can only be a mistake.
PLAIN_ATTRIBUTES = frozenset({"container", "image", "ports", "target_path", "user"})
