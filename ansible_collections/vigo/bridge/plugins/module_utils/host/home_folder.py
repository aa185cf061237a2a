# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths that begin with a home folder, ``~/...`` or ``~USER/...``."""

from __future__ import annotations

import os

from ..common.errors import NoAccount, ResourceError
from .accounts import account_of


def expanded(path: str, attribute: str, user: str | None = None) -> str:
    """Return the path without ``~``. Raise ResourceError.

    user: whose home ``~`` is, by name or number; None for the user that this process runs as.
    """
    if not path.startswith("~"):
        return path
    if user and (path == "~" or path.startswith("~/")):
        home = account_of(user).pw_dir
        if not home:
            raise ResourceError(
                f"{attribute}: user {user} has no account on this machine, so {path!r} cannot be"
                " resolved; write the whole path"
            )
        return home + path[1:]
    found = os.path.expanduser(path)
    if found.startswith("~"):
        raise NoAccount(
            f"{attribute}: user {path[1:].partition('/')[0]!r} does not exist, so {path!r} cannot"
            " be resolved; create the user first, or write the whole path"
        )
    return found
