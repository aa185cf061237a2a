# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that disable pipelining, as far as they are known before a host is contacted.

Without pipelining, Ansible writes module arguments, with secrets, to a file on the target. The
actions of the collection check each connection; this module checks only the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

#: As Ansible reads booleans.
_OFF = frozenset(("n", "no", "f", "false", "0", "0.0", "off"))
_ON = frozenset(("y", "yes", "t", "true", "1", "1.0", "on"))
_SWITCHES = ("ANSIBLE_PIPELINING", "ANSIBLE_SSH_PIPELINING")
_KEEPS_FILES = "ANSIBLE_KEEP_REMOTE_FILES"
_VARIABLES = ("ansible_pipelining", "ansible_ssh_pipelining")


def obstacles(
    environment: Mapping[str, str],
    hosts: Iterable[str],
    variables: Mapping[str, Mapping[str, Any]],
) -> Iterator[str]:
    """Yield each setting that prevents pipelining, and what to do about it.

    variables: by host, as written in the inventory; templates in them are not rendered.
    """
    for name in _SWITCHES:
        if _is(environment.get(name), _OFF):
            yield f"{name} is disabled in the environment; unset it"
    if _is(environment.get(_KEEPS_FILES), _ON):
        yield f"{_KEEPS_FILES} is enabled in the environment; unset it"
    for host in hosts:
        for name in _VARIABLES:
            if _is(variables.get(host, {}).get(name), _OFF):
                yield f"{name} is disabled for {host}; remove it from the inventory"


def _is(value: Any, words: frozenset[str]) -> bool:
    return value is not None and str(value).strip().lower() in words
