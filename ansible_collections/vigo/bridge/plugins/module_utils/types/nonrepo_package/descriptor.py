# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A package from a single file instead of a repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, ResourceType
from ..managed.modules import HOLD, PACKAGE_FILES, VERSION_LOCK

if TYPE_CHECKING:
    from .behaviour import NonrepoPackage
    from .spec import PackageFile


def _behaviour() -> NonrepoPackage:
    from .behaviour import NonrepoPackage

    return NonrepoPackage()


def _parse(attributes: Mapping[str, Any]) -> PackageFile:
    from .spec import parse

    return parse(attributes)


TYPE = ResourceType(
    name="nonrepo_package",
    key="package",
    attributes=lambda: (
        Attribute("package", "str", required=True, plain=True),
        Attribute("url", "str", secrets=True),
        Attribute("state", "str", default="present", choices=("present", "absent")),
        Attribute("version", "str"),
        Attribute("sha256", "str"),
        Attribute("allow_downgrade", "bool", default=False),
        Attribute("lock_version", "bool", default=False),
    ),
    behaviour=_behaviour,
    parse=_parse,
    needed_unless_absent=("url",),
    candidates=(*PACKAGE_FILES.values(), HOLD, VERSION_LOCK),
    unique_by=("package",),
)
