# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that has to run, or must not run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import RESTART, Attribute, ResourceType

if TYPE_CHECKING:
    from .behaviour import ProcessBehaviour
    from .spec import ProcessSpec


def _behaviour() -> ProcessBehaviour:
    from .behaviour import ProcessBehaviour

    return ProcessBehaviour()


def _parse(attributes: Mapping[str, Any]) -> ProcessSpec:
    from .spec import parse

    return parse(attributes)


TYPE = ResourceType(
    name="process",
    key="process",
    attributes=lambda: (
        Attribute("process", "str", required=True),
        Attribute("state", "str", default="running", choices=("running", "stopped")),
        Attribute("match_mode", "str", default="exact", choices=("exact", "pattern")),
        Attribute("count", "int"),
        Attribute("min", "int"),
        Attribute("max", "int"),
        Attribute("restart_method", "str", secrets=True),
        Attribute("signal", "str", default="TERM"),
        Attribute("kill_timeout"),
    ),
    behaviour=_behaviour,
    parse=_parse,
    on_trigger=RESTART,
    inverse={
        "state": "stopped",
        **dict.fromkeys(("count", "min", "max", "restart_method")),
    },
)
