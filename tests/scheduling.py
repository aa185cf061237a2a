# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests must run in the same process, where several run at the same time."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

#: The containers of the example stack exist once on the engine.
WITH_THE_EXAMPLE_STACK = (
    "tests/integration/test_demo.py",
    "tests/integration/test_documentation.py",
    "tests/integration/test_local.py",
    "tests/integration/test_molecule.py",
)
#: They read all sources, which each process parses once.
WITH_ALL_SOURCES = (
    "tests/unit/collection/test_floors.py",
    "tests/unit/collection/test_old_python.py",
    "tests/unit/collection/test_private_uses.py",
    "tests/unit/module_utils/types/test_registry.py",
    "tests/unit/report/test_hostile_hosts.py",
    "tests/unit/test_decisions.py",
    "tests/unit/test_messages.py",
    "tests/unit/test_rooms.py",
    "tests/unit/test_wording.py",
)
TOGETHER = {
    **dict.fromkeys(WITH_THE_EXAMPLE_STACK, "the example stack"),
    **dict.fromkeys(WITH_ALL_SOURCES, "all sources"),
}


class ByFile(LoadFileScheduling):
    """Gives a process whole files. pytest 9.2 ignores the groups of xdist's own `loadgroup`."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return TOGETHER.get(file, file)
