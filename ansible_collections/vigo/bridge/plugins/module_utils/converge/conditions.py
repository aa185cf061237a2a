# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluates the ``when`` of a resource and of its crate."""

from __future__ import annotations

from typing import Mapping

from ..common.dataclass import dataclass, field
from ..common.errors import ResourceError
from ..host.facts import Facts
from ..host.overlay import Overlay
from .input import CrateInput, Resource


@dataclass
class Conditions:
    """A crate's ``when`` is evaluated once, when the first of its resources is applied."""

    crates: Mapping[str, CrateInput]
    facts: Facts
    _crate_holds: dict[str, bool | None] = field(default_factory=dict)

    def asked(self, resource: Resource, overlay: Overlay) -> tuple[bool | None, str]:
        """Return whether both are true (None: not yet known), and which one decided.

        Raise ResourceError.
        """
        facts = self.facts.with_overlay(overlay)
        crate = self.crates.get(resource.node.crate)
        holds: bool | None = True
        decisive = ""
        if crate and crate.condition:
            name = crate.crate.name
            if name not in self._crate_holds:
                self._crate_holds[name] = crate.condition.holds(facts)
            holds = self._crate_holds[name]
            decisive = f"when of crate {name} is false: {crate.condition.text}"
        if holds is not False and resource.condition:
            own = resource.condition.holds(facts)
            if own is not True:
                holds, decisive = own, f"when is false: {resource.condition.text}"
        return holds, decisive

    def certainly_hold(self, resource: Resource) -> bool:
        """Return whether both are true, without considering changes of earlier resources."""
        crate = self.crates.get(resource.node.crate)
        facts = self.facts.with_overlay(Overlay.all_unknown())
        conditions = (crate.condition if crate else None, resource.condition)
        try:
            return all(condition is None or condition.holds(facts) for condition in conditions)
        except ResourceError:
            return False
