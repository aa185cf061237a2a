# SPDX-License-Identifier: GPL-3.0-or-later
"""Vault passwords that are typed: asked for once, then at hand for all of Ansible's programs.

Each program would ask for itself otherwise, and a playbook's run has no terminal to ask at.
"""

from __future__ import annotations

import functools
import getpass
import json
import os
import subprocess
from collections.abc import Mapping

import click

from vigo_bridge.run.configuration_files import configurations

_ASK, _IDENTITIES = "ANSIBLE_ASK_VAULT_PASS", "ANSIBLE_VAULT_IDENTITY_LIST"
#: What Ansible calls the source of a password that is typed.
_PROMPTS = ("prompt", "prompt_ask_vault_pass")


@functools.cache
def typed_passwords(path: str) -> Mapping[str, str]:
    """Environment variables that hand Ansible the passwords that its configuration lets type.

    Empty where it asks for none. path: where programs are searched. The passwords lie in memory,
    where programs of the same user can read them as long as this process runs.
    """
    if not may_ask():
        return {}
    command = ["ansible-config", "dump", "--format", "json", "--type", "base"]
    environment = {**os.environ, "PATH": path, "ANSIBLE_DEBUG": "false"}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        return {}  # whatever is wrong, the program that needs it says so
    settings = {entry.get("name"): entry.get("value") for entry in json.loads(finished.stdout)}
    identities = list(settings["DEFAULT_VAULT_IDENTITY_LIST"] or ())
    if settings["DEFAULT_ASK_VAULT_PASS"]:
        identities.append(f"default@{_PROMPTS[0]}")
    if not any(_is_typed(identity) for identity in identities):
        return {}
    given = [_typed(entry) if _is_typed(entry) else entry for entry in identities]
    return {_IDENTITIES: ",".join(given), _ASK: "false"}


def may_ask() -> bool:
    """Whether it is worth while to ask Ansible for its configuration, which takes a second."""
    if {_ASK, _IDENTITIES} & set(os.environ):
        return True
    return any(b"ask_vault_pass" in text or b"prompt" in text for text in configurations())


def _is_typed(identity: str) -> bool:
    return identity.rpartition("@")[2] in _PROMPTS


def _typed(identity: str) -> str:
    """The vault id with a file in memory in place of the prompt."""
    label = identity.rpartition("@")[0] or "default"
    if not hasattr(os, "memfd_create") or not os.access("/dev/tty", os.R_OK | os.W_OK):
        raise click.ClickException(
            f"Ansible's configuration lets the vault password {label!r} be typed, and there is no"
            " terminal for that here; name a file or a program with vault_password_file or"
            " vault_identity_list"
        )
    password = getpass.getpass(f"Vault password ({label}): ")
    descriptor = os.memfd_create("vault-password")  # open until this process ends
    os.fchmod(descriptor, 0o600)  # Ansible runs password files that are executable
    os.write(descriptor, password.encode() + b"\n")
    return f"{label}@/proc/{os.getpid()}/fd/{descriptor}"
