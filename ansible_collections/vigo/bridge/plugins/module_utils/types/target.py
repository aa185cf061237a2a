# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine that is being converged, as resource types see it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Callable, Iterator, TypeVar

from ..common.dataclass import dataclass, field, replace
from ..common.errors import ResourceError
from ..host.overlay import Overlay
from ..secrets.references import Secrets

if TYPE_CHECKING:
    from ..state.former import Former

T = TypeVar("T")


@dataclass
class Target:
    """Where resources act.

    check_mode: nothing may be changed.
    secrets: the values that this call was given.
    overlay: what check mode knows of the changes that come earlier.
    notes: hints for the user that are not errors, in order, without duplicates.
    orphans: containers of the scope that its resources no longer name.
    changed: the IDs of the resources that began a change, in order. returned: what the call returns
        besides results, notes and orphans.
    former: where former states are kept, so that changes can be undone; None: nowhere.
    """

    check_mode: bool = False
    secrets: Secrets = field(default_factory=Secrets)
    overlay: Overlay = field(default_factory=Overlay)
    notes: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    returned: dict[str, Any] = field(default_factory=dict)
    former: Former | None = None
    _services: dict[str, Any] = field(default_factory=dict)

    def with_overlay(self, overlay: Overlay) -> Target:
        """Return the same machine with another overlay, for another resource."""
        return replace(self, overlay=overlay)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    @contextlib.contextmanager
    def concealing(self) -> Iterator[None]:
        """Mask secrets in errors raised inside: errors and logs of engines may contain one."""
        try:
            yield
        except ResourceError as error:
            error.message = self.secrets.conceal(error.message)
            error.log = self.secrets.conceal(error.log)
            raise

    def service(self, key: str, connect: Callable[[], T]) -> T:
        """Return a connection that all resources of this call share, opened at its first use."""
        if key not in self._services:
            self._services.setdefault(key, connect())  # Another thread may have added one first.
        service: T = self._services[key]
        return service
