# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data about the containers of one engine that the resources of a run share."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ...common.dataclass import dataclass, field
from ...common.errors import ResourceError
from ...host.background import Background
from ..target import Target
from .engine import Engine
from .observed import Remote


@dataclass(frozen=True)
class FailedPull:
    """changes: how many changes this run had begun before it."""

    error: ResourceError
    changes: int


@dataclass
class RunMemory:
    """Filled while resources are applied; the engine object has no data of a run.

    pulled: images by name and platform that were pulled. failed_pulls: by what makes two pulls
    the same. remote: what registries have, by image and user. limited: the registries that have
    refused all tries because too much was pulled. uncommitted: the names of containers whose former
    ones are kept on purpose.
    """

    pulled: set[tuple[str, str]] = field(default_factory=set)
    failed_pulls: dict[tuple[str, ...], FailedPull] = field(default_factory=dict)
    remote: dict[tuple[str, str], Remote] = field(default_factory=dict)
    limited: set[str] = field(default_factory=set)
    uncommitted: set[str] = field(default_factory=set)
    _settling: dict[str, Background[Any]] = field(default_factory=dict)
    _followed: dict[str, str] = field(default_factory=dict)

    def add_background(self, name: str, work: Background[Any]) -> None:
        """Record work in the background on a container."""
        self._settling[name] = work

    def await_end(self, names: Iterable[str]) -> None:
        """Wait for the end of background work on these containers, and ignore errors."""
        for name in names:
            if name in self._settling:
                self._settling.pop(name).wait()

    def replaced_with(self, leaders: Mapping[str, str]) -> None:
        """Remember which containers were replaced together with another one, by their names."""
        self._followed.update(leaders)

    def leader(self, name: str) -> str:
        """Return the container with which one was replaced before its own turn; empty if there is
        none.

        Valid for one turn only.
        """
        return self._followed.pop(name, "")


def run_memory(engine: Engine, target: Target) -> RunMemory:
    """Return the memory of this run for an engine."""
    return target.service(f"memory of the run at {engine.host}", RunMemory)
