# SPDX-License-Identifier: GPL-3.0-or-later
"""The passwords that Ansible needs to reach hosts and to become root on them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from vigo_bridge.ansible.configuration_files import may_set
from vigo_bridge.ansible.password_program import printed_password
from vigo_bridge.ansible.password_source import PasswordSource
from vigo_bridge.ansible.program import BECOME_ANSWER, CONNECTION_ANSWER
from vigo_bridge.ansible.settings import ansible_settings
from vigo_bridge.ansible.typed_password import in_memory, is_program, typed_password
from vigo_bridge.failures import Refusal


@dataclass(frozen=True)
class _Kind:
    """One of the two passwords, with its names in Ansible."""

    name: str
    option: str
    setting: str
    ask: str
    file: str
    answer: str
    advice: str

    def variables(self, password: bytes) -> dict[str, str]:
        """Return the variables with which Ansible prompts for the password and gets it; with an
        empty password, it does not prompt.
        """
        if not password:
            return {self.ask: "false"}
        return {
            self.ask: "true",
            self.answer: in_memory(password),
            # The prompt is recognized by its beginning.
            "ANSIBLE_AGNOSTIC_BECOME_PROMPT": "true",
        }


_CONNECTION = _Kind(
    name="connection password",
    option="--ask-pass",
    setting="ask_pass",
    ask="ANSIBLE_ASK_PASS",
    file="ANSIBLE_CONNECTION_PASSWORD_FILE",
    answer=CONNECTION_ANSWER,
    advice=(
        "set a file or a program that prints it with --connection-password-file or"
        " ANSIBLE_CONNECTION_PASSWORD_FILE, or use an SSH key"
    ),
)
_BECOME = _Kind(
    name="become password",
    option="--ask-become-pass",
    setting="become_ask_pass",
    ask="ANSIBLE_BECOME_ASK_PASS",
    file="ANSIBLE_BECOME_PASSWORD_FILE",
    answer=BECOME_ANSWER,
    advice=(
        "set a file or a program that prints it with --become-password-file or"
        " ANSIBLE_BECOME_PASSWORD_FILE"
    ),
)
#: The variables without any password: what most commands give Ansible.
NO_PASSWORDS: Mapping[str, str] = {**_CONNECTION.variables(b""), **_BECOME.variables(b"")}
#: The longest password that does not come from a regular file, in bytes.
_LONGEST = 64 * 1024
_KEYS = re.compile(rb"ask_pass|connection_password_file|become_password_file", re.IGNORECASE)


def login_passwords(
    connection: PasswordSource, become: PasswordSource, local: bool = False
) -> Mapping[str, str]:
    """Return the environment variables that pass both passwords to Ansible; prompt for them if
    necessary.

    connection, become: the command line's options, by default those of Ansible's configuration.
    local: whether no connection needs a password. Raise Refusal.
    """
    configured = _configured()
    connection = PasswordSource() if local else connection.or_else(configured[0])
    become = become.or_else(configured[1])
    typed = _typed(_CONNECTION, "SSH password: ", connection) if connection.typed else ""
    given = _CONNECTION.variables(typed.encode(errors="surrogateescape"))
    if connection.file and not connection.typed:
        given = _of_file(connection.file, _CONNECTION)
    if become.typed:
        default = "[defaults to SSH password]" if connection.typed else ""
        typed = _typed(_BECOME, f"BECOME password{default}: ", become) or typed
        return given | _BECOME.variables(typed.encode(errors="surrogateescape"))
    return given | (_of_file(become.file, _BECOME) if become.file else _BECOME.variables(b""))


def _configured() -> tuple[PasswordSource, PasswordSource]:
    names = {name for kind in (_CONNECTION, _BECOME) for name in (kind.ask, kind.file)}
    if not may_set(names, _KEYS):
        return PasswordSource(), PasswordSource()
    ask_connection, connection_file, ask_become, become_file = ansible_settings(
        "DEFAULT_ASK_PASS",
        "CONNECTION_PASSWORD_FILE",
        "DEFAULT_BECOME_ASK_PASS",
        "BECOME_PASSWORD_FILE",
    )
    return (
        PasswordSource(bool(ask_connection), connection_file, configured=True),
        PasswordSource(bool(ask_become), become_file, configured=True),
    )


def _typed(kind: _Kind, prompt: str, source: PasswordSource) -> str:
    reason = f"{kind.option} prompts for the {kind.name}"
    if source.configured:
        reason = f"Ansible is configured to prompt for the {kind.name} ({kind.setting})"
    return typed_password(prompt, reason, kind.advice)


def _of_file(path: str, kind: _Kind) -> dict[str, str]:
    """Return the variables for a password file.

    A plain file is read by Ansible. A program may prompt on the terminal, and a pipe can be read
    only once.
    """
    try:
        if is_program(path):
            printed = printed_password([path], kind.advice)
            if printed is not None:
                return kind.variables(printed)
        with open(path, "rb", opener=_opened) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return kind.variables(_all_of(stream, path, kind).strip())
    except OSError as error:
        raise Refusal(
            f"the file with the {kind.name}, {path}, cannot be read: {error.strerror};"
            f" {kind.advice}"
        ) from error
    return {kind.ask: "false", kind.file: path}


def _opened(path: str, flags: int) -> int:
    """Open a file without waiting: a FIFO that nothing writes to is empty."""
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)
    os.set_blocking(descriptor, True)
    return descriptor


def _all_of(stream: BinaryIO, path: str, kind: _Kind) -> bytes:
    """Return the content of a pipe or a device, which may have no end."""
    content = stream.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise Refusal(
            f"the file with the {kind.name}, {path}, has more than {_LONGEST} bytes; {kind.advice}"
        )
    if not content.strip():
        raise Refusal(f"the file with the {kind.name}, {path}, is empty; {kind.advice}")
    return content
