# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls a module of this collection with what only the controller has: secrets, the docker SDK."""

from __future__ import annotations

from typing import Any, Container, Mapping, Sequence

from ansible import constants
from ansible.errors import AnsibleActionFail

from ..module_utils.common.errors import ResourceError
from ..module_utils.delivery import module_archive
from ..module_utils.delivery.called_module import (
    ADDED,
    MODULES,
    MODULES_ARCHIVE,
    SDK,
    SDK_ARCHIVE,
    SECRETS,
)
from ..module_utils.engine import sdk
from ..module_utils.secrets import references as secret_references
from ..module_utils.secrets.references import MASK
from ..module_utils.types.descriptor import ResourceType
from ..module_utils.types.typed_attributes import with_texts
from .ansible_secrets import look_up_in_ansible
from .clean_errors import clean_action_errors
from .known_options import by_name
from .module_archives import ModuleArchive
from .printable import clean, cleaned_result
from .running_action import RunningAction, display
from .sdk_archive import OFFER, controllers_sdk
from .secret_stores import StoreError
from .secrets import UnknownSecrets, weak


class SecretAction(RunningAction):
    """The base of our actions. Secrets are looked up only when the module is called."""

    #: The arguments that it adds, in addition to those that all actions add.
    added: Sequence[str] = ()

    def call(
        self,
        module: str,
        arguments: Mapping[str, Any],
        task_vars: Mapping[str, Any],
        *,
        needs_sdk: bool = False,
        modules: ModuleArchive | None = None,
    ) -> dict[str, Any]:
        """Execute the module with these arguments. Raise AnsibleActionFail.

        needs_sdk: whether it calls an engine. modules: those of Ansible that it runs.
        """
        self._refuse_added()
        try:
            paths = secret_references.paths(arguments)
            secrets = look_up_in_ansible(paths, task_vars, self.loader)
        except (UnknownSecrets, StoreError) as error:
            raise AnsibleActionFail(str(error)) from error
        warning = weak(secrets)
        if warning:
            display.warning(clean(warning))
        if secrets:
            self.refuse_arguments_on_disk()
        given = {**arguments, SECRETS: _Hidden(secrets)}
        if needs_sdk:
            given[SDK] = OFFER
        if modules:
            given[MODULES] = modules.offer()
        return self._execute_offering(module, given, task_vars, modules)

    def _refuse_added(self) -> None:
        """Raise AnsibleActionFail if the task itself sets what only action plugins add."""
        for name in (*ADDED, *self.added):
            if name in self._task.args:
                raise AnsibleActionFail(f"unsupported parameter {name}; remove it from the task")

    def _execute_offering(
        self,
        module: str,
        arguments: dict[str, Any],
        task_vars: Mapping[str, Any],
        modules: ModuleArchive | None,
    ) -> dict[str, Any]:
        """Execute the module; if it reports that an archive is missing, send the archive."""
        while True:
            result = self.execute(module, arguments, task_vars)
            missing: dict[str, Any] = {}
            if result.get(sdk.MISSING) and (archive := controllers_sdk()):
                missing[SDK_ARCHIVE] = archive.packed()
            if result.get(module_archive.MISSING) and modules:
                missing[MODULES_ARCHIVE] = modules.packed()
            if not missing.keys() - arguments.keys():
                return result
            arguments = {**arguments, **missing}

    def refuse_arguments_on_disk(self) -> None:
        """Raise AnsibleActionFail if Ansible would write the arguments to a file there."""
        if not self.is_pipelining():
            raise AnsibleActionFail(
                "this task uses secrets, and without pipelining Ansible would write them to a file"
                f" on the target; {self._advice()}"
            )

    def _advice(self) -> str:
        """Return the setting that keeps Ansible from pipelining, and what to do about it."""
        if constants.DEFAULT_KEEP_REMOTE_FILES:
            return "disable keep_remote_files (ANSIBLE_KEEP_REMOTE_FILES, or ansible.cfg)"
        obstacle = self.pipelining_obstacle()
        if obstacle:
            return obstacle
        return (
            "set `pipelining = true` in the [defaults] section of ansible.cfg, or"
            " ANSIBLE_PIPELINING=true, and remove ansible_pipelining and ansible_ssh_pipelining"
            " from the host's variables if they are false"
        )


class _Hidden(dict[str, Any]):
    """Secrets that are not shown if Ansible prints arguments, as with ANSIBLE_DEBUG."""

    def __repr__(self) -> str:
        return repr(MASK)


def with_texts_only(
    arguments: Mapping[str, Any],
    options: Mapping[str, Mapping[str, Any]],
    data: Container[str] = (),
) -> dict[str, Any]:
    """Return the arguments of a task, see ``typed_attributes``. Raise AnsibleActionFail."""
    try:
        return with_texts(arguments, options, data)
    except ResourceError as error:
        raise AnsibleActionFail(error.message) from error


class ModuleAction(SecretAction):
    """An action that hands its task's arguments to the module of the same name."""

    needs_sdk = False
    #: The argument spec of what the module applies.
    options: Mapping[str, Mapping[str, Any]] = {}
    #: The options whose values may contain any character.
    data: Container[str] = ()
    #: The type whose aliases and advice the task gets; None: the module itself refuses options.
    kind: ResourceType | None = None

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        super().run(tmp, task_vars)
        with clean_action_errors():
            result = self.call(
                self._task.resolved_action,
                self.arguments(),
                task_vars or {},
                needs_sdk=self.needs_sdk,
            )
        return cleaned_result(result)

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the task for the module. Raise AnsibleActionFail."""
        given = by_name(self._task.args, self.kind) if self.kind else self._task.args
        return with_texts_only(given, self.options, self.data)
