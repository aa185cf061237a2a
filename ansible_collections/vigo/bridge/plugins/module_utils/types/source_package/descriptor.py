# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive that is unpacked to a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, ResourceType

if TYPE_CHECKING:
    from .behaviour import SourcePackage
    from .spec import Package


def _behaviour() -> SourcePackage:
    from .behaviour import SourcePackage

    return SourcePackage()


def _parse(attributes: Mapping[str, Any]) -> Package:
    from .spec import parse

    return parse(attributes)


TYPE = ResourceType(
    name="source_package",
    key="target_path",
    attributes=lambda: (
        Attribute("target_path", "str", required=True, plain=True),
        Attribute("url", "str", secrets=True),
        Attribute("state", "str", default="present", choices=("present", "absent")),
        Attribute("binary_path", "str", plain=True),
        Attribute("sha256", "str"),
        Attribute("version", "str"),
        Attribute("unless", "str", secrets=True),
    ),
    behaviour=_behaviour,
    parse=_parse,
    needed_unless_absent=("url",),
    inverse={"state": "absent", "unless": None},
    unique_by=("target_path",),
)
