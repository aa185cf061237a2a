# SPDX-License-Identifier: GPL-3.0-or-later
"""Exit statuses, which scripts rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vigo_bridge.run.results import RunResult

OK = 0
#: Bad usage or an invalid stack; nothing was changed.
INVALID = 1
PENDING = 2
FAILED = 3
ABORTED = 4
INTERRUPTED = 130


def exit_status(result: RunResult) -> int:
    # Imported here, because most importers of this file need only the numbers.
    from vigo_bridge.run.results import RunStatus

    of_status = {
        RunStatus.CONVERGED: OK,
        RunStatus.PENDING: PENDING,
        RunStatus.FAILED: FAILED,
        RunStatus.ABORTED: ABORTED,
        RunStatus.INTERRUPTED: INTERRUPTED,
    }
    return of_status[result.status]
