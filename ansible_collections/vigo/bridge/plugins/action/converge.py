# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.converge: collects the arguments of the host's call."""

from __future__ import annotations

from typing import Any, Mapping

from ansible.module_utils.common.validation import check_type_bool

from ..module_utils.delivery import pull_turns
from ..plugin_utils.caller import caller
from ..plugin_utils.host_result import Sent
from ..plugin_utils.pull_turns import in_turns, limit_of
from ..plugin_utils.stack_action import ApplyingAction


class ActionModule(ApplyingAction):
    module = "vigo.bridge.converge"
    from_variables = (
        "lock_timeout",
        "prune",
        "pull",
        "pull_limit",
        "min_healthy_time",
        "former",
        "rollout",
        "started_by",
    )

    added = (*ApplyingAction.added, *pull_turns.ADDED)

    def call(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any], **more: Any
    ) -> dict[str, Any]:
        limit = limit_of(arguments)
        if not limit or self._task.check_mode:
            return super().call(module, arguments, task_vars, **more)

        def step(pulls: Mapping[str, Any]) -> dict[str, Any]:
            given = {**arguments, pull_turns.PULLS: pulls}
            return super(ActionModule, self).call(module, given, task_vars, **more)

        return in_turns(limit, step)

    def expected(self, arguments: Mapping[str, Any]) -> Sent:
        prunes = check_type_bool(arguments.get("prune") or False)
        return Sent(self.types(arguments), prunes)

    def needs_sdk(self, arguments: Mapping[str, Any]) -> bool:
        return bool(arguments.get("prune")) or super().needs_sdk(arguments)

    def prepared(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"started_by": caller(), **arguments}
