# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.stack_info: collects the arguments of the host's call."""

from __future__ import annotations

from typing import Any, Mapping

from ..plugin_utils.host_result import Sent
from ..plugin_utils.stack_action import ApplyingAction


class ActionModule(ApplyingAction):
    module = "vigo.bridge.stack_info"

    def expected(self, arguments: Mapping[str, Any]) -> Sent:
        return Sent(self.types(arguments), is_partial=bool(arguments.get("only")))
