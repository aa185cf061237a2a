# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References between resources, and what they mean.

A reference names, in this order of preference: a resource of the own crate, the one resource
of that name in the other crates, ``crate/name``, a crate.
"""

from __future__ import annotations

from typing import Iterator, Sequence

from ..common.dataclass import dataclass
from ..common.suggest import did_you_mean
from ..types.descriptor import NO_LINKS, Links


@dataclass(frozen=True)
class Node:
    """One resource as the graph sees it. ``id`` is ``CRATE/NAME``; references as written.

    links: what it creates and uses, as far as that is known. reverts: whether it is undone.
    """

    id: str
    depends_on: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    subscribes: tuple[str, ...] = ()
    gated: bool = False
    links: Links = NO_LINKS
    reverts: bool = False

    @property
    def crate(self) -> str:
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        return self.id.partition("/")[2]


@dataclass(frozen=True)
class Crate:
    """A configcrate, and the crates on which it depends."""

    name: str
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """An invalid reference.

    where: the id of the resource, or the name of the crate, that has it.
    attribute, value: the attribute and the one reference in it (empty for cycles).
    suggestion: what to write instead, or empty.
    """

    message: str
    where: str
    attribute: str
    value: str = ""
    suggestion: str = ""

    def __str__(self) -> str:
        return f"{self.message}; {self.suggestion}" if self.suggestion else self.message


class References:
    """Resolves references, and collects the invalid ones in ``problems``."""

    def __init__(self, nodes: Sequence[Node], crates: Sequence[Crate] = ()) -> None:
        self.problems: list[Problem] = []
        self.nodes: dict[str, Node] = {}
        for node in nodes:
            if node.id in self.nodes:
                self._report(
                    f"two resources have the id {node.id!r}",
                    node.id,
                    "name",
                    node.name,
                    "give each its own name",
                )
            self.nodes[node.id] = node
        self.crates = {crate.name: crate for crate in crates}
        self.members: dict[str, list[str]] = {crate.name: [] for crate in crates}
        self._named: dict[str, list[str]] = {}
        for node in self.nodes.values():
            self.members.setdefault(node.crate, []).append(node.id)
            self._named.setdefault(node.name, []).append(node.id)
        self._resolved: dict[tuple[str, str], tuple[str, ...]] = {}

    def crates_before(self, crate: Crate) -> list[str]:
        """Return the crates that one depends on, and those before a crate without resources."""
        found: list[str] = []
        seen = {crate.name}
        queue = [(crate, reference) for reference in crate.depends_on]
        while queue:
            owner, reference = queue.pop(0)
            names = self._stamps(reference)
            if not names:
                self._report(
                    f"crate {owner.name!r} depends on {reference!r}, which this envoy does not"
                    " include",
                    owner.name,
                    "depends_on",
                    reference,
                    did_you_mean(reference, self.crates) or "include it as well",
                )
            for name in names:
                if name == crate.name:
                    self._report(
                        f"crate {crate.name!r} depends on itself"
                        + (f" through {owner.name!r}" if owner is not crate else ""),
                        crate.name,
                        "depends_on",
                        reference,
                        "remove one of these dependencies",
                    )
                if name not in seen:
                    seen.add(name)
                    found.append(name)
                    if name in self.crates and not self.members[name]:
                        further = self.crates[name]
                        queue += [(further, item) for item in further.depends_on]
        return found

    def resolve_all(self, node: Node, attribute: str) -> tuple[str, ...]:
        """Return the ids of all references of one attribute, without repetition."""
        key = (node.id, attribute)
        if key not in self._resolved:
            ids: list[str] = []
            for reference in getattr(node, attribute):
                ids += self._resolve(node, attribute, reference)
            self._resolved[key] = tuple(dict.fromkeys(ids))
        return self._resolved[key]

    def resolve_targets(self, node: Node) -> tuple[str, ...]:
        """Return the ids that ``notify`` triggers: of a crate, its gated resources."""
        key = (node.id, "notify targets")
        if key not in self._resolved:
            self._resolved[key] = tuple(self._targets(node))
        return self._resolved[key]

    def _targets(self, node: Node) -> Iterator[str]:
        for reference in node.notify:
            ids = self._resolve(node, "notify", reference)
            if not self._is_crate(node, reference):
                yield from ids
                continue
            gated = [target for target in ids if self.nodes[target].gated]
            if ids and not gated:
                self._report(
                    f"no resource in crate {reference!r} waits for a trigger",
                    node.id,
                    "notify",
                    reference,
                    "refer to one of its resources, or add `when: changed` to one",
                )
            yield from gated

    def _is_crate(self, node: Node, reference: str) -> bool:
        return self._resource(node, reference) is None and bool(self._stamps(reference))

    def _resolve(self, node: Node, attribute: str, reference: str) -> list[str]:
        found = self._resource(node, reference)
        if found is None:
            found = [member for crate in self._stamps(reference) for member in self.members[crate]]
            if not self._stamps(reference):
                self._report(
                    f"{attribute} refers to {reference!r}, which is not a resource or crate of this"
                    " envoy",
                    node.id,
                    attribute,
                    reference,
                    did_you_mean(reference, [*self._named, *self.members, *self.nodes])
                    or "correct the name, or include the crate that defines it",
                )
        if len(found) > 1 and self._resource(node, reference) is not None:
            self._report(
                f"{attribute} refers to {reference!r}, which exists in several crates:"
                f" {', '.join(found)}",
                node.id,
                attribute,
                reference,
                f"write one of them with its crate, such as {found[0]!r}",
            )
            return []
        if found == [node.id] and attribute in ("depends_on", "before"):
            self._report(
                f"{attribute} refers to the resource itself",
                node.id,
                attribute,
                reference,
                "remove it",
            )
            return []
        return [resource for resource in found if resource != node.id]

    def _resource(self, node: Node, reference: str) -> list[str] | None:
        """Return the resources that a reference names (more than one: ambiguous), or None."""
        own = f"{node.crate}/{reference}"
        if own in self.nodes:
            return [own]
        if reference in self._named:
            return self._named[reference]
        return [reference] if reference in self.nodes else None

    def _stamps(self, reference: str) -> list[str]:
        """Return the crates with a name: the crate itself, or all its repetitions by
        ``foreach``.
        """
        if reference in self.members:
            return [reference]
        return [name for name in self.members if name.startswith(reference + "[")]

    def _report(
        self, message: str, where: str, attribute: str, value: str, suggestion: str = ""
    ) -> None:
        problem = Problem(message, where, attribute, value, suggestion)
        if problem not in self.problems:
            self.problems.append(problem)
