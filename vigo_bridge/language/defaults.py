# SPDX-License-Identifier: GPL-3.0-or-later
"""`defaults:` of a configcrate: attributes for all of its resources whose type has them."""

from __future__ import annotations

from vigo_bridge.language.attributes import check_attribute
from vigo_bridge.language.catalog import ATTRIBUTES
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean
from vigo_bridge.language.shapes import RESOURCE
from vigo_bridge.language.values import Fields, Scalar, Value


class Defaults:
    """The defaults by resource type. `finish` reports those that no resource can have."""

    def __init__(self, fields: Fields | None, diagnostics: Diagnostics) -> None:
        self._entries = fields.entries if fields else ()
        self._diagnostics = diagnostics
        self._types: set[str] = set()

    def of(self, kind: str) -> dict[str, Value]:
        """Return the default attributes of one type of resource."""
        if kind not in self._types:
            self._types.add(kind)
            for name, value in self._known(kind):
                check_attribute(kind, name, value, self._diagnostics)
        return {name.text: value for name, value in self._known(kind)}

    def _known(self, kind: str) -> list[tuple[Scalar, Value]]:
        return [entry for entry in self._entries if entry[0].text in _names(kind)]

    def finish(self) -> None:
        """Report attributes that no resource of the crate has."""
        types = self._types or set(ATTRIBUTES)
        known = [name for kind in types for name in _names(kind)]
        for name, _ in self._entries:
            if name.text not in known:
                self._diagnostics.error(
                    "VB105",
                    name.position,
                    f"no resource of this crate has an attribute {name.text!r}",
                    did_you_mean(name.text, known)
                    or "correct it, or set it in the resources that need it",
                )


def _names(kind: str) -> list[str]:
    """Return the attributes of a type, without the one that identifies a resource."""
    return [name for name in ATTRIBUTES[kind] if name not in RESOURCE.keys]
