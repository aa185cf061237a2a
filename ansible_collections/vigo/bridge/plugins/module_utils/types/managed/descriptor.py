# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types whose module of Ansible is chosen on the machine, by its package or service manager."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import RESTART, Attribute, ResourceType
from .modules import ALWAYS, HOLD, PACKAGES, SERVICES, VERSION_LOCK

if TYPE_CHECKING:
    from .behaviour import ManagedBehaviour
    from .plan import Plan


def _behaviour(name: str) -> ManagedBehaviour:
    from .behaviour import ManagedBehaviour

    return ManagedBehaviour(_BY_NAME[name])


def _package_attributes() -> tuple[Attribute, ...]:
    from .package import ATTRIBUTES

    return ATTRIBUTES


def _parse_package(attributes: Mapping[str, Any]) -> Plan:
    from .package import parse

    return parse(attributes)


def _service_attributes() -> tuple[Attribute, ...]:
    from .service import ATTRIBUTES

    return ATTRIBUTES


def _parse_service(attributes: Mapping[str, Any]) -> Plan:
    from .service import parse

    return parse(attributes)


#: In the order in which they are documented.
TYPES = (
    ResourceType(
        name="package",
        key="package",
        attributes=_package_attributes,
        behaviour=partial(_behaviour, "package"),
        parse=_parse_package,
        candidates=(*PACKAGES.values(), HOLD, VERSION_LOCK),
        inverse={
            "state": "absent",
            **dict.fromkeys(("version", "allow_downgrade")),
        },
    ),
    ResourceType(
        name="service",
        key="service",
        attributes=_service_attributes,
        behaviour=partial(_behaviour, "service"),
        parse=_parse_service,
        candidates=tuple(dict.fromkeys(SERVICES.values())),
        on_trigger=RESTART,
        only_when_triggered={"state": ALWAYS},
        inverse={
            "state": "stopped",
            "enabled": False,
            **dict.fromkeys(("restart_command", "reload_command")),
        },
    ),
)
_BY_NAME = {kind.name: kind for kind in TYPES}
