# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties hold on any machine, however busy: no example of them is given a time."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
