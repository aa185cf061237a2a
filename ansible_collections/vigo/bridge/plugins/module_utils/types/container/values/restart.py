# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restart policies: ``no``, ``always``, ``unless-stopped``, ``on-failure[:N]``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Mapping

from ....common.comma_strings import text
from ....common.errors import ResourceError

if TYPE_CHECKING:
    from ..settings import Settings

NO = "no"

_POLICY = re.compile(r"no|always|unless-stopped|on-failure(?::\d{1,10})?")


def parse(value: Any, attribute: str) -> str:
    """Return one canonical text. YAML 1.1 reads a bare ``no`` as false, which is accepted."""
    written = "no" if value is False else text(value).strip()
    if written == "false":
        written = NO
    name, colon, count = written.partition(":")
    if not _POLICY.fullmatch(written) or int(count or 0) >= 1 << 31:
        raise ResourceError(
            f"{attribute}: {written!r} is not no, always, unless-stopped or on-failure[:N]"
        )
    return f"{name}:{int(count)}" if colon and int(count) else name


def payload(policy: str) -> dict[str, Any]:
    """Return the policy for the API."""
    name, _colon, count = policy.partition(":")
    return {"Name": name, "MaximumRetryCount": int(count or 0)}


def read(policy: Mapping[str, Any] | None) -> str:
    """Return the policy of an inspect payload; engines write nothing for ``no``."""
    name = (policy or {}).get("Name") or NO
    count = (policy or {}).get("MaximumRetryCount") or 0
    return f"{name}:{count}" if name == "on-failure" and count else name


def update(settings: Settings) -> dict[str, Any]:
    """Return the policy for the update call."""
    return {"RestartPolicy": payload(settings.restart or NO)}
