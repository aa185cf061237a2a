# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that templates of a stack start from, and what is mistaken for them."""

from __future__ import annotations

from typing import Dict, Optional, Tuple

NAMESPACES = ("Vars", "Traits")
FOREACH_NAMESPACES = ("Item", "Each")

_NEAR: Dict[str, str] = {
    "var": "Vars",
    "vars": "Vars",
    "trait": "Traits",
    "traits": "Traits",
    "item": "Item",
    "each": "Each",
}


def known_namespaces(foreach: bool) -> Tuple[str, ...]:
    """The namespaces of a template; inside foreach there are more."""
    return NAMESPACES + (FOREACH_NAMESPACES if foreach else ())


def meant_namespace(name: str) -> Optional[str]:
    """The namespace that a name was probably meant to be. Never for the names that the
    templates of docker, kubectl and others use, such as ``.items`` or ``.Status``."""
    if name == "Items":
        return "Item"
    folded = name.lower()
    if folded in _NEAR:
        return _NEAR[folded]
    for namespace in NAMESPACES:
        if sorted(folded) == sorted(namespace.lower()):
            return namespace
    return None
