# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The labels of a replacement on a new container, with which it can be finished or undone later.

Other programs can write labels, too: one that is not in the form of this file is ignored.
"""

from __future__ import annotations

import json
from typing import Any, Mapping, Sequence

from ....common.dataclass import dataclass
from ....common.errors import ResourceError
from .. import label
from ..observed import Existing
from ..start_first import START_FIRST
from ..values import restart


@dataclass(frozen=True)
class Prior:
    """The state of the former container. restart: its policy; None if unknown."""

    restart: str | None = None
    running: bool = False


def labels_for(old: Existing, followers: Sequence[Existing] = ()) -> dict[str, str]:
    """Return the labels of the container that replaces ``old``."""
    prior = {"restart": old.settings.restart, "running": old.has_process}
    labels = {label.REPLACES: old.id, label.PRIOR: json.dumps(prior, sort_keys=True)}
    if followers:
        labels[label.FOLLOWERS] = json.dumps([follower.name for follower in followers])
    return labels


def start_first_labels_for(old: Existing) -> dict[str, str]:
    """Return the labels of the container that runs beside ``old`` before it takes its place."""
    return {**labels_for(old), label.STRATEGY: START_FIRST}


def is_start_first(successor: Existing) -> bool:
    """Return whether a new container ran beside the one that it replaces."""
    return successor.labels.get(label.STRATEGY) == START_FIRST


def prior(container: Existing) -> Prior:
    """Return the state of the container that this one replaces."""
    found = _json(container.labels, label.PRIOR)
    if not isinstance(found, dict):
        return Prior()
    return Prior(_policy(found.get("restart")), found.get("running") is True)


def followers(container: Existing) -> list[str]:
    """Return the names of the containers that were replaced with this one."""
    found = _json(container.labels, label.FOLLOWERS)
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _policy(value: Any) -> str | None:
    try:
        return restart.parse(value, "restart") if isinstance(value, str) else None
    except ResourceError:
        return None


def _json(labels: Mapping[str, str], name: str) -> Any:
    try:
        return json.loads(labels.get(name) or "null")
    except (ValueError, RecursionError):
        return None
