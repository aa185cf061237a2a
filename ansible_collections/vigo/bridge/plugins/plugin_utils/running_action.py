# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of this collection on a target: the stored one, or as Ansible does."""

from __future__ import annotations

import os
from typing import Any, Mapping

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ..module_utils.delivery.bundled_module import CALL, MISSING, NO_MODULE, NO_PYTHON
from ..module_utils.delivery.live_call import LIVE
from . import kept_module, python_start
from .ansible_compat import AnsibleAction, setting, shows_arguments, use_for_polling
from .live_call import LiveCall
from .module_answer import answer_in, explanation, without_call
from .printable import clean, clean_json, one_line

display = Display()


class RunningAction(AnsibleAction):
    """The base of actions with a module of ours."""

    #: Identifies the call whose answer is awaited.
    _call = ""
    #: Pythons on the target that gave no answer.
    _hung: tuple[str, ...] = ()

    def execute(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the module's result. module: its full name."""
        if self._task.async_val:
            return self._execute(module, arguments, task_vars)
        self._call = os.urandom(16).hex()
        given = {**arguments, CALL: {self._call: True}}
        result = without_call(self._execute(module, given, task_vars))
        if not shows_arguments(task_vars):
            result.pop("invocation", None)
        return {**result, **explanation(result)}

    def _execute(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        start = kept_module.Start(tuple(self.pythons(task_vars)), self._limit())
        missing = ""
        if self._may_be_kept(task_vars):
            result = self._execute_kept(module, arguments, task_vars, start)
            missing = result.get(MISSING, "")
            if not missing:
                return result
        python = "" if missing == NO_PYTHON else self.python_that_runs(start)
        if python:
            task_vars = self._with_python(task_vars, python)
        elif self._hung:
            return {"failed": True, "msg": self._no_answer(start)}
        return self.execute_module(module, arguments, task_vars)

    def _execute_kept(
        self,
        module: str,
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
        start: kept_module.Start,
    ) -> dict[str, Any]:
        """Return the same as ``_execute_module``, with a module that need not be sent at each
        call.
        """
        name = kept_module.name_of(module, start.pythons)
        packed = kept_module.arguments(self.module_arguments(module, arguments, task_vars))
        beginning = start.beginning()
        # What check mode needs, too: it is only added to the module, which a run has stored.
        reader = kept_module.reader(module, name, keep=True)
        result = self._run_program(start.later_call(self._call), beginning + reader + packed)
        if result.get(MISSING) != NO_MODULE:
            return result
        display.vvv(f"Sending {name}")
        sources = kept_module.sources(module, name, keep=not self._task.check_mode)
        return self._run_program(start.first_call(self._call), beginning + sources + packed)

    def live_call(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> LiveCall | None:
        """Start a module that was called before and returns several results.

        Return None if the connection or the target does not allow that. module: its full name.
        """
        if not self._may_be_kept(task_vars) or self.needs_terminal():
            return None
        start = kept_module.Start(tuple(self.pythons(task_vars)), self._limit())
        call = os.urandom(16).hex()
        command = self.piped_command(start.later_call(call))
        if not command:
            return None
        given = {**arguments, LIVE: True, CALL: {call: True}}
        packed = kept_module.arguments(self.module_arguments(module, given, task_vars))
        name = kept_module.name_of(module, start.pythons)
        whole = start.beginning() + kept_module.reader(module, name, keep=False) + packed + b"\n"
        return LiveCall(command, whole, call)

    def _run_program(self, command: str, given: bytes) -> dict[str, Any]:
        answer = self.run_program(command, given)
        self._warn_of_hung(answer["stdout"])
        # If a login shell prints text besides the result, Ansible shows it unchanged in a warning.
        shown = {
            **answer,
            "stdout": clean_json(answer["stdout"]),
            "stderr": clean(answer["stderr"]),
        }
        return self.result_of(shown)

    def own_output(self, output: str) -> str:
        return answer_in(output, self._call)

    def python_that_runs(self, start: kept_module.Start) -> str:
        """Return the first Python of the target that runs; empty if there is none."""
        # With input, SSH gives the command no terminal, at which an account whose password has
        # expired would wait for a new one. Some ways to become root need a terminal.
        answer = self.run_program(start.search(), None if self.needs_terminal() else b"\n")
        self._warn_of_hung(answer["stdout"])
        return python_start.found(answer["stdout"])

    def _warn_of_hung(self, output: str) -> None:
        """Remember the Pythons that did not answer in time, and warn about them."""
        for python in python_start.hung(output):
            if python not in self._hung:
                self._hung = (*self._hung, python)
                display.warning(_warning_of(python))

    def warnings_of_hung(self) -> tuple[str, ...]:
        """Return the warnings about Pythons that did not answer in time."""
        return tuple(map(_warning_of, self._hung))

    def _no_answer(self, start: kept_module.Start) -> str:
        names = ", ".join(map(one_line, self._hung))
        return (
            f"no Python on the target can be used: {names} did not answer within {start.limit} s"
            " (ANSIBLE_TIMEOUT); set ansible_python_interpreter to a working one"
        )

    def _limit(self) -> int:
        """Return how many seconds a Python has to show that it runs: as many as a connection
        has.
        """
        return max(self.connection_timeout(), 1)

    def _with_python(self, task_vars: Mapping[str, Any], python: str) -> Mapping[str, Any]:
        chosen = {"ansible_python_interpreter": python}
        host = self._task.delegate_to
        if self._task.async_val and not host:
            use_for_polling(task_vars, chosen)
            return task_vars
        if not host:
            return {**task_vars, **chosen}
        delegated = task_vars["ansible_delegated_vars"]
        variables = {**delegated, host: {**delegated[host], **chosen}}
        return {**task_vars, "ansible_delegated_vars": variables}

    def _may_be_kept(self, task_vars: Mapping[str, Any]) -> bool:
        """Return whether modules may be kept.

        They are not without pipelining: it may be off because the user wants to see what is sent.
        """
        switch = task_vars.get("vigo_keep_modules", os.environ.get("VIGO_KEEP_MODULES", True))
        return bool(
            boolean(self.template(switch))
            and not self._task.async_val
            and not setting("PYTHON_MODULE_RLIMIT_NOFILE", task_vars)
            and self.can_run_programs()
            and self.is_pipelining()
        )

    def pythons(self, task_vars: Mapping[str, Any]) -> list[str]:
        """Return the target's Python as the user names it, or all that Ansible would try."""
        if self._task.delegate_to:
            task_vars = task_vars["ansible_delegated_vars"][self._task.delegate_to]
        python = str(self.template(setting("INTERPRETER_PYTHON", task_vars)))
        if not python.startswith("auto"):
            return [python]
        return [*setting("INTERPRETER_PYTHON_FALLBACK", task_vars), "/usr/bin/python3"]


def _warning_of(python: str) -> str:
    return (
        f"{one_line(python)} on the target does not respond; repair or remove it, or set another"
        " one in ansible_python_interpreter"
    )
