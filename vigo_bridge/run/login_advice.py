# SPDX-License-Identifier: GPL-3.0-or-later
"""Advice for failed logins, where SSH, sudo or su prompted without a terminal."""

from __future__ import annotations

import re

#: By message: the advice. These are the messages of the versions of OpenSSH, sudo and ansible-core
#: that the tests use.
_ADVICE = {
    # With a changed key, ssh also reports that the verification failed.
    r"REMOTE HOST IDENTIFICATION HAS CHANGED": (
        "The host key differs from the one in known_hosts: find out why; `ssh-keygen -R HOST`"
        " removes the old key"
    ),
    r"Host key verification failed|authenticity of host .* can't be established|"
    r"Host Key checking is enabled": (
        "The host key is not in known_hosts: verify and add it with `ssh HOST` or `ssh-keyscan`;"
        " ANSIBLE_HOST_KEY_CHECKING=False disables the check"
    ),
    r"Invalid/incorrect password": (
        "SSH did not accept the password, or the host does not allow passwords: check the password"
        " of this account"
    ),
    r"Permission denied \([a-z,-]*publickey": (
        "SSH cannot log in without a prompt: if the key has a passphrase, load it with `ssh-add`;"
        " to use a password, add --ask-pass or --connection-password-file"
    ),
    r"Permission denied \(|Too many authentication failures": (
        "Give the password with --ask-pass or --connection-password-file, or use an SSH key"
    ),
    r"[Pp]assword has expired|[Pp]assword change required": (
        "The password of this account has expired: log in with ssh and change it"
    ),
    r"Missing \S+ password|a password is required|a terminal is required|"
    r"waiting for privilege escalation prompt": (
        "Give the password with --ask-become-pass or --become-password-file, or allow the account"
        " to become root without a password"
    ),
}


def login_advice(message: str) -> str:
    """Return advice on a failed login; empty if the message is about something else."""
    for pattern, advice in _ADVICE.items():
        if re.search(pattern, message):
            return advice
    return ""
