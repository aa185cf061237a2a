# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a stack, typed, each with its position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.diagnostics import Diagnostic
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Fields, Scalar, Value

#: The keys with which a resource refers to others.
REFERENCES = ("depends_on", "before", "notify", "subscribes")


@dataclass(frozen=True)
class Name:
    """A name as written, in quotes or not."""

    text: str
    position: Position


@dataclass(frozen=True)
class Case:
    """`case:` with `match:`: attributes that apply only to some values of a template."""

    subject: Scalar
    arms: Mapping[str, Mapping[str, Value]]
    default: Mapping[str, Value]


@dataclass(frozen=True)
class Resource:
    """One resource as written. attributes: its own and those of the crate's `defaults`.

    reverts: whether it undoes a resource; type and attributes are then those of the resource that
    undoes it.
    """

    type: str
    name: Scalar | None
    attributes: Mapping[str, Value]
    references: Mapping[str, tuple[Scalar, ...]]
    when: Scalar | None
    foreach: Name | None
    case: Case | None
    template: bool
    position: Position
    type_position: Position
    reverts: bool = False

    @property
    def arms(self) -> tuple[Mapping[str, Value], ...]:
        """All sets of attributes that it may have."""
        if self.case is None:
            return (self.attributes,)
        arms = (*self.case.arms.values(), self.case.default)
        return tuple(map(self.with_arm, arms))

    def with_arm(self, arm: Mapping[str, Value]) -> Mapping[str, Value]:
        """Return the attributes with those of one arm of `case`."""
        merged = {**self.attributes, **arm}
        collector = TYPES[self.type].collects
        outer, inner = self.attributes.get(collector), arm.get(collector)
        if isinstance(outer, Fields) and isinstance(inner, Fields):
            replaced = {key.text for key, _ in inner.entries}
            kept = [entry for entry in outer.entries if entry[0].text not in replaced]
            merged[collector] = Fields((*kept, *inner.entries), inner.position)
        return merged


@dataclass(frozen=True)
class Configcrate:
    """A named set of resources, with the defaults of its variables.

    unread: the names of its resources that could not be read.
    """

    name: str
    depends_on: tuple[Name, ...]
    vars: Mapping[str, Value]
    environment_overrides: Mapping[str, Mapping[str, Value]]
    when: Scalar | None
    foreach: Name | None
    resources: tuple[Resource, ...]
    unread: tuple[str, ...]
    position: Position


@dataclass(frozen=True)
class Role:
    """A named list of crates. case: more crates by os family, `default` for all others."""

    name: str
    includes: tuple[Name, ...]
    configcrates: tuple[Name, ...]
    case: Mapping[str, tuple[Name, ...]]
    vars: Mapping[str, Value]
    position: Position


@dataclass(frozen=True)
class MatchEntry:
    """A match entry: host patterns, and what the matching envoys get. folder: of its file; empty
    for the stack's folder.
    """

    patterns: tuple[Name, ...]
    environment: Name | None
    roles: tuple[Name, ...]
    configcrates: tuple[Name, ...]
    vars: Mapping[str, Value]
    folder: str
    position: Position

    @property
    def match(self) -> str:
        return ", ".join(pattern.text for pattern in self.patterns)


@dataclass(frozen=True)
class Common:
    """A common.vgo: what all match entries in and below its folder get."""

    roles: tuple[Name, ...]
    configcrates: tuple[Name, ...]
    vars: Mapping[str, Value]
    folder: str
    position: Position


@dataclass(frozen=True)
class Environment:
    """One environment of an environments.vgo, for the entries beside and below it."""

    name: str
    configcrates: tuple[Name, ...]
    exclude_configcrates: tuple[Name, ...]
    vars: Mapping[str, Value]
    folder: str
    position: Position


@dataclass(frozen=True)
class Task:
    """A command with a name, for `task run`.

    params: the defaults of its parameters; one without a value is required. options: defaults for
        options of `task run`, by name. target: as `--target`.
    """

    name: str
    command: Scalar
    params: Mapping[str, Value]
    target: tuple[Name, ...]
    options: Mapping[str, str]
    position: Position


@dataclass(frozen=True)
class Build:
    """An image that `build` makes. image: its name without a tag. variable: holds its full name.

    texts, lists, maps: the other keys by their form, those that are set. switches: those that are
    true. keys: the position of each key.
    """

    name: str
    image: Scalar
    variable: Name
    context: Scalar
    texts: Mapping[str, Scalar]
    lists: Mapping[str, tuple[Scalar, ...]]
    maps: Mapping[str, Mapping[str, Scalar]]
    switches: frozenset[str]
    keys: Mapping[str, Position]
    position: Position


@dataclass(frozen=True)
class TemplateFile:
    """A file that resources name. text: its content, or None if it is not UTF-8 or not readable.

    data: content that is not UTF-8. problem: why it cannot be read, and advice: what to do about
    it.
    """

    path: str
    text: Scalar | None
    problem: str = ""
    advice: str = ""
    data: bytes = b""

    @property
    def content(self) -> bytes:
        return self.data if self.text is None else self.text.text.encode()


@dataclass(frozen=True)
class Identity:
    """The identity of a stack on hosts. is_named: whether the name is from stack.vgo.

    id: empty if stack.vgo has none. former: names that earlier runs may have used.
    """

    name: str
    id: str = ""
    is_named: bool = False
    former: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stack:
    """Everything in a stack's folder. entries: in the order in which they are tried.

    commons, environments: parents before children. broken: the stems of files that could not be
        read, so that names that they may define are not reported as missing.
    """

    folder: Path
    identity: Identity
    configcrates: Mapping[str, Configcrate] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    entries: tuple[MatchEntry, ...] = ()
    commons: tuple[Common, ...] = ()
    environments: tuple[Environment, ...] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    builds: Mapping[str, Build] = field(default_factory=dict)
    templates: Mapping[str, TemplateFile] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    diagnostics: tuple[Diagnostic, ...] = ()
