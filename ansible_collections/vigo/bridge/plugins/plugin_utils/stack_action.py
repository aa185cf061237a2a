# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls a module of this collection for a whole stack, with the host's variables of the stack.

Options that the task does not set are taken from variables of the host. ``vigo_resources``,
``vigo_crates``, ``vigo_vars`` and ``vigo_only`` are taken unchanged: Ansible does not render
templates in them. It renders the others, such as ``vigo_scope``. The variables of the stack whose
names are in ``vigo_fixed`` keep the stack's value, even if the user sets them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Mapping, Sequence

from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.validation import check_type_dict, check_type_list

from ..module_utils.common.errors import ResourceError
from ..module_utils.converge import required_modules
from ..module_utils.converge.input import (
    candidate_modules,
    docker_hosts,
    foreign_modules,
    types_by_id,
)
from ..module_utils.host.system_errors import explained
from . import playbook_output
from .clean_errors import clean_action_errors
from .host_result import HostResult, Sent, checked_result
from .module_archives import ModuleArchive, archive_of
from .printable import clean
from .reserved_names import is_reserved, unused
from .result_file import is_recording, record, record_failure, record_unreachable
from .running_action import display
from .secret_action import SecretAction, with_texts_only

_TAKEN_AS_THEY_STAND = ("resources", "crates", "vars", "only")
#: They describe the scope in ``vigo_scope``, and are not used if the task sets another scope.
_OF_THE_SCOPE = ("scope", "stack_id", "former_scopes", "scope_is_default")

#: Options that take one text.
_TEXTS = {name: {"type": "str"} for name in ("scope", "state_dir", "docker_host")}


class StackCall(SecretAction):
    """The base of actions whose modules get a stack from the host's variables."""

    #: Further options whose default is the variable ``vigo_NAME``, which Ansible templates.
    from_variables: Sequence[str] = ()

    def takes_variables(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether options that the task does not set are taken from variables."""
        return True

    def stack_arguments(self, task_vars: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
        """Return the arguments of the host's call, and a warning, or nothing."""
        arguments = dict(self._task.args)
        templated = (*_OF_THE_SCOPE, "state_dir", *self.from_variables)
        names = [*_TAKEN_AS_THEY_STAND, *templated] if self.takes_variables(arguments) else []
        if "scope" in arguments:
            names = [name for name in names if name not in _OF_THE_SCOPE]
        for name in names:
            if name not in arguments and f"vigo_{name}" in task_vars:
                value = task_vars[f"vigo_{name}"]
                arguments[name] = self.template(value) if name in templated else value
        return arguments, self._prefer_user_variables(arguments, task_vars)

    def _prefer_user_variables(
        self, arguments: dict[str, Any], task_vars: Mapping[str, Any]
    ) -> str:
        """Use the Ansible user's variables instead of the stack's of the same names.

        Return a warning of those that cannot be used, or nothing.
        """
        crates = arguments.get("crates") or {}
        stack = arguments.get("vars") or {}
        fixed = task_vars.get("vigo_fixed") or ()
        names = set(stack).union(*((crate or {}).get("vars") or {} for crate in crates.values()))
        users = {
            name: self.template(task_vars[name])
            for name in names
            if name in task_vars and name not in fixed and not is_reserved(name)
        }
        arguments["vars"] = {**stack, **users}
        arguments["crates"] = {
            name: {**(crate or {}), "vars": _without((crate or {}).get("vars") or {}, users)}
            for name, crate in crates.items()
        }
        return unused(names - set(fixed), task_vars)


class StackAction(StackCall):
    """The base of actions whose modules return a result for each resource of a stack."""

    #: The full name of the module.
    module = ""

    def prepared(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the arguments in the form in which they are sent."""
        return arguments

    def expected(self, arguments: Mapping[str, Any]) -> Sent | None:
        """Return what the host must have results for; None if the call is not about resources.

        Raise AttributeError, ResourceError, TypeError and ValueError for what the module refuses.
        """
        return Sent(self.types(arguments))

    def needs_sdk(self, arguments: Mapping[str, Any]) -> bool:
        """Return whether the module calls an engine."""
        return bool(docker_hosts(arguments))

    def archive(self, arguments: Mapping[str, Any]) -> ModuleArchive | None:
        """Return the modules of Ansible that it runs. Raise AnsibleActionFail."""
        return None

    def types(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the type of each resource, by ID. Raise as ``expected``."""
        resources = check_type_list(arguments.get("resources") or [])
        entries = [check_type_dict(entry) for entry in resources]
        return types_by_id({**arguments, "resources": entries})

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        super().run(tmp, task_vars)
        with clean_action_errors():
            return self._converged(task_vars or {})

    def _converged(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        host = task_vars["inventory_hostname"]
        arguments, warning = self.stack_arguments(task_vars)
        try:
            arguments = with_texts_only(self.prepared(arguments), _TEXTS)
            raw = self.call(
                self.module,
                arguments,
                task_vars,
                needs_sdk=self.needs_sdk(arguments),
                modules=self.archive(arguments),
            )
        except AnsibleConnectionFailure as error:
            record_unreachable(host, str(error))
            raise
        except Exception as error:
            said = explained(error) if isinstance(error, OSError) else str(error)
            record_failure(host, said)
            raise
        result, shown = checked_result(raw, self._expected(arguments))
        if warning and not is_recording():
            display.warning(clean(warning))
        further = (*([warning] if warning else []), *self.warnings_of_hung())
        result = replace(result, notes=(*result.notes, *further))
        record(host, result)
        return self._shown(host, result, shown)

    def _expected(self, arguments: Mapping[str, Any]) -> Sent | None:
        """Return what the host must have results for; None for what the module refuses."""
        try:
            return self.expected(arguments)
        except (AttributeError, ResourceError, TypeError, ValueError):
            return None

    def _shown(self, host: str, result: HostResult, shown: dict[str, Any]) -> dict[str, Any]:
        """Return the result in the form that ansible-playbook prints well; ``vigo-bridge`` has
        its own report.
        """
        if is_recording() or self._task.no_log:
            return shown
        for line in playbook_output.lines(host, result):
            display.display(line)
        if self._task.diff:
            shown["diff"] = playbook_output.diffs(result)
        if result.failed and result.resources:
            shown["resources"] = playbook_output.failures(result)
        return shown


class ApplyingAction(StackAction):
    """The base of actions whose modules apply resources, or predict that, of any type."""

    added: Sequence[str] = required_modules.ADDED

    def archive(self, arguments: Mapping[str, Any]) -> ModuleArchive | None:
        try:
            names, candidates = foreign_modules(arguments), candidate_modules(arguments)
        except (AttributeError, TypeError):
            return None  # the module says what is wrong
        return archive_of(names, candidates) if names or candidates else None


def _without(variables: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in variables.items() if name not in names}
