# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.stack_state: collects the arguments of the host's call."""

from __future__ import annotations

import contextlib
from typing import Any, Mapping

from ..plugin_utils.host_result import Sent
from ..plugin_utils.pull_turns import limit_of, turn
from ..plugin_utils.stack_action import StackAction


class ActionModule(StackAction):
    module = "vigo.bridge.stack_state"
    from_variables = ("lock_timeout", "min_healthy_time", "pull_limit")

    def call(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        limit = limit_of(arguments)
        pulls = arguments.get("state") == "pulled" and not self._task.check_mode
        with turn(limit) if limit and pulls else contextlib.nullcontext():
            return super().call(module, arguments, task_vars, **more)

    def expected(self, arguments: Mapping[str, Any]) -> Sent:
        is_removed = arguments.get("state") == "absent"
        return Sent(self.types(arguments), prunes=is_removed, is_partial=True)

    def needs_sdk(self, arguments: Mapping[str, Any]) -> bool:
        return arguments.get("state") == "absent" or super().needs_sdk(arguments)
