# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives a name from one running container to another, so that it is missing only for an instant."""

from __future__ import annotations

import time

from ....engine.connection import Refused
from ....host.background import Background
from ..engine import Engine

_CONFLICT = 409
#: Seconds until the second renaming is tried again: at first, and at most. Meanwhile, the name may
#: have no owner.
_PAUSE, _LONGEST_PAUSE = 0.001, 0.1


def hand_over(engine: Engine, giver: tuple[str, str], taker: tuple[str, str]) -> None:
    """Rename both at once, the second one again and again until the name is free.

    Engines take some milliseconds for each, so this is much shorter than one after the other.
    giver, taker: the ID of a container, and its new name. Raise ResourceError.
    """
    leaving = Background(lambda: engine.rename(*giver))
    pause = _PAUSE
    try:
        while True:
            is_last = leaving.has_ended
            try:
                engine.rename(*taker)
                break
            except Refused as error:
                if error.code != _CONFLICT or is_last:
                    leaving.result()  # Its error is the cause, if it has one.
                    raise
            time.sleep(pause)
            pause = min(pause * 1.1, _LONGEST_PAUSE)
    finally:
        leaving.wait()
    leaving.result()
