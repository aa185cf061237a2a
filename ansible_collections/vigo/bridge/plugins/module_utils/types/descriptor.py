# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The description of a resource type, without its behaviour, which is loaded when needed.

All other code uses the descriptor of a type, and mentions no type by name.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Callable, Mapping, NamedTuple, Pattern

from ..common.dataclass import dataclass, field

if TYPE_CHECKING:
    from .base import Behaviour

#: What a trigger does to a resource: nothing, run it again, or restart it.
NOTHING, RERUN, RESTART = "nothing", "rerun", "restart"


#: How long a module of Ansible may take, in seconds.
TIME_LIMIT = 300

#: The module that applies resources of any type.
CONVERGE = "vigo.bridge.converge"


@dataclass(frozen=True)
class Attribute:
    """One attribute of a resource type.

    type, required, default, choices, aliases, no_log: as in Ansible's argument specs. A ``raw``
    attribute takes several forms, which the type's ``parse`` reads. Aliases are for tasks only.
    secrets: whether it may hold references to secrets.
    plain: whether braces that are not our template can only be a mistake.
    words: whether it is a command: a string, or a list of words without null.
    deep: whether its items or values may be lists or mappings.
    data: whether it is passed on as data, and may contain any character.
    """

    name: str
    type: str = "raw"
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    no_log: bool = False
    secrets: bool = False
    plain: bool = False
    words: bool = False
    deep: bool = False
    data: bool = False

    @property
    def option(self) -> dict[str, Any]:
        """The entry of Ansible's argument spec."""
        entry: dict[str, Any] = {"type": self.type}
        if self.required:
            entry["required"] = True
        if self.default is not None:
            entry["default"] = self.default
        if self.choices:
            entry["choices"] = list(self.choices)
        if self.aliases:
            entry["aliases"] = list(self.aliases)
        if self.no_log:
            entry["no_log"] = True
        return entry


def _no_task(attributes: Mapping[str, Any]) -> None:
    """Return None: no module of Ansible does the same."""


@dataclass(frozen=True)
class StackFile:
    """An attribute that names a file of the stack, whose content is sent.

    attribute: its name. folder: the file's folder in the stack, with ``/`` at its end.
    text, data: the attribute that has the content, as text, and as base64. Without `text`, base64
        is always used, and the attribute that names the file is sent, too. check: raises
        ResourceError for invalid content.
    """

    attribute: str
    folder: str
    data: str
    text: str = ""
    check: Callable[[bytes], object] = lambda content: None

    @property
    def is_template(self) -> bool:
        """Whether the file is a template.

        Its name is then written with the folder, and the attribute may instead have the path of a
        file on the target.
        """
        return bool(self.text)


def _no_advice(name: str, value: str = "") -> str:
    """Return an empty text: no other tool is known."""
    return ""


class ProvidedObject(NamedTuple):
    """An object that one resource creates and others use. where: its engine, empty for the default
    one.
    """

    kind: str
    where: str
    name: str


def object_of(kind: str, attributes: Mapping[str, Any]) -> tuple[ProvidedObject, ...]:
    """Return the object that a resource creates. The name of its key attribute is its kind."""
    host, name = (str(attributes.get(key) or "").strip() for key in ("docker_host", kind))
    return (ProvidedObject(kind, host, name),) if name else ()


@dataclass(frozen=True)
class Links:
    """What a resource creates and uses. is_absent: whether it removes its object instead."""

    provides: tuple[ProvidedObject, ...] = ()
    uses: tuple[ProvidedObject, ...] = ()
    is_absent: bool = False


NO_LINKS = Links()


def _nothing(attributes: Mapping[str, Any]) -> tuple[ProvidedObject, ...]:
    return ()


@dataclass(frozen=True)
class ResourceType:
    """One type of resource.

    name: the value of ``type`` in a stack. key: the attribute that identifies a resource without
    a name, as in ``file:/etc/motd``.
    attributes: loads all of them.
    behaviour: loads and returns the type's behaviour on a target.
    parse: loads the type's parser, and returns the frozen spec of attributes. Pure; raises
        ResourceError.
    module: the full name of the module for one resource; empty if ``vigo.bridge.converge``
    applies it.
    modules: the full names of the modules of Ansible that it may run on a target.
    candidates: modules of Ansible among which the target chooses; some may be missing on the
        controller.
    module_options: the attribute that holds the options of ``module``, where these are not the
    attributes themselves. Set only for modules of others.
    as_task: for types without a module of their own: returns the module and its options that do the
    same in a task, or None. Attributes may be expressions of Jinja2 there.
    task_options: what such a task has besides the attributes, or in place of one.
    advice: returns what to write instead of an attribute, or of a value of one, that users of
        another tool know; empty if it is unknown.
    added: what the action plugin of that module adds to its arguments.
    needed_unless_absent: attributes that are required unless ``state`` is ``absent``.
    guards: attributes that decide whether it acts, in the order in which they are checked.
    unchecked_when_triggered: the guards among them that a trigger overrides.
    on_trigger: what a trigger does: NOTHING, RERUN or RESTART.
    only_when_triggered: by attribute, the values for which it acts only when triggered.
    former_names, former_attributes: old names of the type and of its attributes, still accepted in
        a stack.
    has_template_switch: whether a resource may have ``template: false``.
    stack_file: the attribute that may name a file of the stack, or None.
    named_by: the attribute that has the resource's name where it is not set.
    collects: the attribute, a mapping, into which all unlisted attributes are put.
    inverse: the attributes that undo it; those that are None are removed. None for
    ``state: absent``, where it has that state; empty if only a command may undo it.
    unique_by: attributes that no two resources of a host may share; none where they may.
    ignored_case: what happens to two resources whose values of these differ only in case; empty
    if nothing does.
    is_predictable: whether check mode knows exactly what a change of it does.
    needs_engine: whether it speaks to a container engine.
    leaves_orphans: whether it finds objects that the stack no longer names.
    linked_by: the attributes that say what a resource provides and uses, besides ``state``.
    provides, uses: read these; each may be missing. Pure; unreadable values are left out.
    on_demand: loads the actions that restart, stop or start its resources, or pull their images;
        see ``on_demand.py``. None for types that run nothing.
    """

    name: str
    key: str
    attributes: Callable[[], tuple[Attribute, ...]]
    behaviour: Callable[[], Behaviour]
    parse: Callable[[Mapping[str, Any]], object]
    module: str = ""
    modules: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    module_options: str = ""
    as_task: Callable[[Mapping[str, Any]], tuple[str, Mapping[str, Any]] | None] = _no_task
    task_options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    advice: Callable[..., str] = _no_advice
    added: tuple[str, ...] = ()
    needed_unless_absent: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    unchecked_when_triggered: tuple[str, ...] = ()
    on_trigger: str = NOTHING
    only_when_triggered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    former_names: tuple[str, ...] = ()
    former_attributes: Mapping[str, str] = field(default_factory=dict)
    has_template_switch: bool = False
    stack_file: StackFile | None = None
    named_by: str = ""
    collects: str = ""
    inverse: Mapping[str, Any] | None = None
    unique_by: tuple[str, ...] = ()
    ignored_case: str = ""
    is_predictable: bool = False
    needs_engine: bool = False
    leaves_orphans: bool = False
    linked_by: tuple[str, ...] = ()
    provides: Callable[[Mapping[str, Any]], tuple[ProvidedObject, ...]] = _nothing
    uses: Callable[[Mapping[str, Any]], tuple[ProvidedObject, ...]] = _nothing
    on_demand: Callable[[str], Behaviour] | None = None
    _flagged: dict[str, frozenset[str]] = field(default_factory=dict, init=False, compare=False)

    @cached_property
    def _attributes(self) -> tuple[Attribute, ...]:
        return self.attributes()

    @cached_property
    def options(self) -> Mapping[str, Mapping[str, Any]]:
        """The attributes as Ansible's argument spec."""
        return {attribute.name: attribute.option for attribute in self._attributes}

    @cached_property
    def undoing(self) -> Mapping[str, Any]:
        """Return the attributes that undo a resource; empty if only a command can."""
        if self.inverse is not None:
            return self.inverse
        is_removable = "absent" in self.options.get("state", {}).get("choices", ())
        return {"state": "absent"} if is_removable else {}

    @cached_property
    def data(self) -> frozenset[str]:
        """The attributes that may hold any character."""
        return self.names_where("data")

    def names_where(self, flag: str) -> frozenset[str]:
        """Return the names of the attributes with a flag of `Attribute`."""
        if flag not in self._flagged:
            found = frozenset(one.name for one in self._attributes if getattr(one, flag))
            self._flagged[flag] = found
        return self._flagged[flag]

    @property
    def is_provider(self) -> bool:
        """Whether its resources create objects that others use."""
        return self.provides is not _nothing

    def links(self, attributes: Mapping[str, Any]) -> Links:
        """Return what a resource with these attributes creates and uses."""
        is_absent = str(attributes.get("state") or "").strip() == "absent"
        return Links(self.provides(attributes), self.uses(attributes), is_absent)

    def reacts_to_trigger(self, attributes: Mapping[str, Any]) -> bool:
        """Return whether being triggered makes a difference to a resource with these attributes."""
        if self.on_trigger == RERUN:
            return any(guard in attributes for guard in self.unchecked_when_triggered)
        return self.on_trigger == RESTART


@dataclass(frozen=True)
class Family:
    """Types that are too many to list: every name that matches a pattern is one.

    name: what the schema and the documentation call it. label: a placeholder for one of the names.
        pattern: matches the names. of: returns the type of a name; all have the same attributes.
    """

    name: str
    label: str
    pattern: Pattern[str]
    of: Callable[[str], ResourceType]
