# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of a program of the stack: attributes to a frozen spec."""

from __future__ import annotations

import base64
import os
from typing import Any, Mapping

from ...common import durations
from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from .program import check, interpreter

#: How long a program may take, in seconds.
_TIME_LIMIT = 300.0


@dataclass(frozen=True)
class CustomSpec:
    """What to run. encoded: the program as base64. params keep their references to secrets."""

    executor: str
    encoded: str
    params: Mapping[str, Any]
    timeout: float

    def program(self) -> bytes:
        """Return the program. Raise ResourceError for one that this machine cannot start."""
        try:
            content = base64.b64decode("".join(self.encoded.split()), validate=True)
        except ValueError:
            raise ResourceError(
                "executor_base64: invalid base64: expected the output of the filter b64encode",
                place=("executor_base64",),
            ) from None
        try:
            check(content)
        except ResourceError as error:
            raise ResourceError(f"executor {self.executor} {error.problem}", error.advice) from None
        runner = interpreter(content)
        if runner and not os.access(runner, os.X_OK):
            raise ResourceError(
                f"executor {self.executor} cannot be started: this host has no {runner}",
                "install it first",
            )
        return content


def parse(attributes: Mapping[str, Any]) -> CustomSpec:
    """Return the spec. Raise ResourceError for invalid attributes."""
    problems = Problems()
    executor, encoded = (
        str(attributes.get(name) or "") for name in ("executor", "executor_base64")
    )
    if not executor:
        raise ResourceError("executor is missing or empty", "add the name of a file in executors/")
    if not encoded:
        raise ResourceError(
            "executor_base64 is missing or empty",
            "add the content of the program, encoded as base64",
        )
    params = attributes.get("params")
    if params is None:
        params = {}
    if not isinstance(params, Mapping):
        raise ResourceError("params must be a mapping", place=("params",))
    timeout = problems.of(
        "timeout", durations.seconds, attributes.get("timeout") or _TIME_LIMIT, "timeout"
    )
    problems.refuse()
    return CustomSpec(executor, encoded, params, timeout)
