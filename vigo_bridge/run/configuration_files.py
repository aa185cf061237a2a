# SPDX-License-Identifier: GPL-3.0-or-later
"""The user's own configuration of Ansible, as far as a glance at its text tells enough.

Ansible itself would take half a second to say what it holds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def configurations() -> Iterator[bytes]:
    """The texts of all files that may be Ansible's configuration."""
    named = Path(os.environ.get("ANSIBLE_CONFIG", "ansible.cfg"))
    home, system = Path.home() / ".ansible.cfg", Path("/etc/ansible/ansible.cfg")
    for file in (named, named / "ansible.cfg", Path("ansible.cfg"), home, system):
        if file.is_file() and os.access(file, os.R_OK):
            yield file.read_bytes()
