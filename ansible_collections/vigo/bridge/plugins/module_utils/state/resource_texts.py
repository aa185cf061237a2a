# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts about resources or files of a scope, stored between runs."""

from __future__ import annotations

from typing import Iterator, Mapping, TypeVar

from .state_folder import Damaged, StateFolder, scope_file

_VERSION = 1

T = TypeVar("T", bound="ResourceTexts")


class ResourceTexts:
    """The IDs of resources, or the paths of files, each with a text. Subclasses say which.

    kind: the name of the folder of the files. key: the key of the texts in a file. loss: the
        consequence of a damaged file, for the message.
    """

    kind = ""
    key = ""
    loss = ""

    def __init__(
        self,
        folder: StateFolder | None = None,
        name: str = "",
        texts: Mapping[str, str] | None = None,
    ) -> None:
        """Hold these texts. folder: None keeps them in memory only."""
        self._folder = folder
        self._name = name
        self._texts = dict(texts or {})

    @classmethod
    def load(cls: type[T], folder: StateFolder, scope: str, stack_id: str = "") -> T:
        """Read those of a scope. A damaged file is set aside. Raise Blocked.

        stack_id: the scope's ID; with one, a scope keeps them under any name.
        """
        name = cls.file(scope, stack_id)
        try:
            content = folder.read_json(name)
            texts = {} if content is None else _texts(content, cls.key)
        except Damaged as damage:
            folder.set_aside(name, str(damage), cls.loss)
            texts = {}
        return cls(folder, name, texts)

    @classmethod
    def file(cls, scope: str, stack_id: str) -> str:
        """Return the name of the file in the state folder."""
        return (
            scope_file(f"stack-{cls.kind}", stack_id) if stack_id else scope_file(cls.kind, scope)
        )

    def __iter__(self) -> Iterator[str]:
        """Return the keys in the order in which they were recorded."""
        return iter(tuple(self._texts))

    def get(self, resource: str) -> str | None:
        return self._texts.get(resource)

    def add(self, resource: str, text: str) -> None:
        """Record a text. Raise Blocked."""
        self.update({resource: text})

    def forget(self, resource: str) -> None:
        """Drop the text of a resource, if there is one. Raise Blocked."""
        self.update({resource: None})

    def update(self, texts: Mapping[str, str | None]) -> None:
        """Record texts; drop those that are None. Raise Blocked."""
        updated = {**self._texts, **texts}
        self._change({name: text for name, text in updated.items() if text is not None})

    def _change(self, texts: dict[str, str]) -> None:
        if texts == self._texts:
            return
        if self._folder is not None and texts:
            self._folder.write_json(self._name, {"version": _VERSION, self.key: texts})
        elif self._folder is not None:
            self._folder.remove(self._name)
        self._texts = texts


def _texts(content: object, key: str) -> dict[str, str]:
    texts = content.get(key) if isinstance(content, dict) else None
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise Damaged("its content was not written by vigo.bridge")
    return texts
