# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of ours on a target: what the target has kept, or else in Ansible's way."""

from __future__ import annotations

import os
from typing import Any, Mapping

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils.delivery.bundled_module import CALL, MISSING, NO_MODULE, NO_PYTHON, PROFILE
from . import kept_module
from .module_answer import answer_in, explanation, without_call
from .printable import clean, clean_json, one_line


class RunningAction(ActionBase):
    """The base of actions with a module of ours."""

    #: Identifies the call whose answer is awaited.
    _call = ""
    #: Pythons on the target that gave no answer.
    _hung: tuple[str, ...] = ()

    def execute(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The module's result. module: its full name."""
        self._call = os.urandom(16).hex()
        given = {**arguments, CALL: {self._call: True}}
        result = self._execute(module, given, task_vars)
        return {**without_call(result), **explanation(result)}

    def _execute(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        start = kept_module.Start(tuple(self._pythons(task_vars)), self._limit())
        missing = ""
        if self._may_be_kept(task_vars):
            result = self._execute_kept(module, arguments, task_vars, start)
            missing = result.get(MISSING, "")
            if not missing:
                return result
        python = "" if missing == NO_PYTHON else self._python_that_runs(start)
        if python:
            task_vars = self._with_python(task_vars, python)
        elif self._hung:
            return {"failed": True, "msg": self._no_answer(start)}
        return self._execute_by_ansible(module, arguments, task_vars)

    def _execute_by_ansible(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        result: dict[str, Any] = self._execute_module(
            module_name=module,
            module_args=dict(arguments),
            task_vars=task_vars,
            wrap_async=bool(self._task.async_val),
        )
        return result

    def _execute_kept(
        self,
        module: str,
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
        start: kept_module.Start,
    ) -> dict[str, Any]:
        """What ``_execute_module`` does, with a module that need not be sent at each call."""
        name = kept_module.name_of(module, start.pythons)
        given = dict(arguments)
        self._update_module_args(module, given, task_vars)
        packed = kept_module.arguments(given)
        result = self._run_program(
            start.later_call(self._call), kept_module.reader(module, name) + packed
        )
        if result.get(MISSING) != NO_MODULE:
            return result
        self._display.vvv(f"Sending {name}")
        sources = kept_module.sources(module, "" if self._task.check_mode else name)
        return self._run_program(start.first_call(self._call), sources + packed)

    def _run_program(self, command: str, given: bytes) -> dict[str, Any]:
        environment = self._compute_environment_string()
        answer = self._low_level_execute_command(f"{environment} {command}", in_data=given)
        self._warn_of_hung(answer["stdout"])
        # Ansible warns of what a login shell prints beside the result, as it stands.
        shown = {
            **answer,
            "stdout": clean_json(answer["stdout"]),
            "stderr": clean(answer["stderr"]),
        }
        return _as_result(self._parse_returned_data(shown, PROFILE))

    def _parse_returned_data(self, res: dict[str, Any], *more: Any, **options: Any) -> Any:
        """Ansible's method; it also reads what ``_execute_module`` returns."""
        if not self._task.async_val:  # Otherwise it is that of what starts the module.
            res = {**res, "stdout": answer_in(res.get("stdout", ""), self._call)}
        return super()._parse_returned_data(res, *more, **options)

    def _python_that_runs(self, start: kept_module.Start) -> str:
        environment = self._compute_environment_string()
        become = self._connection.become
        # With input, SSH gives the command no terminal, at which an account whose password has
        # expired would wait for a new one. Some ways to become root need a terminal.
        given = None if become and become.require_tty else b"\n"
        answer = self._low_level_execute_command(f"{environment} {start.search()}", in_data=given)
        self._warn_of_hung(answer["stdout"])
        return kept_module.found(answer["stdout"])

    def _warn_of_hung(self, output: str) -> None:
        """Remember and name the Pythons that were given up."""
        for python in kept_module.hung(output):
            if python not in self._hung:
                self._hung = (*self._hung, python)
                self._display.warning(
                    f"{one_line(python)} on the target does not answer; repair or remove it, or"
                    " name another one in ansible_python_interpreter"
                )

    def _no_answer(self, start: kept_module.Start) -> str:
        names = ", ".join(map(one_line, self._hung))
        return (
            f"no Python on the target can be used: {names} did not answer within {start.limit}"
            " seconds (ANSIBLE_TIMEOUT); name one that runs in ansible_python_interpreter"
        )

    def _limit(self) -> int:
        """How many seconds a Python has to show that it runs: as many as a connection has."""
        try:
            limit = int(self._connection.get_option("timeout"))
        except (AnsibleError, KeyError, TypeError, ValueError):
            limit = int(constants.DEFAULT_TIMEOUT)
        return max(limit, 1)

    def _with_python(self, task_vars: Mapping[str, Any], python: str) -> dict[str, Any]:
        setting = {"ansible_python_interpreter": python}
        host = self._task.delegate_to
        if not host:
            return {**task_vars, **setting}
        delegated = task_vars["ansible_delegated_vars"]
        variables = {**delegated, host: {**delegated[host], **setting}}
        return {**task_vars, "ansible_delegated_vars": variables}

    def _may_be_kept(self, task_vars: Mapping[str, Any]) -> bool:
        """Without pipelining, the user may want to look at what is sent."""
        switch = task_vars.get("vigo_keep_modules", os.environ.get("VIGO_KEEP_MODULES", True))
        limit = constants.config.get_config_value(
            "PYTHON_MODULE_RLIMIT_NOFILE", variables=task_vars
        )
        return bool(
            boolean(self._templar.template(switch))
            and not self._task.async_val
            and not limit
            and getattr(self._connection._shell, "SHELL_FAMILY", "") == "sh"
            and self._is_pipelining_enabled("new", False)
        )

    def _pythons(self, task_vars: Mapping[str, Any]) -> list[str]:
        """The target's Python as the user names it, or all that Ansible would look for."""
        if self._task.delegate_to:
            task_vars = task_vars["ansible_delegated_vars"][self._task.delegate_to]
        setting = constants.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars)
        python = str(self._templar.template(setting))
        if not python.startswith("auto"):
            return [python]
        known = constants.config.get_config_value(
            "INTERPRETER_PYTHON_FALLBACK", variables=task_vars
        )
        return [*known, "/usr/bin/python3"]


def _as_result(parsed: Any) -> dict[str, Any]:
    """What a module returned, without what only Ansible itself may say in a result."""
    result: dict[str, Any]
    if isinstance(parsed, dict):
        from ansible.vars.clean import remove_internal_keys

        remove_internal_keys(parsed)
        return parsed
    # ansible-core has had a type of its own for results since 2.21.
    parsed.remove_internal_keys()
    result = parsed.as_result_dict(for_round_trip=True)
    return result
