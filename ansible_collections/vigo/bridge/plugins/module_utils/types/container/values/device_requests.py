# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPUs and other devices that a driver of the engine provides: ``all``, ``2``, or mappings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Iterable, Mapping

from ....common.comma_strings import QUOTE_FIELDS, as_list, as_map, text
from ....common.dataclass import dataclass
from ....common.errors import Key, ResourceError, within
from ....common.suggest import did_you_mean_or_one_of
from . import devices as cdi

if TYPE_CHECKING:
    from ..setting import Making
    from ..settings import Settings

ALL = -1
_GPU = "gpu"
_KEYS = ("driver", "count", "device_ids", "capabilities", "options")
#: Keys of ``docker run --gpus`` with another name.
_FLAGS = {"device": "device_ids"}


@dataclass(frozen=True, order=True)
class DeviceRequest:
    """A request of devices.

    driver: empty for any. count: how many, -1 for all, 0 if ``device_ids`` names them.
    capabilities: the device must have all of one of these groups. options: of the driver.
    """

    driver: str = ""
    count: int = 0
    device_ids: tuple[str, ...] = ()
    capabilities: tuple[tuple[str, ...], ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return JSON with the keys of a mapping, without those that are not set."""
        content = {
            "driver": self.driver,
            "count": self.count,
            "device_ids": self.device_ids,
            "capabilities": self.capabilities,
            "options": dict(self.options),
        }
        return json.dumps({name: value for name, value in content.items() if value}, sort_keys=True)


def parse(gpus: Any, value: Any, attribute: str) -> tuple[DeviceRequest, ...]:
    """Return the requests of ``gpus`` and ``device_requests``, sorted. Raise ResourceError."""
    found = []
    for name, written in (("gpus", gpus), ("device_requests", value)):
        with within(*([name] if name != attribute else [])):
            items = written if isinstance(written, (list, tuple)) else [written]
            for number, item in enumerate(items):
                with within(*([number] if items is written else [])):
                    if item is not None and item not in ("", {}):
                        found.append(_request(item, name))
    return tuple(sorted(found))


def _request(value: Any, attribute: str) -> DeviceRequest:
    if not isinstance(value, Mapping):
        value = _of_text(text(value).strip(), attribute)
    for name in value:
        if name not in _KEYS:
            advice = did_you_mean_or_one_of(str(name), _KEYS)
            raise ResourceError(
                f"{attribute}: unknown key {name!r}", advice, place=(Key(str(name)),)
            )
    driver = text(value.get("driver")).strip()
    device_ids = tuple(sorted(_listed(value, "device_ids")))
    with within("capabilities"):
        capabilities = _capabilities(value.get("capabilities"))
    if attribute == "gpus" and not any(_GPU in group for group in capabilities):
        capabilities = tuple(
            sorted(tuple(sorted({*group, _GPU})) for group in capabilities or ((),))
        )
    _check(driver, capabilities, attribute)
    with within("count"):
        count = _count(value.get("count"), bool(device_ids), attribute)
    with within("options"):
        options = tuple(sorted(as_map(value.get("options"), f"{attribute}: options").items()))
    return DeviceRequest(driver, count, device_ids, capabilities, options)


def _of_text(written: str, attribute: str) -> Mapping[str, Any]:
    """Return the mapping of ``all``, ``2``, ``device=0``, or the JSON of a label."""
    if written.startswith("{"):
        try:
            content = json.loads(written)
        except ValueError:
            raise ResourceError(f"{attribute}: {written!r} is not valid JSON") from None
        return dict(content)
    import csv  # Slow to load, and few containers need it.

    fields: dict[str, Any] = {}
    for field in next(csv.reader([written]), []):
        name, equals, value = field.partition("=")
        if not equals and "device_ids" in fields:
            raise ResourceError(
                f"{attribute}: {written!r}: {field!r} is not NAME=VALUE",
                QUOTE_FIELDS,
            )
        key = _FLAGS.get(name, name) if equals else "count"
        if key in fields:
            raise ResourceError(f"{attribute}: {key} is written twice", "keep one")
        fields[key] = value if equals else name
    return fields


def _listed(value: Mapping[str, Any], name: str) -> list[str]:
    with within(name):
        return as_list(value.get(name))


def _capabilities(value: Any) -> tuple[tuple[str, ...], ...]:
    """Return groups from a list of groups, or from a single group as in Compose."""
    if isinstance(value, (list, tuple)) and any(isinstance(item, (list, tuple)) for item in value):
        groups = [as_list(item) for item in value]
    else:
        groups = [as_list(value)]
    return tuple(sorted({tuple(sorted(set(group))) for group in groups if group}))


def _check(driver: str, capabilities: tuple[tuple[str, ...], ...], attribute: str) -> None:
    if driver == cdi.DRIVER:
        raise ResourceError(
            f"{attribute}: driver {driver} is for CDI devices",
            "write their names in devices, such as nvidia.com/gpu=all",
        )
    if not (driver or capabilities):
        raise ResourceError(
            f"{attribute}: a request needs capabilities or a driver",
            "write for example capabilities: [gpu]",
        )


def _count(value: Any, has_ids: bool, attribute: str) -> int:
    written = text(value).strip()
    if has_ids:
        if written not in ("", "0"):
            raise ResourceError(
                f"{attribute}: count and device_ids are mutually exclusive", "keep one"
            )
        return 0
    if written in ("", "all", str(ALL)):
        return ALL
    if not (written.isascii() and written.isdigit() and int(written[:9]) > 0):
        raise ResourceError(f"{attribute}: invalid count {written!r}", "write all, or 1 or more")
    return int(written[:9])


def read(requests: Any) -> tuple[DeviceRequest, ...]:
    """Return the requests of an inspect payload, without CDI devices."""
    return tuple(
        sorted(
            DeviceRequest(
                request.get("Driver") or "",
                request.get("Count") or 0,
                tuple(sorted(request.get("DeviceIDs") or ())),
                tuple(sorted(tuple(sorted(set(x))) for x in request.get("Capabilities") or ())),
                tuple(sorted((request.get("Options") or {}).items())),
            )
            for request in requests or ()
            if request.get("Driver") != cdi.DRIVER
        )
    )


def create(settings: Settings, making: Making) -> dict[str, Any]:
    """Return the requests and devices of the create call: CDI devices are requests."""
    sent = [_sent(request) for request in form(settings.device_requests or ())]
    names = [name for name in settings.devices or () if cdi.is_cdi(name)]
    if names:
        sent.append({"Driver": cdi.DRIVER, "DeviceIDs": names})
    return {
        "HostConfig.DeviceRequests": sent or None,
        "HostConfig.Devices": cdi.send(settings.devices or ()) or None,
    }


def _sent(request: DeviceRequest) -> dict[str, Any]:
    return {
        "Driver": request.driver,
        "Count": request.count,
        "DeviceIDs": list(request.device_ids) or None,
        "Capabilities": [list(group) for group in request.capabilities],
        "Options": dict(request.options),
    }


def form(requests: Iterable[Any]) -> tuple[DeviceRequest, ...]:
    """Return requests of a user, a label or an engine in one form."""
    known = (
        item if isinstance(item, DeviceRequest) else _request(item, "device_requests")
        for item in requests
    )
    return tuple(sorted(known))


def refuse_on_podman(requests: tuple[DeviceRequest, ...]) -> None:
    """Raise ResourceError: Podman's Docker API ignores requests."""
    raise ResourceError(
        "device_requests: not supported with Podman: its Docker API ignores them",
        "write the devices in devices, such as nvidia.com/gpu=all",
    )
