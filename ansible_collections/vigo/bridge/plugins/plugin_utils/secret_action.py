# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls a module of ours with the secrets that its arguments name."""

from __future__ import annotations

from typing import Any, Mapping

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils import secret_references
from .ansible_secrets import look_up_in_ansible
from .secret_stores import StoreError
from .secrets import UnknownSecrets


class SecretAction(ActionBase):
    """The base of our actions. Secrets are looked up at the moment of the call, no earlier."""

    def call(
        self, module: str, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Executes the module with these arguments. Raises AnsibleActionFail."""
        if self._task.async_val:
            raise AnsibleActionFail(f"{module} does not work with async; leave it out")
        try:
            paths = secret_references.paths(arguments)
            secrets = look_up_in_ansible(paths, task_vars, self._loader)
        except (UnknownSecrets, StoreError) as error:
            raise AnsibleActionFail(str(error)) from error
        if secrets:
            self._refuse_arguments_on_disk()
        return self._execute_module(
            module_name=module,
            module_args={**arguments, "_secrets": secrets},
            task_vars=task_vars,
        )

    def _refuse_arguments_on_disk(self) -> None:
        if not self._is_pipelining_enabled("new", False):
            raise AnsibleActionFail(
                "this task uses secrets, and without pipelining Ansible would write them to a file"
                " on the target; set `pipelining = true` in the [defaults] section of ansible.cfg,"
                " or ANSIBLE_PIPELINING=true"
            )


class ModuleAction(SecretAction):
    """An action that hands its task's arguments to the module of the same name."""

    supports_check_mode = True
    supports_diff = True

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        super().run(tmp, task_vars)
        return self.call(self._task.resolved_action, self._task.args, task_vars or {})
