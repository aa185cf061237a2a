# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints styled text. See ``printing`` for the rest."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean


class Screen(Console):
    """A console whose text cannot control the terminal; only rich's own styles and cursor movements
    can.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            is_ours = segment.control is not None
            yield segment if is_ours else Segment(clean(segment.text), segment.style)
