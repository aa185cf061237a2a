# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the environment of Ansible's programs."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from vigo_bridge.ansible.configuration import check_configuration_file
from vigo_bridge.ansible.configuration_files import configurations
from vigo_bridge.ansible.locales import utf8_locale
from vigo_bridge.ansible.parsed_metadata import metadata_folder
from vigo_bridge.ansible.vault_passwords import vault_passwords
from vigo_bridge.host_counts import FORKS

_SECRET_PREFIX = "VIGO_SECRET_"

#: Our settings, which the user's environment may override.
_DEFAULTS = {
    # Without it, module arguments would be written to a file on the target.
    "ANSIBLE_PIPELINING": "true",
    "ANSIBLE_PYTHON_INTERPRETER": "auto_silent",
    "ANSIBLE_DEPRECATION_WARNINGS": "false",
    "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
}
_FORKS = re.compile(rb"^\s*forks\s*[=:]", re.MULTILINE)


def ansible_environment() -> dict[str, str]:
    """Return this process's environment without secrets, and with what Ansible needs from us.

    The first call prompts for vault passwords, if necessary. Raise Refusal.
    """
    check_configuration_file()
    kept = {name: value for name, value in os.environ.items() if not is_secret(name)}
    path = _path(kept.get("PATH", os.defpath))
    ours = {**metadata_folder(), **vault_passwords(), **utf8_locale(), "PATH": path}
    return {**_DEFAULTS, **_forks(), **kept, **ours}


def run_environment(results: Path, secrets_socket: Path) -> dict[str, str]:
    """Return the variables that only the run of a playbook needs: the folder of results and the
    socket for secrets.
    """
    from ansible_collections.vigo.bridge.plugins.plugin_utils.result_file import FOLDER_VARIABLE
    from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import SOCKET_VARIABLE

    return {FOLDER_VARIABLE: str(results), SOCKET_VARIABLE: str(secrets_socket)}


def is_secret(name: str) -> bool:
    """Return whether an environment variable belongs to the ``env`` secret store."""
    return name.startswith(_SECRET_PREFIX)


def _forks() -> dict[str, str]:
    """Return the variable that sets the number of forks, because Ansible's default of 5 is low;
    empty if the user's configuration sets it.
    """
    given = any(_FORKS.search(text) for text in configurations())
    return {} if given else {"ANSIBLE_FORKS": str(FORKS)}


def _path(path: str) -> str:
    """Return the search path with the programs of our own Python environment first, so that they
    use the same collection.
    """
    return os.pathsep.join([str(Path(sys.executable).parent), path])
