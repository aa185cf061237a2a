# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.container_exec: collects the arguments of the host's call."""

from __future__ import annotations

import base64
from typing import Any, Mapping

from ..plugin_utils.host_result import Sent
from ..plugin_utils.stack_action import StackAction


class ActionModule(StackAction):
    module = "vigo.bridge.container_exec"

    def takes_variables(self, arguments: Mapping[str, Any]) -> bool:
        return "container" not in arguments

    def prepared(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments with input as data, in which nothing is a reference to a secret."""
        if not arguments.get("stdin"):
            return arguments
        data = str(arguments["stdin"]).encode("utf-8", "surrogateescape")
        encoded = base64.b64encode(data).decode()
        return {**arguments, "stdin": None, "stdin_base64": encoded}

    def expected(self, arguments: Mapping[str, Any]) -> Sent:
        if "container" in arguments:
            raise ValueError("there is no resource")
        return Sent(self.types(arguments), is_partial=True)

    def needs_sdk(self, arguments: Mapping[str, Any]) -> bool:
        return "container" in arguments or super().needs_sdk(arguments)
