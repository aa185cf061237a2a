# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the traits that conditions and templates use."""

from __future__ import annotations

import contextlib
import itertools
from typing import Iterable, Sequence

from ..host import traits
from .conditions.when import Condition
from .go_template import template
from .go_template.references import ELEMENT


def trait_names(conditions: Iterable[Condition], templates: Iterable[tuple[str, bool]]) -> set[str]:
    """Return the names of traits in conditions and templates, and their prefixes.

    templates: texts, each with whether it is inside foreach.
    """
    names: set[str] = set()
    for condition in conditions:
        names |= condition.traits()
    for text, foreach in templates:
        with contextlib.suppress(template.TemplateError):  # reported at its turn
            chains = template.parse(text, foreach=foreach).references()
            names |= {_trait_name(c.chain) for c in chains if c.chain[0] == "Traits"}
    # A bare `.Traits` means all of them; an unknown name is its template's error, not ours.
    if "" in names:
        return set(traits.KNOWN)
    return {
        name for name in names if any(f"{known}.".startswith(f"{name}.") for known in traits.KNOWN)
    }


def _trait_name(chain: Sequence[str]) -> str:
    """Return the trait that a chain goes to or into: an element of a trait is not a trait."""
    return ".".join(itertools.takewhile(lambda name: name != ELEMENT, chain[1:]))
