# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts for vault passwords, once for all of Ansible's programs.

Otherwise each of them would prompt, and they run without a terminal.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Mapping
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import kind_problem
from vigo_bridge.ansible.configuration_files import may_set
from vigo_bridge.ansible.password_program import printed_password
from vigo_bridge.ansible.settings import ansible_settings
from vigo_bridge.ansible.typed_password import in_memory, is_program, typed_password
from vigo_bridge.failures import Refusal

_ASK, _IDENTITIES = "ANSIBLE_ASK_VAULT_PASS", "ANSIBLE_VAULT_IDENTITY_LIST"
#: The variable with the path of the password file.
VARIABLE = "ANSIBLE_VAULT_PASSWORD_FILE"
_KEYS = re.compile(rb"ask_vault_pass|vault_identity_list|vault_password_file", re.IGNORECASE)
#: Ansible's name for the source of a password that is typed.
_PROMPTS = ("prompt", "prompt_ask_vault_pass")


@functools.cache
def vault_passwords() -> Mapping[str, str]:
    """Return the environment variables that pass to Ansible the vault passwords for which it would
    prompt, or run a program. Empty if its configuration has none of these.

    Raise Refusal.
    """
    sources, file = _sources()
    given = {}
    if any(map(_is_asked, sources)):
        given = {_IDENTITIES: ",".join(map(_answered, sources)), _ASK: "false"}
    if file and is_program(file) and (answer := _printed("default", file)):
        given[VARIABLE] = answer
    return given


def are_configured() -> bool:
    """Return whether Ansible's configuration names a source of vault passwords. Raise Refusal."""
    sources, file = _sources()
    return bool(sources or file)


def asks_for_vault_passwords() -> bool:
    """Return whether a password must be typed, or printed by a program that may prompt."""
    sources, file = _sources()
    return any(map(_is_asked, sources)) or bool(file and is_program(file))


def _sources() -> tuple[list[str], str]:
    """Return the vault IDs with the sources of their passwords, and the password file of the
    others.
    """
    if not may_set((_ASK, _IDENTITIES, VARIABLE), _KEYS):
        return [], ""
    identities, ask, file = ansible_settings(
        "DEFAULT_VAULT_IDENTITY_LIST", "DEFAULT_ASK_VAULT_PASS", "DEFAULT_VAULT_PASSWORD_FILE"
    )
    sources = list(identities or ())
    for path in filter(None, [*map(_file, sources), file]):
        _refuse_special(path)
    if ask:
        sources.append(f"default@{_PROMPTS[0]}")
    return sources, file or ""


def _file(identity: str) -> str:
    """Return the file or program that gives the password; empty if it is typed."""
    _label, source = _split(identity)
    return "" if source in _PROMPTS else _path(source)


def _refuse_special(path: str) -> None:
    """Raise Refusal for a file that several programs cannot read, or that may have no end.

    Ansible itself reports a missing file.
    """
    try:
        problem = kind_problem(Path(path).stat().st_mode)
    except OSError:
        return
    if problem:
        raise Refusal(
            f"the vault password file {path} cannot be used: {problem}; name a regular file or a"
            " program in vault_password_file or vault_identity_list"
        )


def _is_asked(identity: str) -> bool:
    _label, source = _split(identity)
    return source in _PROMPTS or is_program(_path(source))


def _answered(identity: str) -> str:
    """Return the vault ID with a file in memory instead of the prompt or the program."""
    label, source = _split(identity)
    if source in _PROMPTS:
        label = label or "default"
        password = typed_password(
            f"Vault password ({label}): ",
            f"Ansible is configured to prompt for the vault password {label!r}",
            "set a file or a program with vault_password_file or vault_identity_list",
        )
        if not password.strip():
            raise Refusal(f"the vault password {label!r} is empty; enter one")
        return f"{label}@{in_memory(password.encode(errors='surrogateescape'))}"
    if not is_program(_path(source)):
        return identity
    answer = _printed(label, _path(source))
    return f"{label or 'default'}@{answer}" if answer else identity


def _split(identity: str) -> tuple[str, str]:
    """Return the vault ID, which may be missing, and the source of its password."""
    label, at, source = identity.partition("@")
    return (label, source) if at else ("", identity)


def _path(source: str) -> str:
    return str(Path(os.path.expandvars(source)).expanduser().absolute())


def _printed(label: str, program: str) -> str | None:
    """Run the program as Ansible does, and keep its output in memory; None if it fails."""
    # Programs whose names end in -client get the vault ID.
    is_client = Path(program).stem.endswith("-client")
    password = printed_password(
        [program, "--vault-id", label] if label and is_client else [program],
        "correct it, or set another program or a file in vault_password_file or"
        " vault_identity_list",
    )
    # From a file Ansible would remove blanks at the ends, too.
    if not password or password != password.strip():
        return None
    return in_memory(password)
