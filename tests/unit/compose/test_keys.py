# SPDX-License-Identifier: GPL-3.0-or-later
"""No key of the compose specification is forgotten."""

from __future__ import annotations

from vigo_bridge.compose.conversion.service_keys import CONVERSIONS
from vigo_bridge.compose.reading.reader import KEYS


def test_every_key_of_the_model_is_converted() -> None:
    assert set(CONVERSIONS) == set(KEYS)
