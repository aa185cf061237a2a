# SPDX-License-Identifier: GPL-3.0-or-later
"""``/status.json``: the fleet for programs, in a form that stays. docs/watch.md describes it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean_json
from vigo_bridge.watch.snapshot import Snapshot
from vigo_bridge.watch.states import HostState, ResourceState
from vigo_bridge.watch.turns import Turn

#: The version of the form. New fields do not change it.
VERSION = 1


def status_json(snapshot: Snapshot, stack: str, late: str) -> str:
    """Return the document. late: why the watcher seems to hang, or empty."""
    return clean_json(json.dumps(status_data(snapshot, stack, late), ensure_ascii=False))


def status_data(snapshot: Snapshot, stack: str, late: str) -> dict[str, Any]:
    """Return the document as data."""
    fleet = snapshot.fleet
    return {
        "version": VERSION,
        "stack": stack,
        "revision": fleet.revision,
        "condition": fleet.condition.value,
        "drift": fleet.drift.value,
        "conditions": {one.value: count for one, count in fleet.conditions.items()},
        "drifts": {one.value: count for one, count in fleet.drifts.items()},
        "unreachable": fleet.unreachable,
        "late": late or None,
        "last_good_turn": fleet.good_turn or None,
        "last_turn": _turn(snapshot.turn) if snapshot.turn else None,
        "turns": dict(snapshot.turns),
        "problems": [
            {**dataclasses.asdict(one), "problem": one.problem.value} for one in fleet.problems
        ],
        "hosts": {name: _host(host) for name, host in fleet.hosts.items()},
        "notifications": {
            name: dataclasses.asdict(counts) for name, counts in snapshot.notifications.items()
        },
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "number": turn.number,
        "started": turn.started.isoformat(timespec="seconds"),
        "duration_s": round(turn.duration, 2),
        "interval_s": turn.interval,
        "looked": turn.looked,
        "rollout": turn.rollout,
        "actions": dict(turn.actions),
    }


def _host(host: HostState) -> dict[str, Any]:
    return {
        "condition": host.condition.value,
        "drift": host.drift.value,
        "since": host.since or None,
        "last_result": host.seen or None,
        "message": host.message,
        "unreachable_since": host.unreachable_since or None,
        "unreachable_message": host.unreachable_message,
        "resources_total": host.total,
        "resources": [_resource(one) for one in host.resources],
    }


def _resource(resource: ResourceState) -> dict[str, Any]:
    return {
        "id": resource.id,
        "action": resource.action,
        "reason": resource.reason,
        "differences": [dataclasses.asdict(one) for one in resource.differences],
        "pending": resource.pending,
        "repaired": resource.repaired,
        "turns": resource.turns,
        "error": resource.error,
        "since": resource.since or None,
    }
