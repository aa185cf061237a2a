# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of ours on a target: what the target has kept, or else in Ansible's way."""

from __future__ import annotations

import os
from typing import Any, Mapping, Sequence

from ansible import constants
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils.bundled_module import MISSING, PROFILE
from . import kept_module
from .module_answer import answer_in, explanation, has_answer
from .printable import clean, clean_json


class RunningAction(ActionBase):
    """The base of actions with a module of ours."""

    def execute(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The module's result. module: its full name."""
        pythons = self._pythons(task_vars)
        result = self._execute(module, arguments, task_vars, pythons)
        if has_answer(result):
            return result
        # Nothing has been done if that Python does not run, such as a shim of pyenv.
        number, python = self._python_that_runs(pythons)
        if number > 1:
            task_vars = self._with_python(task_vars, python)
            result = self._execute(module, arguments, task_vars, [python])
        elif number == 0:
            result = self._execute_by_ansible(module, arguments, task_vars)
        return {**result, **explanation(result)}

    def _execute(
        self,
        module: str,
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
        pythons: Sequence[str],
    ) -> dict[str, Any]:
        if self._may_be_kept(task_vars):
            result = self._execute_kept(module, arguments, task_vars, pythons)
            if not result.get(MISSING):
                return result
        return self._execute_by_ansible(module, arguments, task_vars)

    def _execute_by_ansible(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        result: dict[str, Any] = self._execute_module(
            module_name=module, module_args=dict(arguments), task_vars=task_vars
        )
        return result

    def _execute_kept(
        self,
        module: str,
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
        pythons: Sequence[str],
    ) -> dict[str, Any]:
        """What ``_execute_module`` does, with a module that need not be sent at each call."""
        name = kept_module.name_of(module, pythons)
        given = dict(arguments)
        self._update_module_args(module, given, task_vars)
        packed = kept_module.arguments(given)
        result = self._run_program(
            kept_module.later_call(pythons), kept_module.reader(module, name) + packed
        )
        if not result.get(MISSING):
            return result
        self._display.vvv(f"Sending {name}")
        sources = kept_module.sources(module, "" if self._task.check_mode else name)
        return self._run_program(kept_module.first_call(pythons), sources + packed)

    def _run_program(self, command: str, given: bytes) -> dict[str, Any]:
        environment = self._compute_environment_string()
        answer = self._low_level_execute_command(f"{environment} {command}", in_data=given)
        # Ansible warns of what a login shell prints beside the result, as it stands.
        shown = {
            **answer,
            "stdout": clean_json(answer["stdout"]),
            "stderr": clean(answer["stderr"]),
        }
        return _as_result(self._parse_returned_data(shown, PROFILE))

    def _parse_returned_data(self, res: dict[str, Any], *more: Any, **options: Any) -> Any:
        """Ansible's method; it also reads what ``_execute_module`` returns."""
        res = {**res, "stdout": answer_in(res.get("stdout", ""))}
        return super()._parse_returned_data(res, *more, **options)

    def _python_that_runs(self, pythons: Sequence[str]) -> tuple[int, str]:
        environment = self._compute_environment_string()
        become = self._connection.become
        # With input, SSH gives the command no terminal, at which an account whose password has
        # expired would wait for a new one. Some ways to become root need a terminal.
        given = None if become and become.require_tty else b"\n"
        answer = self._low_level_execute_command(
            f"{environment} {kept_module.search(pythons)}", in_data=given
        )
        return kept_module.found(answer["stdout"])

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
