# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives a name to another running container, so that other containers can resolve it at any time.

Two containers cannot have one name, but Docker's DNS ignores case. So the old container is ``APP``
while the new one becomes ``app``, and requests for ``app`` find both of them for a moment.
"""

from __future__ import annotations

from ..engine import Engine
from ..spec import FAILED, OLD


def other_case(name: str) -> str:
    """Return a container name that Docker's DNS does not distinguish from this one."""
    return name.swapcase()


def hand_over(engine: Engine, name: str, old_id: str, new_id: str) -> None:
    """Give the name to the new container, and ``NAME.vigo-old`` to the old one.

    What is done already is not repeated. Raise ResourceError.
    """
    _rename(engine, old_id, name, _aside(engine, name))
    new = engine.container(new_id)
    if new is not None and new.name != name:
        engine.rename(new_id, name)
    _rename(engine, old_id, other_case(name), name + OLD)


def hand_back(engine: Engine, name: str, old_id: str, new_id: str) -> None:
    """Give the name to the old container again, and ``NAME.vigo-failed`` to the new one.

    What is done already is not repeated. Raise ResourceError.
    """
    new = engine.container(new_id)
    if new is not None and new.name == name:
        _rename(engine, old_id, name + OLD, _aside(engine, name))
        engine.rename(new_id, name + FAILED)
    old = engine.container(old_id)
    if old is not None and old.name != name:
        engine.rename(old_id, name)


def _aside(engine: Engine, name: str) -> str:
    """Return the name of the old container while the new one gets or loses its name.

    A name without letters has one case only, and another container may have the other case. Then
    the name cannot be resolved for some milliseconds.
    """
    aside = other_case(name)
    return name + OLD if aside == name or engine.container(aside) is not None else aside


def _rename(engine: Engine, container_id: str, former: str, name: str) -> None:
    """Rename a container that has the former name."""
    container = engine.container(container_id)
    if container is not None and container.name == former != name:
        engine.rename(container_id, name)
