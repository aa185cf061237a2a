# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices by path, and GPUs and other devices that a driver provides."""

from __future__ import annotations

from vigo_bridge.compose.findings import Findings
from vigo_bridge.compose.model import DeviceRequest
from vigo_bridge.compose.reading import shapes
from vigo_bridge.compose.text import Text, joined
from vigo_bridge.language.values import Fields, Items, Value

_GPU = "gpu"


def read_devices(value: Value, findings: Findings) -> tuple[Text, ...]:
    """Return the entries of `devices` in the short form."""
    return shapes.each(value.items if isinstance(value, Items) else (value,), _device)


def _device(item: Value) -> Text:
    if not isinstance(item, Fields):
        return shapes.text(item)
    source, target, access = (
        shapes.optional(item, key) for key in ("source", "target", "permissions")
    )
    if source is None:
        shapes.refuse_form(item, "a device with a source")
    tail = (":", access) if access is not None else ()
    return joined(source, ":", target or source, *tail, position=item.position)


def read_gpus(value: Value, findings: Findings) -> tuple[DeviceRequest, ...]:
    """Return the requests of `gpus`: `all`, or a list in which each entry is of GPUs."""
    gpu = Text((_GPU,), value.position)
    if not isinstance(value, Items):
        return (DeviceRequest(None, shapes.text(value), (), ((gpu,),), ()),)
    return shapes.each(value.items, lambda item: _request(item, gpu))


def read_requests(value: Value) -> tuple[DeviceRequest, ...]:
    """Return the requests of `devices` of reservations."""
    items = value.items if isinstance(value, Items) else shapes.refuse_form(value, "a list")
    return shapes.each(items, _request)


def _request(item: Value, further: Text | None = None) -> DeviceRequest:
    known = {
        **dict.fromkeys(("driver", "count"), shapes.text),
        **dict.fromkeys(("device_ids", "capabilities"), shapes.texts),
        "options": shapes.pairs,
    }
    found = shapes.parts(shapes.mapping(item), "a device", known)
    group = found["capabilities"] or ()
    if further is not None and _GPU not in map(str, group):
        group = (*group, further)
    return DeviceRequest(
        found["driver"],
        found["count"],
        found["device_ids"] or (),
        (group,) if group else (),
        found["options"] or (),
    )
