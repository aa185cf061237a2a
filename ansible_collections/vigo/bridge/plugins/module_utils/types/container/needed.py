# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that another one needs: it shares their namespaces, or mounts their volumes. Pure."""

from __future__ import annotations

from typing import Iterator

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from .settings import Settings
from .values import donors

#: By attribute, what ``container:NAME`` shares.
_SHARED = {"network_mode": "network", "ipc": "IPC namespace", "pid": "processes"}


@dataclass(frozen=True)
class Need:
    """attribute: that names the container. relation: words for it, such as "shares the network of".

    is_running: whether the needed container must run, and not only exist.
    """

    attribute: str
    name: str
    relation: str
    is_running: bool

    def refuse(self, container: str, state: str) -> None:
        """Raise ResourceError. container: the one that has this need. state: of the needed one."""
        bring = "start" if self.is_running else "create"
        raise ResourceError(
            f"container {container} {self.relation} {self.name}, which {state}; add the resource of"
            f" {self.name} to depends_on, or {bring} {self.name} first"
        )


def needs(settings: Settings) -> Iterator[Need]:
    """Yield the needs of a container."""
    for attribute, what in _SHARED.items():
        name = other_container(getattr(settings, attribute))
        if name:
            yield Need(attribute, name, f"shares the {what} of", is_running=True)
    for name in donors.names(settings.volumes_from):
        yield Need("volumes_from", name, "mounts the volumes of", is_running=False)


def other_container(mode: str | None) -> str:
    """Return the name in ``container:NAME``; empty for all other modes."""
    kind, _colon, name = (mode or "").partition(":")
    return name if kind == "container" else ""
