# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts the stored state of a notifier to data for a JSON file, and back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    LARGEST_OF_OURS,
    Checked,
    required,
)
from vigo_bridge.watch.notifications.announcements import Announced, Known
from vigo_bridge.watch.notifications.delivery import KEPT, Parcel
from vigo_bridge.watch.notifications.items import Item, Kind

_PARCEL = ("title", "text", "severity", "data")


@dataclass(frozen=True)
class Kept:
    """What people know, and the messages that are waiting for each target, by its identity."""

    announced: Announced = field(default_factory=dict)
    waiting: Mapping[str, tuple[Parcel, ...]] = field(default_factory=dict)


def kept_as_data(kept: Kept) -> dict[str, Any]:
    return {
        "hosts": {name: _known_as_data(known) for name, known in kept.announced.items()},
        "waiting": {target: list(parcels) for target, parcels in kept.waiting.items() if parcels},
    }


def kept_from_data(data: Any) -> Kept:
    """Return what `kept_as_data` wrote. Raise InvalidData."""
    checked = Checked(LARGEST_OF_OURS)
    document = checked.mapping(data, "it")
    hosts = checked.mapping(required(document, "hosts"), "hosts")
    waiting = checked.mapping(required(document, "waiting"), "waiting")
    return Kept(
        {
            checked.text(name, "hosts"): _known(known, f"hosts.{name:.100}", checked)
            for name, known in hosts.items()
        },
        {
            checked.text(target, "waiting"): tuple(
                _parcel(item, place, checked)
                for place, item in checked.items(parcels, f"waiting.{target:.100}")
            )[-KEPT:]
            for target, parcels in waiting.items()
        },
    )


def _known_as_data(known: Known) -> dict[str, Any]:
    return {
        "items": {place: list(item.key) for place, item in known.items.items()},
        "changes": list(known.changes),
        "flapping": known.flapping,
        "last_change": known.last_change,
    }


def _known(data: Any, where: str, checked: Checked) -> Known:
    fields = checked.mapping(data, where)
    items = checked.mapping(required(fields, "items", where), f"{where}.items")
    changes = checked.items(required(fields, "changes", where), f"{where}.changes")
    return Known(
        {
            checked.text(place, where): _item(item, f"{where}.items", checked)
            for place, item in items.items()
        },
        tuple(checked.integer(turn, place) for place, turn in changes),
        checked.flag(required(fields, "flapping", where), f"{where}.flapping"),
        checked.integer(required(fields, "last_change", where), f"{where}.last_change"),
    )


def _item(data: Any, where: str, checked: Checked) -> Item:
    """Return a fact; of it only the key is kept, which is all that is compared."""
    key = [*checked.texts(data, where), "", "", ""]
    kind = checked.choice(key[0], where, [one.value for one in Kind])
    return Item(Kind(kind), key[1], key[2])


def _parcel(data: Any, where: str, checked: Checked) -> Parcel:
    parcel = checked.mapping(data, where)
    return {
        name: checked.text(required(parcel, name, where), f"{where}.{name}") for name in _PARCEL
    }
