# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that stays on its target, so that later calls need not send it again.

Two files are kept under a name that stands for the module's content: the program that runs it (see
``bundled_module``), and the bytecode of all that it needs. Each appears in one step. A call reads
both when it starts, so that they can be replaced at any time.
"""

from __future__ import annotations

import contextlib
import os
from typing import Mapping

from . import state_folder
from .unpacking import OTHERS, put


def folder() -> str:
    """Where this user's modules are kept."""
    return os.path.join(state_folder.default_folder(), "modules")


def keep(name: str, files: Mapping[str, bytes]) -> None:
    """Where that fails, calls go on being sent in full.

    name: ``MODULE-CONTENT``. files: what is kept, by what comes behind that name.
    """
    with contextlib.suppress(OSError):
        # The program last: who finds it looks for the others.
        for ending, content in sorted(files.items(), reverse=True):
            put(folder(), name + ending, content)
        _remove_older(name)


def _remove_older(name: str) -> None:
    """Removes what former versions left, apart from the last ones."""
    module = name.partition("-")[0]
    times: dict[str, float] = {}
    for entry in os.scandir(folder()):
        version = entry.name.partition(".")[0]
        if version.startswith(f"{module}-") and version != name:
            times[version] = max(times.get(version, 0.0), entry.stat().st_mtime)
    old = sorted(times, key=times.__getitem__, reverse=True)[OTHERS:]
    for entry in os.scandir(folder()):
        if entry.name.partition(".")[0] in old:
            os.unlink(entry.path)
