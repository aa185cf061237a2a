# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks an engine only once for what many resources need, until the run changes something."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ..target import Target
from .engine import Engine
from .observed import Image


class BeforeChanges:
    """The containers and images of an engine. After the first change of a run, the engine is asked
    each time.
    """

    def __init__(self, engine: Engine, target: Target) -> None:
        self._engine = engine
        self._target = target
        self._listed: Sequence[Mapping[str, Any]] | None = None
        self._names: frozenset[str] | None = None
        self._images: dict[str, Image | None] = {}

    def containers(self) -> Sequence[Mapping[str, Any]]:
        """Return the engine's list of all containers."""
        if self._target.changed:
            return self._engine.all_containers()
        if self._listed is None:
            self._listed = self._engine.all_containers()
        return self._listed

    def may_exist(self, name: str) -> bool:
        """Return False if no container has this name, and True if one has it or may have it."""
        if self._target.changed:
            return True
        if self._names is None:
            self._names = frozenset(
                name.lstrip("/") for each in self.containers() for name in each.get("Names") or ()
            )
        return name in self._names

    def image(self, name: str) -> Image | None:
        """Return a local image, or None. name: in full, as ``str(ImageName)``."""
        if self._target.changed:
            return self._engine.image(name)
        if name not in self._images:
            self._images[name] = self._engine.image(name)
        return self._images[name]

    def forget_image(self, name: str) -> None:
        """Ask again for an image, because it was pulled."""
        self._images.pop(name, None)


def before_changes(engine: Engine, target: Target) -> BeforeChanges:
    """Return what this run knows about an engine."""
    return target.service(f"before changes at {engine.host}", lambda: BeforeChanges(engine, target))
