# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a repository should be: attributes to a frozen spec."""

from __future__ import annotations

import re
from typing import Any, Mapping, Tuple

from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from ...common.switches import is_absent, is_on
from ..fetched.fetching import location
from .openpgp import fingerprints
from .written import Written, read

_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_LONGEST_NAME = 200
FORMATS = ("auto", "list", "deb822")


@dataclass(frozen=True)
class RepositorySpec:
    """name: the name of its files. written: its parsed definition; None if it is absent.

    key_url: empty for no key. fingerprints: those of all keys in the file; empty accepts any.
    """

    name: str
    written: Written | None
    key_url: str
    fingerprints: Tuple[str, ...]
    is_enabled: bool
    form: str


def parse(attributes: Mapping[str, Any]) -> RepositorySpec:
    """Return the spec. Raise ResourceError for invalid attributes."""
    given = {name: value for name, value in attributes.items() if value not in (None, "")}
    problems = Problems()
    name = problems.of("repository", _name, str(given.get("repository", "")))
    absent = problems.of("state", is_absent, str(given.get("state", "present")))
    form = problems.of("format", _form, str(given.get("format", "auto")))
    enabled = problems.of("enabled", is_on, given.get("enabled", True), "enabled")
    written = key_url = prints = None
    if not absent:
        written = problems.of("repo", read, str(given.get("repo", "")))
        if "key_url" in given:
            key_url = problems.of("key_url", location, given["key_url"], "key_url")
        prints = problems.of("key_fingerprint", fingerprints, given.get("key_fingerprint"))
    problems.refuse()
    if prints and not key_url:
        raise ResourceError(
            "key_fingerprint has no effect without key_url",
            "add key_url",
            place=("key_fingerprint",),
        )
    if written is not None:
        written.check(form, bool(key_url))
    return RepositorySpec(name, written, key_url or "", prints or (), bool(enabled), form)


def _name(name: str) -> str:
    if not name:
        raise ResourceError("repository is missing or empty", "add a name for it")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ResourceError(
            f"repository: invalid name {name!r}", "use letters, digits, '.', '_' and '-' only"
        )
    return name


def _form(form: str) -> str:
    if form not in FORMATS:
        raise ResourceError(f"format: {form!r} is not one of {', '.join(FORMATS)}")
    return form
