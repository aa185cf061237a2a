# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks and handlers of one role."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.durations import seconds
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import paths
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import CONVERGE, RERUN
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.emit.tasks.names import prefixed, unique
from vigo_bridge.emit.tasks.secret_lookups import with_lookups
from vigo_bridge.emit.tasks.sequence import CrateSteps, Step
from vigo_bridge.emit.tasks.values import Arguments
from vigo_bridge.emit.yaml_text import Jinja
from vigo_bridge.resolve.plan import PlannedResource

#: Actions after which a container needs no restart.
_FRESH = ["created", "recreated", "started", "restarted"]


@dataclass(frozen=True)
class Written:
    """One task or handler. comment: its position in the stack, or empty."""

    comment: str
    task: Mapping[str, Any]


@dataclass(frozen=True)
class Naming:
    """Names within one play. roles: by crate. titles: by resource, of its task and its handler.

    variables: names that are in use.
    """

    roles: Mapping[str, str]
    titles: Mapping[str, tuple[str, str]]
    variables: frozenset[str]

    def variable(self, resource_id: str, purpose: str) -> str:
        """Return a variable of the resource's role, such as redis_container_result."""
        role = self.roles[resource_id.partition("/")[0]]
        name = f"{prefixed(role, self.titles[resource_id][0])}_{purpose}"
        return unique(name, self.variables, "{}_{}")

    def role_variable(self, crate: str, purpose: str) -> str:
        return unique(f"{self.roles[crate]}_{purpose}", self.variables, "{}_{}")


class TaskWriter:
    """Writes one crate's resources.

    known: their variables. expression: returns the Jinja2 expression for one. renamed: those that
    have another name in Ansible. traits: those that are used.
    """

    def __init__(
        self,
        crate: CrateSteps,
        naming: Naming,
        known: Mapping[str, Any],
        expression: Callable[[tuple[str, ...]], str],
        renamed: Container[str],
        traits: frozenset[str],
    ) -> None:
        self._renamed = renamed
        self._crate = crate.crate
        self._steps = crate.steps
        self._naming = naming
        self._known = known
        self._expression = expression
        self._traits = traits
        self._traits_variable = naming.role_variable(crate.crate.name, "traits")
        self._condition = naming.role_variable(crate.crate.name, "condition")

    def tasks(self) -> tuple[Written, ...]:
        return tuple(self._tasks())

    def handlers(self) -> tuple[Written, ...]:
        return tuple(self._handlers())

    def _tasks(self) -> Iterator[Written]:
        if self._traits:
            task: dict[str, Any] = {"name": "Collect traits"}
            task["vigo.bridge.traits"] = {"names": _shortest(self._traits)}
            yield Written("", {**task, "register": self._traits_variable})
        steps = [step for step in self._steps if step.is_task]
        if self._crate.when and steps:
            yield self._asking("Check whether the role applies", self._crate.when, self._condition)
        for step in steps:
            name = self._naming.titles[step.resource.id][0]
            yield from self._asking_first(step, name)
            yield Written(str(step.resource.position), self._task(step, name))

    def _handlers(self) -> Iterator[Written]:
        steps = [step for step in self._steps if step.is_handler]
        if self._crate.when and steps and not any(step.is_task for step in self._steps):
            names = [self._naming.titles[step.resource.id][1] for step in steps]
            asking = self._asking(
                "Check whether the role applies", self._crate.when, self._condition
            )
            yield Written("", {**asking.task, "listen": _one_or_list(names)})
        for step in steps:
            name = self._naming.titles[step.resource.id][1]
            yield from self._asking_first(step, name, listen=name)
            yield Written(str(step.resource.position), self._handler(step, name))

    def _task(self, step: Step, name: str) -> dict[str, Any]:
        arguments = self._arguments(step)
        written = arguments.written()
        if step.reacts and step.sources:
            changed = [f"{self._result(source)} is changed" for source in step.sources]
            written["triggered"] = Jinja(f"{{{{ {' or '.join(changed)} }}}}")
        notified = [self._naming.titles[target][1] for target in step.task_notifies]
        return self._assembled(step, name, written, notified, arguments.task_vars, register=True)

    def _handler(self, step: Step, name: str) -> dict[str, Any]:
        arguments = self._arguments(step)
        written = arguments.written()
        kind = TYPES[step.resource.type]
        if kind.on_trigger == RERUN:
            unchecked = kind.unchecked_when_triggered
            written = {key: value for key, value in written.items() if key not in unchecked}
        elif step.reacts:
            written["triggered"] = self._needs_restart(step) if step.is_task else True
        notified = [self._naming.titles[target][1] for target in step.handler_notifies]
        used = {
            name: value
            for name, value in arguments.task_vars.items()
            if any(re.search(rf"\b{name}\b", text) for text in _jinja_texts(written))
        }
        return self._assembled(step, name, written, notified, used, register=False)

    def _assembled(
        self,
        step: Step,
        name: str,
        arguments: Mapping[str, Any],
        notified: list[str],
        task_vars: Mapping[str, Any],
        register: bool,
    ) -> dict[str, Any]:
        task: dict[str, Any] = {
            "name": name,
            **_module_call(step.resource, arguments),
        }
        if register and step.is_registered:
            task["register"] = self._result(step.resource.id)
        if conditions := self._conditions(step, in_handler=not register):
            task["when"] = _one_or_list(conditions)
        if notified:
            task["notify"] = _one_or_list(notified)
        if task_vars:
            task["vars"] = dict(task_vars)
        return task

    def _arguments(self, step: Step) -> Arguments:
        return Arguments(
            step.resource,
            self._known,
            self._expression,
            self._renamed,
            self._traits_variable,
            lambda purpose: self._naming.variable(step.resource.id, purpose),
        )

    def _needs_restart(self, step: Step) -> Jinja:
        result = self._result(step.resource.id)
        if not TYPES[step.resource.type].module:
            result = f"({result}.resources | default([{{}}], true) | first)"
        return Jinja(f"{{{{ {result}.action | default('none') not in {_FRESH!r} }}}}")

    def _result(self, resource_id: str) -> str:
        return self._naming.variable(resource_id, "result")

    def _conditions(self, step: Step, in_handler: bool) -> list[str]:
        crate = [self._crate_condition(in_handler)] if self._crate.when else []
        own = [f"{self._own_condition(step)}.holds"] if _condition_of(step) else []
        return crate + own

    def _crate_condition(self, in_handler: bool) -> str:
        """Return the condition of a crate.

        A handler may run although its role was not reached because of an earlier failure.
        """
        asked_by_task = any(step.is_task for step in self._steps)
        default = " | default(false)" if in_handler and asked_by_task else ""
        return f"{self._condition}.holds{default}"

    def _own_condition(self, step: Step) -> str:
        return self._naming.variable(step.resource.id, "condition")

    def _asking_first(self, step: Step, name: str, listen: str = "") -> Iterator[Written]:
        """Yield the task that evaluates a resource's own condition, if it has one."""
        condition = _condition_of(step)
        if not condition:
            return
        question = f"Check whether {name[0].lower()}{name[1:]} applies"
        asking = self._asking(question, condition, self._own_condition(step))
        task = dict(asking.task)
        if self._crate.when:
            task["when"] = self._crate_condition(in_handler=bool(listen))
        if listen:
            task["listen"] = listen
        yield Written("", task)

    def _asking(self, name: str, condition: str, variable: str) -> Written:
        task = {"name": name, "vigo.bridge.condition": {"that": condition}, "register": variable}
        return Written("", task)


def _module_call(resource: PlannedResource, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the call of the type's module, or of the module for stacks where the type has none."""
    kind = TYPES[resource.type]
    module = kind.module
    if kind.module_options:
        others = {key: value for key, value in arguments.items() if key != kind.module_options}
        if "timeout" in others:
            others["timeout"] = _seconds(others["timeout"])
        options = arguments.get(kind.module_options) or {}
        if paths(options):
            return {module: with_lookups(options), "no_log": True, **others}
        return {module: options, **others}
    if module:
        return {module: dict(arguments)}
    if task := kind.as_task(arguments):
        return dict([task])
    identity = {"id": resource.id, "type": resource.type, "template": False}
    return {CONVERGE: {"resources": [{**identity, **arguments}], "crates": {}, "vars": {}}}


def _seconds(timeout: Any) -> Any:
    """Return a time limit for Ansible: a whole number of seconds."""
    return timeout if isinstance(timeout, Jinja) else max(1, ceil(seconds(timeout, "timeout")))


def _condition_of(step: Step) -> str:
    """Return the condition to evaluate on the machine: its ``when`` without ``changed``, for which
    a handler is used.
    """
    text = step.resource.when or ""
    return re.sub(r"^\s*changed\s*(?:&&|$)|&&\s*changed\s*$", "", text).strip()


def _shortest(traits: frozenset[str]) -> list[str]:
    """Return the traits without those that are below others, or below the empty name."""
    return sorted(one for one in traits if not any(one.startswith(f"{other}.") for other in traits))


def _one_or_list(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _jinja_texts(value: Any) -> Iterator[str]:
    if isinstance(value, Jinja):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _jinja_texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _jinja_texts(item)
