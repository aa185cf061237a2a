# SPDX-License-Identifier: GPL-3.0-or-later
"""``/status.json``: the fleet for programs. docs/monitoring.md describes the form, which stays."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean_json
from vigo_bridge.watch.server.snapshot import Snapshot
from vigo_bridge.watch.turn_data import fleet_as_data
from vigo_bridge.watch.turns import Turn

#: The version of the form. New fields do not change it.
VERSION = 1


def status_json(snapshot: Snapshot, label: str, late: str) -> str:
    """Return the document. label: of the stack. late: why the watcher seems to hang, or empty."""
    return clean_json(json.dumps(_status(snapshot, label, late), ensure_ascii=False))


def _status(snapshot: Snapshot, label: str, late: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "stack": snapshot.stack or None,
        "source": label,
        "late": late or None,
        "interval_s": snapshot.interval,
        "last_turn": _turn(snapshot.turn) if snapshot.turn else None,
        "turns": dict(snapshot.turns),
        "fleet": fleet_as_data(snapshot.fleet),
        "notifications": {
            name: dataclasses.asdict(counts) for name, counts in snapshot.notifications.items()
        },
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "turn": turn.number,
        "started": turn.started.isoformat(timespec="seconds"),
        "duration_s": round(turn.duration, 2),
        "looked": turn.looked,
        "rollout": turn.rollout,
        "actions": dict(turn.actions),
    }
