# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row of a resource type that maps to modules of Ansible. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from ...common.dataclass import dataclass, field
from ..descriptor import Attribute

if TYPE_CHECKING:
    from ..ansible_module.part import Part

Attributes = Mapping[str, Any]


def _nothing(attributes: Attributes) -> Mapping[str, Any]:
    """Return no options."""
    return {}


def _accept(attributes: Attributes) -> None:
    """Accept all attributes."""


def _no_parts(attributes: Attributes) -> Sequence[Part]:
    """Return nothing: the module does all of it."""
    return ()


@dataclass(frozen=True)
class Use:
    """A module and its options.

    where: the values of attributes for which it is used. options: fixed options. takes: by option,
    the attribute with its value; unset attributes are left out. derive: returns further options
    computed from the attributes. derived_from: the attributes that `derive` reads.
    """

    module: str
    where: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)
    derive: Callable[[Attributes], Mapping[str, Any]] = _nothing
    derived_from: tuple[str, ...] = ()

    def applies(self, attributes: Attributes) -> bool:
        """Return whether the attributes have the values of ``where``."""
        return all(attributes.get(name) == value for name, value in self.where.items())

    def arguments(self, attributes: Attributes) -> dict[str, Any]:
        """Return the options of the module."""
        given = {
            option: attributes[name]
            for option, name in self.takes.items()
            if attributes.get(name) not in (None, "")
        }
        return {**given, **self.derive(attributes), **self.options}


@dataclass(frozen=True)
class Row:
    """One type.

    name, key, needed_unless_absent: as in `ResourceType`. uses: the first that applies counts.
    check: raises ResourceError for invalid attributes. parts: returns the steps after the module.
        own: the attributes that only these steps read.
    """

    name: str
    key: str
    attributes: tuple[Attribute, ...]
    uses: tuple[Use, ...]
    check: Callable[[Attributes], None] = _accept
    needed_unless_absent: tuple[str, ...] = ()
    parts: Callable[[Attributes], Sequence[Part]] = _no_parts
    own: tuple[str, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """The full names of all modules that it may use."""
        return tuple(dict.fromkeys(use.module for use in self.uses))

    @property
    def deciding(self) -> frozenset[str]:
        """The attributes that decide which module is used, or with which options."""
        return frozenset(name for use in self.uses for name in (*use.where, *use.derived_from))

    def with_defaults(self, attributes: Attributes) -> dict[str, Any]:
        """Return the attributes that are set, and the defaults of the others."""
        defaults = {one.name: one.default for one in self.attributes if one.default is not None}
        given = {name: value for name, value in attributes.items() if value not in (None, "")}
        return {**defaults, **given}

    def use(self, attributes: Attributes) -> Use:
        """Return the first use that applies. attributes: with the defaults."""
        return next(use for use in self.uses if use.applies(attributes))
