# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels of networks and volumes: the owner, and the settings at creation."""

from __future__ import annotations

import json
from typing import Any, Mapping

from ...state.ownership import Owner
from ..container import label
from .objects import Wanted

#: By kind: the label that names the stack.
SCOPES = {"network": label.NETWORK, "volume": label.VOLUME}
#: The scope of an object that does not belong to a stack.
NO_STACK = "true"
_VERSION = 1


def labels(wanted: Wanted) -> dict[str, str]:
    """Return the labels of an object that is created for a resource."""
    content = {"version": _VERSION, "set": wanted.settings}
    ours = {
        SCOPES[wanted.kind]: wanted.scope or NO_STACK,
        label.STACK_ID: wanted.stack_id,
        label.RESOURCE: wanted.resource if wanted.scope else "",
        label.SPEC: json.dumps(content, sort_keys=True, separators=(",", ":")),
    }
    return {
        **wanted.settings.get("labels", {}),
        **{key: text for key, text in ours.items() if text},
    }


def owner(kind: str, found: Mapping[str, str]) -> Owner | None:
    """Return the owner of an object with these labels; None if no stack created it."""
    scope = found.get(SCOPES[kind]) or NO_STACK
    if scope == NO_STACK:
        return None
    return Owner(scope, found.get(label.STACK_ID) or "", found.get(label.RESOURCE) or "")


def made_from(found: Mapping[str, str]) -> Mapping[str, Any] | None:
    """Return the settings at creation; None without a label that records them."""
    try:
        content = json.loads(found.get(label.SPEC) or "")
    except ValueError:
        return None
    if not isinstance(content, dict) or content.get("version") != _VERSION:
        return None
    settings = content.get("set")
    return settings if isinstance(settings, dict) else None
