# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names of the objects that the resources of a call describe, even before they are applied."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Mapping

from ...common.dataclass import dataclass, field
from ...common.errors import ResourceError
from ...engine.address import address
from ..target import Target

#: Returns attributes of a resource; None if it does not apply to this host. Raises ResourceError.
Attributes = Callable[[], "Mapping[str, Any] | None"]


@dataclass
class DescribedNames:
    """The names, read when they are needed: few runs need them.

    key: the attribute with the name.
    """

    key: str
    _open: list[tuple[str, Attributes]] = field(default_factory=list)
    _resources: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, resource: str, attributes: Attributes) -> None:
        """Add a resource by its ID. attributes: returns the name and ``docker_host``."""
        self._open.append((resource, attributes))

    def resource(self, host: str, name: str) -> str:
        """Return the ID of the resource that describes this; empty if there is none.

        host: the engine's address.
        """
        self._find_out()
        return self._resources.get((host, name), "")

    def hosts(self) -> list[str]:
        """Return the addresses of all engines, each once."""
        self._find_out()
        return list(dict.fromkeys(host for host, _name in self._resources))

    def _find_out(self) -> None:
        while self._open:
            resource, attributes = self._open.pop(0)
            # Errors are reported at the resource's turn.
            with contextlib.suppress(ResourceError, OSError):
                given = attributes()
                if given is not None:
                    self._resources.setdefault(self._place(given), resource)

    def _place(self, attributes: Mapping[str, Any]) -> tuple[str, str]:
        host = address(str(attributes.get("docker_host") or "").strip())
        return host, str(attributes.get(self.key) or "").strip()


def described_names(target: Target, key: str = "container") -> DescribedNames:
    """Return the described names of this call. key: the attribute with the name."""
    return target.service(f"what is described: {key}", lambda: DescribedNames(key))
