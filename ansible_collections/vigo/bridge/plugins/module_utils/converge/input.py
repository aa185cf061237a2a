# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the resources of an envoy as a playbook passes them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Sequence

from ..common.comma_strings import as_list, text, words
from ..common.dataclass import dataclass, field, replace
from ..common.errors import ResourceError, within
from ..common.suggest import did_you_mean_or_one_of
from ..common.switches import is_on
from ..types.registry import FAMILIES, TYPES, undoing
from .references import Crate, Node

if TYPE_CHECKING:
    from ..language.conditions.when import Condition
    from ..types.descriptor import ResourceType

_NO_CRATES: Mapping[str, Any] = MappingProxyType({})

#: What every resource may have in addition to the attributes of its type.
COMMON = (
    "id",
    "type",
    "name",
    "depends_on",
    "before",
    "notify",
    "subscribes",
    "when",
    "item",
    "template",
    "triggered",
    "revert",
    "on_revert",
)
_REFERENCES = ("depends_on", "before", "notify", "subscribes")


@dataclass(frozen=True)
class Resource:
    """One resource. attributes: raw, templates not yet rendered.

    condition: its parsed ``when``, or None. item: the value of ``.Item``. template: whether its
    texts are templates. triggered: whether it is applied as if a trigger were pending for it. If
    its node reverts, type and attributes are those of the resource that undoes it.
    """

    node: Node
    type: str
    attributes: Mapping[str, Any]
    condition: Condition | None = None
    item: Any = None
    template: bool = True
    triggered: bool = False

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def reverts(self) -> bool:
        """Whether it undoes an earlier run."""
        return self.node.reverts


@dataclass(frozen=True)
class CrateInput:
    """A crate's own variables and its ``when``, which apply to its resources."""

    crate: Crate
    vars: Mapping[str, Any] = field(default_factory=dict)
    condition: Condition | None = None


def parse_crates(entries: Mapping[str, Mapping[str, Any] | None]) -> dict[str, CrateInput]:
    """Return crates by name, from ``{NAME: {depends_on, vars, when, resources}}``.

    Raise ResourceError.
    """
    crates = {}
    for name, entry in entries.items():
        entry = entry or {}
        _refuse_unknown(f"crate {name}", entry, ("depends_on", "vars", "when", "resources"))
        crates[name] = CrateInput(
            Crate(name, _references(f"crate {name}", "depends_on", entry)),
            entry.get("vars") or {},
            _condition(f"crate {name}", entry.get("when")),
        )
    return crates


def docker_hosts(arguments: Mapping[str, Any]) -> list[str]:
    """Return the ``docker_host`` of each resource on an engine, in ``resources`` and ``crates``.

    Nothing is checked yet.
    """
    return [
        str(entry.get("docker_host") or "")
        for entry in _entries(arguments)
        if isinstance(entry, Mapping) and (kind := _type_of(entry)) and kind.needs_engine
    ]


def foreign_modules(arguments: Mapping[str, Any]) -> list[str]:
    """Return the full names of the modules of Ansible in ``resources`` and ``crates``.

    Nothing is checked yet.
    """
    found = [
        name
        for entry in _entries(arguments)
        if isinstance(entry, Mapping) and (kind := _type_of(entry))
        for name in kind.modules
    ]
    return sorted(set(found))


def candidate_modules(arguments: Mapping[str, Any]) -> list[str]:
    """Return the full names of the modules among which hosts choose; see `foreign_modules`."""
    found = [
        name
        for entry in _entries(arguments)
        if isinstance(entry, Mapping) and (kind := _type_of(entry))
        for name in kind.candidates
    ]
    return sorted(set(found))


def types_by_id(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the type of each resource in ``resources`` and ``crates``, not yet checked.

    Raise ResourceError if one has no ID.
    """
    return {_id(entry): entry.get("type") for entry in _entries(arguments)}


def _entries(arguments: Mapping[str, Any]) -> list[Any]:
    """Return all resources of a call as they are written."""
    return [*(arguments.get("resources") or ()), *_inline(arguments.get("crates") or {})]


def _type_of(entry: Mapping[str, Any]) -> ResourceType | None:
    name = entry.get("type")
    return TYPES.get(name) if isinstance(name, str) else None


def parse_resources(
    entries: Sequence[Mapping[str, Any]],
    crates: Mapping[str, Mapping[str, Any] | None] = _NO_CRATES,
) -> list[Resource]:
    """Return resources in the given order, after those of crates.

    Raise ResourceError for the first one that is invalid.
    """
    return [_parse(entry) for entry in (*_inline(crates), *entries)]


def _inline(crates: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the resources of crates, each with the crate in its id."""
    for crate, entry in crates.items():
        for resource in (entry or {}).get("resources") or ():
            if isinstance(resource, Mapping):
                resource = {**resource, "id": f"{crate}/{_id(resource)}"}
            yield resource


def _parse(entry: Mapping[str, Any]) -> Resource:
    kind = _type_of(entry)
    if kind is None:
        known = ", ".join([*TYPES, *(family.label for family in FAMILIES)])
        raise ResourceError(
            f"resource {_label(entry)}: type {entry.get('type')!r} is not one of {known}"
        )
    identity = _id(entry)
    attributes: Mapping[str, Any] = {
        name: value for name, value in entry.items() if name in kind.options or name not in COMMON
    }
    _refuse_unknown(f"resource {identity}", attributes, kind.options)
    with within(f"resource {identity}"):
        reverts = is_on(entry.get("revert"), "revert")
        if reverts:
            kind, attributes = undoing(kind, attributes, entry.get("on_revert"))
    for name, option in kind.options.items():
        if option.get("required") and attributes.get(name) in (None, ""):
            raise ResourceError(f"resource {identity}: {name} is missing")
    condition = _condition(f"resource {identity}", entry.get("when"))
    references: dict[str, Any] = {
        name: _references(f"resource {identity}", name, entry) for name in _REFERENCES
    }
    gated = bool(condition and condition.gated)
    return Resource(
        Node(identity, **references, gated=gated, reverts=reverts),
        kind.name,
        attributes,
        condition,
        entry.get("item"),
        entry.get("template", True),
        str(entry.get("triggered")).lower() == "true",
    )


def pulled_again(resource: Resource) -> Resource:
    """Return a resource that runs an image with ``pull: always``, unless it has ``never``."""
    if TYPES[resource.type].on_demand is None or resource.attributes.get("pull") == "never":
        return resource
    return replace(resource, attributes={**resource.attributes, "pull": "always"})


def _references(where: str, name: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    with within(f"{where}: {name}"):
        return tuple(as_list(entry.get(name)))


def _id(entry: Mapping[str, Any]) -> str:
    for name in ("id", "name"):
        if entry.get(name):
            with within(f"resource {_label(entry)}: {name}"):
                return text(entry[name])
    written, kind = entry.get("type"), _type_of(entry)
    name = kind.key if kind is not None else ""
    if kind is not None and not name:
        raise ResourceError(f"a resource of type {written} has no name; give it one")
    key = entry.get(name, "")
    with within(f"resource of type {written}: {name}"):
        return f"{written}:{' '.join(words(key)) if isinstance(key, (list, tuple)) else text(key)}"


def _label(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id") or entry.get("name") or dict(entry))


def _condition(where: str, written: Any) -> Condition | None:
    if written in (None, ""):
        return None
    from ..language.conditions import when  # loaded only where there are conditions

    with within(f"{where}: when"):
        condition = text(written)
    try:
        return when.parse(condition)
    except when.ConditionError as error:
        raise ResourceError(f"{where}: when: {error}") from error


def _refuse_unknown(where: str, given: Mapping[str, Any], known: Any) -> None:
    for name in given:
        if name not in known:
            hint = did_you_mean_or_one_of(str(name), known)
            raise ResourceError(f"{where}: unknown attribute {name!r}; {hint}")
