# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names who has started Ansible, for people who look at a host later."""

from __future__ import annotations

import getpass
import os
import socket


def caller() -> str:
    """Return the user and the host name of this machine, such as ``alice@laptop``.

    With sudo, it is the user who has called sudo.
    """
    name = os.environ.get("SUDO_USER") or ""
    try:
        name = name or getpass.getuser()
    except (KeyError, OSError):  # A user ID without an account.
        name = str(os.getuid())
    return f"{name}@{socket.gethostname()}"
