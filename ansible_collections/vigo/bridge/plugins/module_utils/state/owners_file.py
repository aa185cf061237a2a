# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records which stack owns what on a host, in addition to labels of containers and networks.

The labels of a running container cannot change. So a container that a stack has adopted, or that
an earlier version made under another name of the stack, is recorded by its ID. One that was
removed and recreated by hand has another ID, and belongs to no stack.
"""

from __future__ import annotations

from typing import Any, Callable, Container, Iterable, Mapping

from ..common.errors import ResourceError
from .ownership import Owner, Stack
from .state_folder import Damaged, StateFolder

VERSION = 1
_FILE = "owners.json"
_KINDS = ("containers", "networks")
_FIELDS = ("engine", "stack", "resource", "name")


class OwnersFile:
    """The record of a state folder, for all its stacks.

    For each stack its name and the names whose journals it has taken over; for each container and
    network, by ID, the engine, the stack, the resource and the name.
    """

    def __init__(self, folder: StateFolder, content: Mapping[str, Any] | None = None) -> None:
        self._folder = folder
        content = content or {}
        self._stacks: dict[str, dict[str, Any]] = dict(content.get("stacks") or {})
        self._owned: dict[str, dict[str, dict[str, str]]] = {
            kind: dict(content.get(kind) or {}) for kind in _KINDS
        }

    @classmethod
    def load(cls, folder: StateFolder) -> OwnersFile:
        """Read the file; a damaged one is set aside.

        Raise Blocked, and ResourceError for another version.
        """
        try:
            return cls(folder, _checked(folder.read_json(_FILE), folder.path(_FILE)))
        except Damaged as damage:
            loss = "adopted containers count as unmanaged until the next run of their stack"
            folder.set_aside(_FILE, str(damage), loss)
            return cls(folder)

    def owner(self, kind: str, identity: str) -> Owner | None:
        """Return the recorded owner of a container or network. identity: its ID."""
        entry = self._owned.get(kind, {}).get(identity)
        if entry is None:
            return None
        sort, _colon, value = entry["stack"].partition(":")
        known = self._stacks.get(entry["stack"], {})
        if sort == "id":
            return Owner(known.get("name", "?"), value, entry["resource"])
        return Owner(value, "", entry["resource"])

    def name_of(self, stack_id: str) -> str | None:
        """Return the name under which a stack was last converged."""
        return self._stacks.get(f"id:{stack_id}", {}).get("name")

    def former_name(self, stack: Stack) -> str | None:
        """Return the other name that a stack had when it was last converged, if it had one."""
        known = self.name_of(stack.id) if stack.id else None
        return known if known != stack.scope else None

    def engines(self, stack: Stack) -> list[str]:
        """Return the addresses of the engines that have recorded containers of a stack."""
        entries = self._owned["containers"].values()
        return sorted({entry["engine"] for entry in entries if entry["stack"] == stack.key})

    def entries(self, kind: str, engine: str) -> dict[str, str]:
        """Return the ID and the name of each recorded container or network of an engine."""
        return {
            identity: entry["name"]
            for identity, entry in self._owned[kind].items()
            if entry["engine"] == engine
        }

    def put(
        self, kind: str, identity: str, stack: Stack, resource: str, name: str, engine: str
    ) -> None:
        """Record that something belongs to a stack."""
        entry = {"engine": engine, "stack": stack.key, "resource": resource, "name": name}
        if self._owned[kind].get(identity) != entry:
            self._owned[kind][identity] = entry
            self._save()

    def keep_only(self, kind: str, engine: str, identities: Container[str]) -> None:
        """Delete entries that an engine no longer has. identities: the IDs of all objects that it
        has.
        """
        dropped = [
            identity
            for identity, entry in self._owned[kind].items()
            if entry["engine"] == engine and identity not in identities
        ]
        for identity in dropped:
            del self._owned[kind][identity]
        if dropped:
            self._save()

    def forget(self, stack: Stack) -> None:
        """Delete all entries of a stack. Raise Blocked."""
        former = (self._stacks, self._owned)
        self._stacks = {key: entry for key, entry in self._stacks.items() if key != stack.key}
        self._owned = {
            kind: {name: entry for name, entry in owned.items() if entry["stack"] != stack.key}
            for kind, owned in self._owned.items()
        }
        if not self._stacks and not any(self._owned.values()):
            self._folder.remove(_FILE)
        elif (self._stacks, self._owned) != former:
            self._save()

    def take_over(self, stack: Stack, copy: Callable[[str], object]) -> None:
        """Record the stack's name, and copy the state of its former names, once for each.

        copy: called with a former name.
        """
        known = self._stacks.get(stack.key, {})
        taken = known.get("taken", [])
        for scope in stack.earlier:
            if scope not in taken:
                copy(scope)
        entry = {"name": stack.scope, "taken": [*dict.fromkeys((*taken, *stack.earlier))]}
        if entry != known and (stack.id or stack.earlier):
            self._stacks[stack.key] = entry
            self._save()

    def _save(self) -> None:
        content = {"version": VERSION, "stacks": self._stacks, **self._owned}
        self._folder.write_json(_FILE, content)


def _checked(content: Any, path: str) -> Mapping[str, Any] | None:
    """Return a file's content. Raise Damaged, and ResourceError for another version."""
    if content is None:
        return None
    version = content.get("version") if isinstance(content, dict) else None
    if isinstance(version, int) and version != VERSION:
        raise ResourceError(
            f"{path} was written by another version of vigo.bridge; use that version or newer"
        )
    stacks = content.get("stacks") if version == VERSION else None
    if not isinstance(stacks, dict) or not all(map(_is_stack, stacks.values())):
        raise Damaged("its content was not written by vigo.bridge")
    for kind in _KINDS:
        entries = content.get(kind)
        if not isinstance(entries, dict) or not all(map(_is_entry, entries.values())):
            raise Damaged("its content was not written by vigo.bridge")
    checked: Mapping[str, Any] = content
    return checked


def _is_stack(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("name"), str)
        and isinstance(entry.get("taken"), list)
        and _are_texts(entry["taken"])
    )


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and _are_texts(entry.get(field) for field in _FIELDS)


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
