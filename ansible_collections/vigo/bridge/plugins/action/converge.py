# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.converge: collects the arguments of the host's call."""

from __future__ import annotations

from typing import Any, Mapping

from ansible.module_utils.common.validation import check_type_bool

from ..plugin_utils.caller import caller
from ..plugin_utils.host_result import Sent
from ..plugin_utils.stack_action import ApplyingAction


class ActionModule(ApplyingAction):
    module = "vigo.bridge.converge"
    from_variables = (
        "lock_timeout",
        "prune",
        "pull",
        "min_healthy_time",
        "former",
        "rollout",
        "started_by",
    )

    def expected(self, arguments: Mapping[str, Any]) -> Sent:
        prunes = check_type_bool(arguments.get("prune") or False)
        return Sent(self.types(arguments), prunes)

    def needs_sdk(self, arguments: Mapping[str, Any]) -> bool:
        return bool(arguments.get("prune")) or super().needs_sdk(arguments)

    def prepared(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"started_by": caller(), **arguments}
