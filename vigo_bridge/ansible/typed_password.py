# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts for passwords once, and keeps them in memory.

Ansible's programs read such a password from a file in memory, whose name is all that they get.
Other programs of the same user can read it as long as this process runs.
"""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from vigo_bridge.failures import Refusal


def typed_password(prompt: str, reason: str, advice: str) -> str:
    """Return what the user types on the terminal, without echo.

    reason: why the password is needed; advice: how to provide it without a terminal. Raise Refusal.
    """
    if not has_terminal():
        raise Refusal(f"{reason}, and there is no terminal to enter it; {advice}")
    return getpass.getpass(prompt)


def in_memory(password: bytes) -> str:
    """Return the name of a new file in memory, which exists until this process ends.

    Raise Refusal.
    """
    if not hasattr(os, "memfd_create"):
        raise Refusal("passwords are kept in memory, which works on Linux only; use password files")
    descriptor = os.memfd_create("password")
    os.fchmod(descriptor, 0o600)  # Ansible runs password files that are executable.
    os.write(descriptor, password)
    return f"/proc/{os.getpid()}/fd/{descriptor}"


def is_program(path: str) -> bool:
    """Return whether Ansible runs such a password file instead of reading it."""
    return Path(path).is_file() and os.access(path, os.X_OK)


def has_terminal() -> bool:
    """Return whether there is a terminal to ask a person."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
