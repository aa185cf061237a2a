# SPDX-License-Identifier: GPL-3.0-or-later
"""The message of a host that cannot be logged in to says what to set."""

from __future__ import annotations

import pytest

from vigo_bridge.run.login_advice import login_advice

#: what ssh, sudo, su and Ansible say -> a part of the advice
SAID = {
    'Data could not be sent to remote host "10.0.0.1". Make sure this host can be reached over ssh:'
    " Host key verification failed.": "ssh-keyscan",
    "Using a SSH password instead of a key is not possible because Host Key checking is enabled"
    " and sshpass does not support this.": "ssh-keyscan",
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.": (
        "ssh-keygen -R"
    ),
    "root@10.0.0.1: Permission denied (publickey,password).": "ssh-add",
    "web@10.0.0.1: Permission denied (publickey).": "ssh-add",
    "web@10.0.0.1: Permission denied (gssapi-with-mic,publickey).": "ssh-add",
    "web@10.0.0.1: Permission denied (password).": "--ask-pass",
    "Invalid/incorrect password: Permission denied, please try again.\n"
    "web@10.0.0.1: Permission denied (publickey,password).": "did not accept the password",
    "WARNING: Your password has expired.\nPassword change required but no TTY available.": "ssh",
    "Missing sudo password": "--ask-become-pass",
    "sudo: a password is required": "--become-password-file",
    "sudo: a terminal is required to read the password": "--ask-become-pass",
    "Timeout (12s) waiting for privilege escalation prompt: ": "--ask-become-pass",
    "ssh: connect to host 10.0.0.1 port 22: Connection refused": "",
    "the file /x cannot be written: Permission denied": "",
}


@pytest.mark.parametrize(("message", "advice"), SAID.items())
def test_advice(message: str, advice: str) -> None:
    found = login_advice(message)
    assert advice in found
    assert bool(found) == bool(advice)
