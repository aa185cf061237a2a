# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls a module of ours with what only the controller has: secrets, and the docker SDK.

A module that the target has kept is run there, any other is sent as Ansible sends it.
"""

from __future__ import annotations

import os
from typing import Any, Mapping

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils import secret_references
from ..module_utils.bundled_module import MISSING, PROFILE
from ..module_utils.container import sdk
from ..module_utils.secret_references import MASK
from . import kept_module
from .ansible_secrets import look_up_in_ansible
from .sdk_archive import OFFER, controllers_sdk
from .secret_stores import StoreError
from .secrets import UnknownSecrets, short


class SecretAction(ActionBase):
    """The base of our actions. Secrets are looked up at the moment of the call, no earlier."""

    def call(
        self,
        module: str,
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
        *,
        needs_sdk: bool = False,
    ) -> dict[str, Any]:
        """Executes the module with these arguments. Raises AnsibleActionFail.

        needs_sdk: whether it speaks to an engine.
        """
        try:
            paths = secret_references.paths(arguments)
            secrets = look_up_in_ansible(paths, task_vars, self._loader)
        except (UnknownSecrets, StoreError) as error:
            raise AnsibleActionFail(str(error)) from error
        warning = short(secrets)
        if warning:
            self._display.warning(warning)
        if secrets:
            self._refuse_arguments_on_disk()
        given = {**arguments, "_secrets": _Hidden(secrets)}
        if needs_sdk:
            return self._execute_with_sdk(module, given, task_vars)
        return self._execute(module, given, task_vars)

    def _execute_with_sdk(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Offers the controller's SDK, and sends it to a target that has none yet."""
        given = {**arguments, "_sdk": OFFER}
        result = self._execute(module, given, task_vars)
        archive = controllers_sdk() if result.get(sdk.MISSING) else None
        if archive is None:
            return result
        return self._execute(module, {**given, "_sdk_archive": archive.packed()}, task_vars)

    def _execute(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        if self._may_be_kept(task_vars):
            result = self._execute_kept(module, arguments, task_vars)
            if not result.get(MISSING):
                return result
        result = self._execute_module(
            module_name=module, module_args=dict(arguments), task_vars=task_vars
        )
        return {**result, **_missing_python(result)}

    def _execute_kept(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What ``_execute_module`` does, with a module that need not be sent at each call."""
        pythons = self._pythons(task_vars)
        name = kept_module.name_of(module, pythons)
        given = dict(arguments)
        self._update_module_args(module, given, task_vars)
        packed = kept_module.arguments(given)
        result = self._run_program(kept_module.later_call(name, pythons), packed)
        if not result.get(MISSING):
            return result
        self._display.vvv(f"Sending {name}")
        sources = kept_module.sources(module, "" if self._task.check_mode else name)
        return self._run_program(kept_module.first_call(pythons), sources + packed)

    def _run_program(self, command: str, given: bytes) -> dict[str, Any]:
        environment = self._compute_environment_string()
        answer = self._low_level_execute_command(f"{environment} {command}", in_data=given)
        return _as_result(self._parse_returned_data(answer, PROFILE))

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

    def _refuse_arguments_on_disk(self) -> None:
        if not self._is_pipelining_enabled("new", False):
            raise AnsibleActionFail(
                "this task uses secrets, and without pipelining Ansible would write them to a file"
                f" on the target; {self._advice()}"
            )

    def _advice(self) -> str:
        """The setting that keeps Ansible from pipelining, and what to do about it."""
        if constants.DEFAULT_KEEP_REMOTE_FILES:
            return "switch keep_remote_files off (ANSIBLE_KEEP_REMOTE_FILES, or ansible.cfg)"
        if not self._connection.has_pipelining:
            return (
                f"the connection {self._connection.transport!r} cannot do it; set"
                " ansible_connection to one that can, such as ssh"
            )
        become = self._connection.become
        if become and not become.pipelining:
            return (
                f"the become method {become.name!r} cannot do it; set ansible_become_method to one"
                " that can, such as sudo"
            )
        return (
            "set `pipelining = true` in the [defaults] section of ansible.cfg, or"
            " ANSIBLE_PIPELINING=true, and take ansible_pipelining and ansible_ssh_pipelining out"
            " of the host's variables where they say otherwise"
        )


class _Hidden(dict):
    """Secrets that do not show where Ansible prints arguments, as with ANSIBLE_DEBUG."""

    def __repr__(self) -> str:
        return repr(MASK)


def _missing_python(result: Mapping[str, Any]) -> dict[str, str]:
    """What to say in place of Ansible's message where the target's shell found no Python."""
    if result.get("rc") != 127 or "module_stderr" not in result:
        return {}
    reason = str(result["module_stderr"]).strip().splitlines()[-1:]
    return {
        "msg": f"the target has no usable Python ({': '.join(reason) or 'it does not start'});"
        " install one (apt install python3), or name it in ansible_python_interpreter"
    }


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


class ModuleAction(SecretAction):
    """An action that hands its task's arguments to the module of the same name."""

    supports_check_mode = True
    supports_diff = True
    needs_sdk = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        super().run(tmp, task_vars)
        return self.call(
            self._task.resolved_action,
            self._task.args,
            task_vars or {},
            needs_sdk=self.needs_sdk,
        )
