# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules whose effects are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Mapping

from .accounts import GroupEffect, UserEffect
from .effect import Effect
from .files import checkout, edited, known_hosts, managed_file

if TYPE_CHECKING:
    from .spec import ModuleSpec

_FILES = ("path", "dest", "destfile", "name")
#: By module: the function that returns its effect. It gets the options, and whether parts follow.
_KNOWN: Mapping[str, Callable[[Mapping[str, Any], bool], Effect | None]] = {
    "ansible.builtin.blockinfile": lambda args, _: edited(args, _FILES),
    "ansible.builtin.lineinfile": lambda args, _: edited(args, _FILES),
    "ansible.builtin.replace": lambda args, _: edited(args, _FILES),
    "community.general.ini_file": lambda args, _: edited(args, ("path", "dest")),
    "ansible.builtin.file": lambda args, _: managed_file(args),
    "ansible.builtin.git": lambda args, _: checkout(args),
    "ansible.builtin.known_hosts": lambda args, _: known_hosts(args),
    "ansible.builtin.group": GroupEffect.of,
    "ansible.builtin.user": UserEffect.of,
}


def effect_of(spec: ModuleSpec) -> Effect | None:
    """Return the effect of a module, or None if it is unknown."""
    known = _KNOWN.get(spec.module)
    return known(spec.args, bool(spec.after)) if known else None
