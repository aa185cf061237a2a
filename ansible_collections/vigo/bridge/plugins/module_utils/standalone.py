# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One resource as an Ansible module of its own."""

from __future__ import annotations

import traceback
from typing import Any, Mapping

from ansible.module_utils.basic import AnsibleModule

from . import state_folder, system_errors
from .caller import end_with_caller
from .container import sdk
from .container.connection import needs_sdk
from .errors import ResourceError
from .resource import ResourceType, Result, Turn, bring
from .secret_references import Secrets
from .target import Target

#: What the action plugins fill in: the values of the secrets that the arguments name.
ACTION_OPTIONS = {"_secrets": {"type": "dict", "no_log": True, "default": {}}}
#: What the modules of types have that heed triggers: `notify` and `subscribes` of a graph.
TRIGGERED_OPTION = {"triggered": {"type": "bool", "default": False}}


def run_module(resource_type: ResourceType, **module_options: Any) -> None:
    """The whole of a module: arguments in, one resource brought, Ansible's result out."""
    module = AnsibleModule(
        argument_spec={
            **resource_type.attributes,
            **(TRIGGERED_OPTION if resource_type.heeds_triggers else {}),
            **ACTION_OPTIONS,
            **(sdk.OPTIONS if resource_type.needs_sdk else {}),
        },
        supports_check_mode=True,
        **module_options,
    )
    target = target_of(module)
    attributes = {
        name: value
        for name, value in module.params.items()
        if name in resource_type.attributes and value is not None
    }

    def given() -> Mapping[str, Any]:
        if resource_type.needs_sdk and needs_sdk(attributes.get("docker_host", "")):
            require_sdk(module, state_folder.default_folder())
        return attributes

    with explained(module, target):
        result = bring(
            str(attributes[resource_type.key_attribute]),
            resource_type,
            given,
            target,
            # The tasks that come after this one count on it.
            Turn(triggered=bool(module.params.get("triggered")), awaited=not module.check_mode),
        )
        described = resource_type.describe(attributes, result, target)
    _leave(module, target, result, described)


def target_of(module: AnsibleModule) -> Target:
    """This machine, with the call's check mode and secrets."""
    end_with_caller()
    secrets = Secrets(module.params.pop("_secrets"))
    # Ansible masks whatever is listed here, in all that leaves the module.
    module.no_log_values.difference_update(secrets.values.values())
    module.no_log_values.update(secrets.forms())
    return Target(module.check_mode, secrets)


def require_sdk(module: AnsibleModule, folder: str) -> None:
    """Ends the call, with nothing done, where the controller has to send the docker SDK first.

    folder: the state folder. Raises Blocked.
    """
    given = module.params
    places = sdk.folders(folder)
    if not sdk.provide(given["_sdk"], given["_sdk_archive"], places, keep=not module.check_mode):
        module.exit_json(changed=False, **{sdk.MISSING: True})


class explained:
    """Turns any exception into a module failure that holds no secret."""

    def __init__(self, module: AnsibleModule, target: Target) -> None:
        self._module = module
        self._target = target

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        conceal = self._target.secrets.conceal
        if isinstance(error, ResourceError):
            self._module.fail_json(msg=conceal(error.message))
        if isinstance(error, OSError):
            self._module.fail_json(msg=conceal(system_errors.explained(error)))
        if isinstance(error, Exception):
            lines = "".join(traceback.format_exception(kind, error, trace))
            self._module.fail_json(
                msg=conceal(f"a defect in vigo.bridge, please report it: {error!r}"),
                traceback=conceal(lines),
            )


def _leave(
    module: AnsibleModule, target: Target, result: Result, described: Mapping[str, Any]
) -> None:
    for note in target.notes:
        module.warn(target.secrets.conceal(note))
    own = {name: value for name, value in result.as_dict().items() if name not in ("id", "type")}
    shown = {**described, **own, **result.returned}
    if result.failed:
        error = shown.pop("error")
        module.fail_json(msg=error["message"], log=error["log"], **shown)
    # Without `failed`, Ansible takes every exit code but 0 for a failure, an accepted one too.
    module.exit_json(changed=result.changed, failed=False, **shown)
