# SPDX-License-Identifier: GPL-3.0-or-later
"""Exit statuses, which scripts rely on."""

from __future__ import annotations

from vigo_bridge.run.results import RunResult, RunStatus

OK = 0
#: Bad usage or an invalid stack; nothing was touched.
INVALID = 1
PENDING = 2
FAILED = 3
ABORTED = 4
INTERRUPTED = 130

_OF_STATUS = {
    RunStatus.CONVERGED: OK,
    RunStatus.PENDING: PENDING,
    RunStatus.FAILED: FAILED,
    RunStatus.ABORTED: ABORTED,
    RunStatus.INTERRUPTED: INTERRUPTED,
}


def exit_status(result: RunResult) -> int:
    return _OF_STATUS[result.status]
