# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with one resource."""

from __future__ import annotations

from typing import Any, Mapping


class ResourceError(Exception):
    """The resource cannot be what it should be: bad attributes, or its action failed.

    ``message`` says what happened and what to do. ``log`` holds the last lines of output of
    whatever failed (a container, a command), or is empty. ``rc`` is an exit code where there
    is one. ``returned``: see ``Outcome``.
    """

    status = "failed"

    def __init__(
        self,
        message: str,
        log: str = "",
        rc: int | None = None,
        returned: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.log = log
        self.rc = rc
        self.returned = returned or {}


class Blocked(ResourceError):
    """The surroundings prevent it: engine not answering, registry down, disk full."""

    status = "blocked"
