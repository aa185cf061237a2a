# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of reading and writing block devices, by the device."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Mapping

from ....common.comma_strings import each, text
from ....common.errors import ResourceError, within
from ....common.integers import integer
from . import quantities

#: What a device is given, as engines and Compose name it.
WEIGHT, RATE = "weight", "rate"


def weight(value: Any, attribute: str) -> int:
    """Return a weight relative to other containers; 0 for the default."""
    found = integer(value, attribute)
    if found and not 10 <= found <= 1000:
        raise ResourceError(f"{attribute}: {found} is out of range: expected 10 to 1000")
    return found


def _bytes(value: Any, attribute: str) -> int:
    rate = quantities.size(value, attribute)
    if rate < 1:
        raise ResourceError(
            f"{attribute}: invalid rate {text(value)!r}: expected bytes per second, such as 10m"
        )
    return rate


def _operations(value: Any, attribute: str) -> int:
    rate = integer(value, attribute)
    if not 1 <= rate < 1 << 63:
        raise ResourceError(
            f"{attribute}: invalid rate {text(value)!r}: expected operations per second, such as"
            " 1000"
        )
    return rate


def _parse(
    field: str, amount: Callable[[Any, str], int], value: Any, attribute: str
) -> dict[str, int]:
    """Return amounts by device.

    From a mapping; a list of ``DEVICE:AMOUNT`` or of mappings with path and amount; or a
    comma-separated string.
    """
    found: dict[str, int] = {}

    def add(path: str, written: Any) -> None:
        if not path.startswith("/"):
            raise ResourceError(
                f"{attribute}: invalid device {path!r}",
                f"write its path and the {field}, such as /dev/sda:100",
            )
        if path in found:
            raise ResourceError(f"{attribute}: {path} is written twice", "keep one")
        found[path] = amount(written, f"{attribute}: {path}")

    if isinstance(value, Mapping) and set(value) != {"path", field}:
        for path, written in value.items():
            with within(path):
                add(str(path).strip(), written)
        return found
    items = value if isinstance(value, (list, tuple)) else [value]
    for number, item in enumerate(items):
        with within(*([number] if items is value else [])):
            if not isinstance(item, Mapping):
                each(item, lambda entry: add(*entry.rpartition(":")[::2]))
            elif set(item) == {"path", field}:
                add(text(item["path"], "path").strip(), item[field])
            else:
                raise ResourceError(f"{attribute}: expected a mapping with path and {field}")
    return found


weights = partial(_parse, WEIGHT, weight)
byte_rates = partial(_parse, RATE, _bytes)
operation_rates = partial(_parse, RATE, _operations)


def send(field: str, amounts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return amounts for the create call. field: of each entry there, besides ``Path``."""
    return [{"Path": path, field: amount} for path, amount in amounts.items()]


def read(field: str, entries: Any) -> dict[str, int]:
    """Return the amounts of an inspect payload, by device."""
    return {entry["Path"]: entry[field] for entry in entries or ()}
