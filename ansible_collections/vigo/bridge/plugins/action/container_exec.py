# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.container_exec: collects the arguments of the host's call."""

from __future__ import annotations

import base64
import json
import os
from typing import Any, Mapping

from ansible.errors import AnsibleActionFail

from ..module_utils.delivery.called_module import TERMINAL
from ..plugin_utils import kept_module
from ..plugin_utils.host_result import Sent
from ..plugin_utils.result_file import is_recording
from ..plugin_utils.stack_action import StackAction
from ..plugin_utils.terminal_program import terminal_place, terminal_program


class ActionModule(StackAction):
    module = "vigo.bridge.container_exec"
    added = (TERMINAL,)

    def takes_variables(self, arguments: Mapping[str, Any]) -> bool:
        return "container" not in arguments

    def call(
        self,
        module: str,
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
        **more: Any,
    ) -> dict[str, Any]:
        """Run the command; with ``vigo_terminal``, return how to run it in a terminal instead.

        Its standard input is in the file ``vigo_stdin`` beside the playbook. Both are variables of
        `vigo-bridge exec`.
        """
        if not is_recording():
            return super().call(module, arguments, task_vars, **more)
        if task_vars.get("vigo_stdin"):
            path = os.path.join(str(task_vars["playbook_dir"]), str(task_vars["vigo_stdin"]))
            with open(path, "rb") as given_input:
                arguments = {**arguments, "stdin_base64": _encoded(given_input.read())}
        if not task_vars.get("vigo_terminal"):
            return super().call(module, arguments, task_vars, **more)
        given = {**arguments, TERMINAL: {"wanted": True}}
        result = super().call(module, given, task_vars, **more)
        for resource in result.get("resources") or ():
            if resource.get("action") == "ran":
                resource["output"] = self._in_terminal(resource, arguments, task_vars)
        return result

    def _in_terminal(
        self,
        resource: Mapping[str, Any],
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
    ) -> str:
        """Return the program for a terminal as JSON. Raise AnsibleActionFail."""
        place = terminal_place(str(resource.get("output")))
        start = kept_module.Start(tuple(self.pythons(task_vars)), max(self.connection_timeout(), 1))
        python = self.python_that_runs(start)
        options = {name: arguments.get(name) for name in ("argv", "user", "chdir", "env")}
        command = self.terminal_command(terminal_program(python, {**place, **options}))
        if not command:
            raise AnsibleActionFail(
                "this connection cannot open a terminal; log in to the host, and use `docker exec"
                f" -it {place['container'][:12]} ...` there"
            )
        return json.dumps(command)

    def prepared(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments with input as data, in which nothing is a reference to a secret."""
        if not arguments.get("stdin"):
            return arguments
        data = str(arguments["stdin"]).encode("utf-8", "surrogateescape")
        return {**arguments, "stdin": None, "stdin_base64": _encoded(data)}

    def expected(self, arguments: Mapping[str, Any]) -> Sent | None:
        if "container" in arguments:
            return None
        return Sent(self.types(arguments), is_partial=True)

    def needs_sdk(self, arguments: Mapping[str, Any]) -> bool:
        return "container" in arguments or super().needs_sdk(arguments)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()
