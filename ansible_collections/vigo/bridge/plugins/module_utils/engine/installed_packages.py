# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Python packages that a user has installed outside of the system's folders.

Modules run in an isolated Python, which reads neither ``PYTHONPATH`` nor the user's own
site-packages, because another user may be able to write to these folders. If no other user can, an
SDK there is found as by any other Python.
"""

from __future__ import annotations

import os
import site
import sys
from typing import Iterator

from ..host.private_files import checked_folder


def use_installed_packages() -> None:
    """Add the folders of ``PYTHONPATH`` and of ``pip install --user`` to those of this Python.

    Only folders that no other user except root can write to are added. They come after the standard
    library and before the system's packages.
    """
    known = list(sys.path)
    for folder in (*_of_pythonpath(), *_of_user()):
        if folder not in sys.path:
            site.addsitedir(folder)
    added = sys.path[len(known) :]
    place = next((i for i, path in enumerate(known) if path.endswith("-packages")), len(known))
    sys.path[:] = [*known[:place], *added, *known[place:]]


def _of_pythonpath() -> Iterator[str]:
    for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        if os.path.isabs(entry) and _is_private(entry):
            yield entry


def _of_user() -> Iterator[str]:
    is_virtual = sys.prefix != sys.base_prefix
    if not is_virtual and not os.environ.get("PYTHONNOUSERSITE"):
        folder = site.getusersitepackages()
        if _is_private(folder):
            yield folder


def _is_private(folder: str) -> bool:
    try:
        checked_folder(folder)
    except OSError:
        return False
    return True
