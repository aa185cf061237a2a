# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A repository of packages: the file that names it, and the key that signs its packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, ResourceType

if TYPE_CHECKING:
    from .behaviour import Repository
    from .spec import RepositorySpec


def _behaviour() -> Repository:
    from .behaviour import Repository

    return Repository()


def _parse(attributes: Mapping[str, Any]) -> RepositorySpec:
    from .spec import parse

    return parse(attributes)


TYPE = ResourceType(
    name="repository",
    key="repository",
    attributes=lambda: (
        Attribute("repository", "str", required=True, plain=True),
        Attribute("repo", "str"),
        Attribute("state", "str", default="present", choices=("present", "absent")),
        Attribute("key_url", "str", secrets=True),
        Attribute("key_fingerprint"),
        Attribute("enabled", "bool", default=True),
        Attribute("format", "str", default="auto", choices=("auto", "list", "deb822")),
    ),
    behaviour=_behaviour,
    parse=_parse,
    needed_unless_absent=("repo",),
    unique_by=("repository",),
    # It changes only files; the types of packages consider which packages are available.
    is_predictable=True,
)
