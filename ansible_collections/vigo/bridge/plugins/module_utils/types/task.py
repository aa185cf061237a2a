# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one resource as an Ansible module."""

from __future__ import annotations

from typing import Any, Mapping

from ..common.errors import ResourceError
from ..delivery.called_module import SDK, SDK_ARCHIVE, SECRETS, CalledModule, called_module
from ..engine.address import needs_sdk
from ..host import private_files, system_errors
from ..host.caller_watch import end_with_caller
from ..secrets.references import Secrets, find
from .base import Behaviour, Turn, apply_resource
from .descriptor import NOTHING
from .result import Result, conceal_values, concealed
from .target import Target

#: What Ansible shows in place of an argument with no_log.
_NOT_SHOWN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
#: The option of modules whose type reacts to triggers: `notify` and `subscribes` in a graph.
TRIGGERED_OPTION = {"triggered": {"type": "bool", "default": False}}


def run_module(behaviour: Behaviour, **relations: Any) -> None:
    """Run a module: read its arguments, apply one resource, print Ansible's result."""
    kind = behaviour.type
    module = called_module(
        argument_spec={
            **kind.options,
            **kind.task_options,
            **(TRIGGERED_OPTION if kind.on_trigger != NOTHING else {}),
        },
        added=kind.added,
        **relations,
    )
    target = target_of(module)
    attributes = {
        name: value
        for name, value in module.params.items()
        if name in kind.options and value is not None
    }
    for name in kind.task_options:
        attributes[name] = module.params[name]
        if module.params[name] is None:
            del module.params[name]  # Ansible would show it.
    attributes.update((name, module.taken.get(name)) for name in kind.added)

    def given() -> Mapping[str, Any]:
        if kind.needs_engine and needs_sdk(attributes.get("docker_host", "")):
            require_sdk(module, private_files.default_folder())
        return attributes

    with explained(module, target):
        result = apply_resource(
            str(attributes[kind.key]),
            behaviour,
            given,
            target,
            # Later tasks depend on it.
            Turn(triggered=bool(module.params.get("triggered")), awaited=not module.check_mode),
        )
        described = behaviour.describe(attributes, result, target)
    _leave(module, target, result, described)


def target_of(module: CalledModule) -> Target:
    """Return this machine, with the call's check mode and secrets."""
    end_with_caller()
    values = module.taken.get(SECRETS, {})
    others = [
        value
        for name, value in module.params.items()
        if module.argument_spec.get(name, {}).get("no_log")
        and isinstance(value, str)
        and not find(value)
    ]
    return Target(module.check_mode, Secrets(values, others))


def leave(module: CalledModule, secrets: Secrets, **result: Any) -> None:
    """End the call with a result without secrets; ``failed`` in the result makes it a failure."""
    module.params = _shown_arguments(module, secrets)
    if result.get("failed"):
        module.fail_json(**{name: value for name, value in result.items() if name != "failed"})
    # Without `failed`, Ansible takes every exit code but 0 for a failure, an accepted one too.
    module.exit_json(**{"failed": False, **result})


def _shown_arguments(module: CalledModule, secrets: Secrets) -> dict[str, Any]:
    """Return the arguments as Ansible shows them with -vvv."""
    return {
        name: _NOT_SHOWN
        if value and module.argument_spec.get(name, {}).get("no_log")
        else conceal_values(value, secrets.conceal_sentence)
        for name, value in module.params.items()
    }


def require_sdk(module: CalledModule, folder: str) -> None:
    """End the call without changes if the controller has to send the docker SDK first.

    folder: the state folder. Raise Blocked.
    """
    from ..engine import sdk  # slow to load, and only for some engines

    offer, archive = module.taken.get(SDK, {}), module.taken.get(SDK_ARCHIVE)
    if not sdk.provide(offer, archive, sdk.folders(folder), keep=not module.check_mode):
        # The second call returns them.
        module.params = {}
        module.exit_json(changed=False, **{sdk.MISSING: True})


class explained:
    """Turns any exception into a module failure without secrets.

    with_notes: whether the module returns notes; otherwise they become warnings.
    """

    def __init__(self, module: CalledModule, target: Target, with_notes: bool = False) -> None:
        self._module = module
        self._target = target
        self._with_notes = with_notes

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        secrets = self._target.secrets
        if isinstance(error, ResourceError):
            self._fail(secrets.conceal_sentence(error.message))
        if isinstance(error, OSError):
            self._fail(secrets.conceal_sentence(system_errors.explained(error)))
        if isinstance(error, Exception):
            import traceback  # Slow to load, and only errors need it.

            lines = "".join(traceback.format_exception(kind, error, trace))
            message = secrets.conceal(
                f"internal error in vigo.bridge (please report it): {error!r}"
            )
            self._fail(message, traceback=secrets.conceal(lines))

    def _fail(self, message: str, **returned: str) -> None:
        """End the call. Earlier notes are not lost."""
        secrets = self._target.secrets
        notes = [secrets.conceal_sentence(note) for note in self._target.notes]
        if self._with_notes:
            leave(self._module, secrets, failed=True, msg=message, notes=notes, **returned)
        for note in notes:
            self._module.warn(note)
        leave(self._module, secrets, failed=True, msg=message, **returned)


def _leave(
    module: CalledModule, target: Target, result: Result, described: Mapping[str, Any]
) -> None:
    secrets = target.secrets
    for note in target.notes:
        module.warn(secrets.conceal_sentence(note))
    result = concealed(result, secrets)
    own = {name: value for name, value in result.as_dict().items() if name not in ("id", "type")}
    described = conceal_values(described, secrets.conceal_sentence)
    shown = {**described, **own, **result.returned}
    if result.failed:
        error = shown.pop("error")
        leave(module, secrets, failed=True, msg=error["message"], log=error["log"], **shown)
    leave(module, secrets, changed=result.changed, **shown)
