# SPDX-License-Identifier: GPL-3.0-or-later
"""What converging means, in its plainest form: no journal file, no rendering, no types.

A machine is a set of switches. Each resource is one switch: it acts when its switch is off, or
when it is triggered; some always fail. Written from the rules of the language, to hold the
engine against.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Item:
    """One resource. kind: switch (acts once), always (acts each time), failing.

    guard: a condition beside ``changed``, that holds or not. Triggered, a switch acts again.
    slow: it is waited for only when its result counts, which must make no difference.
    """

    id: str
    kind: str = "switch"
    gated: bool = False
    guard: bool = True
    depends_on: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    subscribes: tuple[str, ...] = ()
    slow: bool = False

    @property
    def crate(self) -> str:
        return self.id.partition("/")[0]


@dataclass
class Machine:
    on: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)


def comes_before(first: Item, second: Item, crate_edges: set[tuple[str, str]]) -> bool:
    """Return whether there is an edge from the first to the second."""
    if (first.crate, second.crate) in crate_edges:
        return True
    if first.id in second.depends_on or second.id in first.before:
        return True
    return triggers(first, second) and first.crate == second.crate and not second.gated


def triggers(source: Item, target: Item) -> bool:
    return source.id != target.id and (target.id in source.notify or source.id in target.subscribes)


def order(items: list[Item], crate_edges: set[tuple[str, str]]) -> list[Item] | None:
    """Return the order: always the first one in order of writing whose predecessors are done;
    None for a cycle.
    """
    done: list[Item] = []
    while len(done) < len(items):
        ready = [
            item
            for item in items
            if item not in done
            and all(other in done for other in items if comes_before(other, item, crate_edges))
        ]
        if not ready:
            return None
        done.append(ready[0])
    return done


def converge(
    items: list[Item], crate_edges: set[tuple[str, str]], machine: Machine
) -> dict[str, str]:
    """Run once, changing the machine, and return the action of each resource."""
    ordered = order(items, crate_edges)
    assert ordered is not None
    actions: dict[str, str] = {}
    held: set[str] = set()

    def is_held(item: Item) -> bool:
        return any(
            other.id in held or actions.get(other.id) == "failed"
            for other in items
            if comes_before(other, item, crate_edges)
        )

    def apply(item: Item) -> str:
        if not item.guard:
            machine.pending.discard(item.id)
            return "skipped"
        if item.kind == "failing":
            return "failed"
        acts = item.kind == "always" or item.id in machine.pending or item.id not in machine.on
        machine.pending.discard(item.id)
        if not acts:
            return "none"
        machine.on.add(item.id)
        machine.pending |= {target.id for target in items if triggers(item, target)}
        return "ran"

    for item in ordered:
        if is_held(item):
            held.add(item.id)
            actions[item.id] = "skipped"
        else:
            actions[item.id] = "skipped" if item.gated else apply(item)
    for item in ordered:
        if item.id not in machine.pending or item.id in held or actions[item.id] == "failed":
            continue
        if is_held(item):
            held.add(item.id)
            if actions[item.id] != "ran":  # What it has changed stays its result.
                actions[item.id] = "skipped"
            continue
        action = apply(item)
        if actions[item.id] != "ran" or action == "failed":
            actions[item.id] = action
    return actions
