# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.converge: puts together what the host's call needs.

What the task does not give comes from the variables ``vigo_resources``, ``vigo_crates``,
``vigo_vars`` and ``vigo_scope``, taken as they stand: Ansible templates nothing in them.
"""

from __future__ import annotations

from typing import Any, Mapping

from ansible import constants as C
from ansible.errors import AnsibleConnectionFailure
from ansible.vars.reserved import get_reserved_names

from ..plugin_utils.result_file import record, record_unreachable
from ..plugin_utils.secret_action import SecretAction

MODULE = "vigo.bridge.converge"
_FROM_VARIABLES = ("resources", "crates", "vars", "scope", "state_dir")


class ActionModule(SecretAction):
    supports_check_mode = True
    supports_diff = True

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        host = task_vars["inventory_hostname"]
        arguments = dict(self._task.args)
        for name in _FROM_VARIABLES:
            if name not in arguments and f"vigo_{name}" in task_vars:
                arguments[name] = task_vars[f"vigo_{name}"]
        self._prefer_user_variables(arguments, task_vars)
        try:
            result = self.call(MODULE, arguments, task_vars)
        except AnsibleConnectionFailure as error:
            record_unreachable(host, str(error))
            raise
        except Exception as error:
            record(host, {"failed": True, "msg": str(error)})
            raise
        record(host, result)
        return result

    def _prefer_user_variables(
        self, arguments: dict[str, Any], task_vars: Mapping[str, Any]
    ) -> None:
        """A variable that the Ansible user defined beats the stack's of the same name."""
        crates = arguments.get("crates") or {}
        stack = arguments.get("vars") or {}
        names = set(stack).union(*((crate or {}).get("vars") or {} for crate in crates.values()))
        users = {
            name: self._templar.template(task_vars[name])
            for name in names
            if name in task_vars and not _is_reserved(name)
        }
        arguments["vars"] = {**stack, **users}
        arguments["crates"] = {
            name: {**(crate or {}), "vars": _without((crate or {}).get("vars") or {}, users)}
            for name, crate in crates.items()
        }


def _is_reserved(name: str) -> bool:
    return (
        name.startswith("ansible_")
        or name in C.INTERNAL_STATIC_VARS
        or name in get_reserved_names(include_private=True)
    )


def _without(variables: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if name not in names}
