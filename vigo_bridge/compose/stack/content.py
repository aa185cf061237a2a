# SPDX-License-Identifier: GPL-3.0-or-later
"""The stack that an import writes, as values. It knows nothing of compose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any


@dataclass
class Resource:
    """attributes: in the order to write them, texts ready with their templates."""

    name: str
    kind: str
    attributes: dict[str, Any] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)


@dataclass
class Crate:
    """vars: each with its value and where that comes from."""

    name: str
    comments: list[str]
    depends_on: list[str] = field(default_factory=list)
    vars: dict[str, tuple[str, str]] = field(default_factory=dict)
    resources: list[Resource] = field(default_factory=list)


@dataclass(frozen=True)
class Build:
    """An image to build. content: the keys of its file, in the order to write them."""

    name: str
    content: dict[str, Any]
    comment: str


@dataclass(frozen=True)
class NeededSecret:
    """A secret that has to be put into a store. origin: where its value is today.

    value: empty if it is not known.
    """

    path: str
    origin: str
    value: str = field(default="", repr=False)


@dataclass(frozen=True)
class ImportedStack:
    """crates: all of the project's. included: those that its role names. copies: the texts of files
    that resources name, by path in the stack. builds: its images."""

    name: str
    source: str
    crates: tuple[Crate, ...]
    included: tuple[str, ...]
    secrets: tuple[NeededSecret, ...]
    copies: Mapping[PurePosixPath, str] = field(default_factory=dict)
    builds: tuple[Build, ...] = ()
