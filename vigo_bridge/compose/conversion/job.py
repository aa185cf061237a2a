# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversion of one service: what it knows and what it fills in."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from vigo_bridge.compose.conversion.rendering import NotAllowed, Renderer
from vigo_bridge.compose.findings import Findings
from vigo_bridge.compose.model import Project, Service
from vigo_bridge.compose.stack.content import Resource
from vigo_bridge.compose.text import Text
from vigo_bridge.language.position import Position

#: The variable with the folder that relative paths start from.
FOLDER = "project_folder"


@dataclass(frozen=True)
class BuiltImage:
    """An image that is built. name: of the build. reference: of the image. repository: the same
    without a tag. service: the first one that builds it.
    """

    name: str
    reference: str
    repository: str
    service: str

    @property
    def variable(self) -> str:
        """The variable with the image's full name."""
        return re.sub(r"[^a-z0-9_]", "_", f"{self.name}_image".lower())


@dataclass
class Shared:
    """What the services of a project have in common.

    one_shot: services that others wait for to end. aliases: further names of services that
    others link to. copies: the texts of the project's files, by path in the stack. built: the
    images that are built, by their names.
    """

    project: Project
    findings: Findings
    one_shot: frozenset[str] = frozenset()
    aliases: dict[str, list[Text]] = field(default_factory=dict)
    built: Mapping[str, BuiltImage] = field(default_factory=dict)
    copies: dict[PurePosixPath, str] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)

    def name_of(self, wanted: str, path: str) -> str:
        """Return the name of a resource for a path, with a number if another path has it."""
        chosen, number = wanted, 1
        while self._names.setdefault(chosen, path) != path:
            number += 1
            chosen = f"{wanted}-{number}"
        return chosen


@dataclass
class Job:
    """The conversion of one service to a container resource. extra: resources that it needs.

    absent: services that may be missing where this one is.
    """

    shared: Shared
    service: Service
    renderer: Renderer
    absent: frozenset[str] = frozenset()
    attributes: dict[str, Any] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    depends_on: list[str] = field(default_factory=list)
    subscribes: list[str] = field(default_factory=list)
    extra: dict[str, Resource] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    volumes: list[Any] = field(default_factory=list)

    @property
    def project(self) -> Project:
        return self.shared.project

    @property
    def findings(self) -> Findings:
        return self.shared.findings

    def place(self, key: str) -> Position:
        return self.service.keys.get(key, self.service.position)

    def lost(self, key: str, message: str, advice: str) -> None:
        """Report a key that is not carried over; a comment beside the resource says so, too."""
        self.findings.lost(self.place(key), message, advice)
        self.comments.append(f"Not converted: {message}; {advice}.")

    def note(self, key: str, message: str, advice: str = "") -> None:
        self.findings.note(self.place(key), message, advice)

    def plain(self, key: str, text: Text) -> str | None:
        """Return the text where secrets are not allowed; None if it cannot be written, which is
        reported.
        """
        try:
            return self.renderer.plain(text)
        except NotAllowed as error:
            self.lost(key, f"{key}: {error}", "use your own variable")
            return None

    def set(self, key: str, attribute: str, text: Text) -> None:
        """Set an attribute that is one text."""
        rendered = self.plain(key, text)
        if rendered is not None:
            self.attributes[attribute] = rendered

    def set_list(self, key: str, attribute: str, texts: tuple[Text, ...]) -> None:
        rendered = [self.plain(key, text) for text in texts]
        kept = [text for text in rendered if text is not None]
        if kept:
            self.attributes[attribute] = kept

    def needs(self, resource: Resource) -> None:
        """Add a further resource that comes first."""
        self.extra.setdefault(resource.name, resource)
        if resource.name not in self.depends_on:
            self.depends_on.append(resource.name)

    def path(self, key: str, text: Text) -> str | None:
        """Return a path of the host; relative ones start at the folder of their file."""
        value = str(text)
        if value.startswith("~"):
            return os.path.expanduser(value)  # noqa: PTH111 - Path raises if there is no such user
        if value.startswith("/"):
            return self.plain(key, text)
        base = self.project.bases.get(text.position.file, self.project.folder)
        if not text.uses:
            whole = posixpath.normpath(posixpath.join(str(base), value))
            return self._below_folder(whole)
        rendered = self.plain(key, text)
        return rendered and f"{self._below_folder(str(base))}/{rendered.removeprefix('./')}"

    def _below_folder(self, path: str) -> str:
        folder = str(self.project.folder)
        if path != folder and not path.startswith(f"{folder}/"):
            return path
        variable = self.renderer.variable(FOLDER, folder, "the folder of the compose file")
        return variable + path[len(folder) :]

    def real_path(self, text: Text) -> Path:
        """Return the same path on this machine."""
        base = self.project.bases.get(text.position.file, self.project.folder)
        return base / os.path.expanduser(str(text))  # noqa: PTH111 - as above
