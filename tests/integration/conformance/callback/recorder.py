# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that writes the result of each task, a line of JSON each."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: aggregate
short_description: Writes what became of each task
description: Writes a line of JSON for each result to the file that VIGO_TEST_RECORD names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"

    def _record(self, result: Any, status: str) -> None:
        # A resource without a module of its own is applied by the module for many.
        only, *_others = result._result.get("resources") or [{}]
        line = {
            "host": result._host.get_name(),
            "task": result._task.get_name(),
            "status": status,
            "action": result._result.get("action") or only.get("action"),
            "changed": bool(result._result.get("changed")),
            "message": str(result._result.get("msg", "")),
        }
        with Path(os.environ["VIGO_TEST_RECORD"]).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record(result, "ok")

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._record(result, "skipped")

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record(result, "failed")

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._record(result, "failed")
