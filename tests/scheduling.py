# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests must run in the same process, where several run at the same time."""

from __future__ import annotations

from pathlib import PurePosixPath

from xdist.scheduler import LoadFileScheduling

#: The containers of the example stack exist once on the engine.
WITH_THE_EXAMPLE_STACK = {
    "test_demo.py",
    "test_documentation.py",
    "test_local.py",
    "test_molecule.py",
}


class ByFile(LoadFileScheduling):
    """Gives a process whole files. pytest 9.2 ignores the groups of xdist's own `loadgroup`."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        shared = PurePosixPath(file).name in WITH_THE_EXAMPLE_STACK
        return "the example stack" if shared else file
