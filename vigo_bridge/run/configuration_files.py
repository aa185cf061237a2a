# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's own configuration of Ansible, as far as a glance at its text tells enough.

Ansible itself would take half a second to say what it holds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path


def configurations() -> Iterator[bytes]:
    """The texts of all files that may be Ansible's configuration."""
    named = Path(os.environ.get("ANSIBLE_CONFIG", "ansible.cfg"))
    home, system = Path.home() / ".ansible.cfg", Path("/etc/ansible/ansible.cfg")
    for file in (named, named / "ansible.cfg", Path("ansible.cfg"), home, system):
        if file.is_file() and os.access(file, os.R_OK):
            yield file.read_bytes()


def may_set(variables: Iterable[str], keys: re.Pattern[bytes]) -> bool:
    """Whether one of these variables is set, or a file mentions one of the keys.

    variables: of the environment. Where not, Ansible need not be asked for what it has configured.
    """
    return bool(set(variables) & set(os.environ)) or any(map(keys.search, configurations()))
