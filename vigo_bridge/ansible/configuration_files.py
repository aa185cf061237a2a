# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the user's Ansible configuration, and searches its text.

Reading it with Ansible itself would take half a second.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

_SYSTEM = Path("/etc/ansible/ansible.cfg")


def _of_user() -> Path:
    return Path("~/.ansible.cfg").expanduser()


def configurations() -> Iterator[bytes]:
    """Yield the texts of all files that may be Ansible's configuration."""
    named = Path(os.environ.get("ANSIBLE_CONFIG", "ansible.cfg"))
    for file in (named, named / "ansible.cfg", Path("ansible.cfg"), _of_user(), _SYSTEM):
        # Checked first, because it does not fail in a folder that this user cannot read.
        if os.access(file, os.R_OK) and file.is_file():
            yield file.read_bytes()


def configuration_file() -> Path | None:
    """Return the path that Ansible would use, or None. It may be unreadable, or not a file."""
    candidates = [_of_user(), _SYSTEM]
    folder = Path.cwd()
    # Ansible ignores it in a folder that everyone can write to.
    if not folder.stat().st_mode & stat.S_IWOTH:
        candidates.insert(0, folder / "ansible.cfg")
    named = os.environ.get("ANSIBLE_CONFIG")
    if named is not None:
        path = Path(os.path.expandvars(named)).expanduser().absolute()
        is_folder = os.access(path, os.F_OK) and path.is_dir()
        candidates.insert(0, path / "ansible.cfg" if is_folder else path)
    return next((file for file in candidates if os.access(file, os.F_OK)), None)


def may_set(variables: Iterable[str], keys: re.Pattern[bytes]) -> bool:
    """Return whether one of these variables is set, or a file mentions one of the keys.

    variables: of the environment. If it is false, Ansible's own reader need not be loaded.
    """
    return bool(set(variables) & set(os.environ)) or any(map(keys.search, configurations()))
