# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a stack from a folder of .vgo files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_store_list import (
    CONFIGURATION,
    DEFAULT_VAULT_FILE,
)
from vigo_bridge.language.builds import read_build
from vigo_bridge.language.checks import check_parts
from vigo_bridge.language.crates import read_crate
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.folder import (
    MAX_VALUES,
    MAX_VGO_TOTAL,
    OLDER_FILES,
    OLDER_FOLDERS,
    SENT_FOLDERS,
    VGO_FOLDERS,
    files_below,
    folder_problem,
    kind_of,
    read,
)
from vigo_bridge.language.identity import FILE, is_identity, read_identity, unnamed
from vigo_bridge.language.inclusions import read_common, read_entries, read_environments
from vigo_bridge.language.model import (
    Build,
    Common,
    Configcrate,
    Environment,
    MatchEntry,
    Role,
    Stack,
    Task,
)
from vigo_bridge.language.position import Position
from vigo_bridge.language.reader import described
from vigo_bridge.language.roles import read_roles
from vigo_bridge.language.tasks import read_task
from vigo_bridge.language.template_files import TemplateFiles, warn_of_unusable
from vigo_bridge.language.values import Fields, scalars
from vigo_bridge.language.yaml_tree import BrokenFile, parse

#: Files that are read in any folder, without their suffix.
_FILES = ("stack", "common", "environments", "envoys", "roles")
_SECRETS = (CONFIGURATION, DEFAULT_VAULT_FILE)

Named = TypeVar("Named", Configcrate, Role, Task, Build)


def load(folder: Path) -> Stack:
    """Return the stack of a folder. Never raises: errors are in the stack's diagnostics."""
    problem = folder_problem(folder)
    if problem is not None:
        return Stack(folder, unnamed(folder), diagnostics=(problem,))
    return _Loader(folder).stack()


class _Loader:
    """Reads the files in order; the first definition of a name is used."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._diagnostics = Diagnostics()
        self._crates: dict[str, Configcrate] = {}
        self._roles: dict[str, Role] = {}
        self._tasks: dict[str, Task] = {}
        self._builds: dict[str, Build] = {}
        self._entries: list[MatchEntry] = []
        self._commons: list[Common] = []
        self._environments: list[Environment] = []
        self._size = 0
        self._values = 0
        self._broken: set[str] = set()
        self._identity = unnamed(folder)

    def stack(self) -> Stack:
        paths = list(files_below(self._folder, self._diagnostics))
        sent = [path for path in paths if path.parts[0] in SENT_FOLDERS and path.parent.name]
        for path in paths:
            if path.parts[0] in SENT_FOLDERS:
                continue
            if path.suffix == ".vgo":
                self._read(path)
            else:
                self._warn_of_name(path)
        if not any(path.suffix == ".vgo" for path in paths):
            self._diagnostics.warning(
                "VB111",
                None,
                f"the stack {str(self._folder)!r} contains no .vgo files",
                "set another folder with --stacks, or create a stack with `vigo-bridge init`",
            )
        stack = Stack(
            folder=self._folder,
            identity=self._identity,
            configcrates=self._crates,
            roles=self._roles,
            entries=tuple(sorted(self._entries, key=_deepest_first)),
            commons=tuple(sorted(self._commons, key=lambda common: _depth(common.folder))),
            environments=tuple(sorted(self._environments, key=lambda env: _depth(env.folder))),
            tasks=self._tasks,
            builds=self._builds,
            templates=TemplateFiles(self._folder, sent),
            broken=frozenset(self._broken),
        )
        check_parts(stack, self._diagnostics)
        warn_of_unusable(self._folder, sent, self._crates.values(), self._diagnostics)
        return replace(stack, diagnostics=self._diagnostics.sorted())

    def _warn_of_name(self, path: PurePosixPath) -> None:
        """Warn of a file that is not read, but has a similar name."""
        suffix, start = path.suffix.lower(), Position(str(path), 1, 1)
        is_in_its_folder = path.parts[0] in (*VGO_FOLDERS, *OLDER_FOLDERS)
        if suffix == ".vgo" or (
            suffix in (".yml", ".yaml") and (is_in_its_folder or path.stem in _FILES)
        ):
            self._diagnostics.warning(
                "VB111",
                start,
                "the file is not read: its name does not end in .vgo",
                f"rename it to {path.with_suffix('.vgo').name}",
            )
        elif suffix == ".yaml" and str(path.with_suffix(".yml")) in _SECRETS:
            self._diagnostics.warning(
                "VB111",
                start,
                "the file is not read: its name does not end in .yml",
                f"rename it to {path.with_suffix('.yml').name}",
            )

    def _read(self, path: PurePosixPath) -> None:
        content = self._content(path)
        fields = self._fields(path, content) if content is not None else None
        if fields is None:
            self._broken.add(path.stem)
        elif fields.entries:
            self._take(path, fields)

    def _content(self, path: PurePosixPath) -> bytes | None:
        """Return the file's content, or None after a finding."""
        if self._size > MAX_VGO_TOTAL or self._values > MAX_VALUES:
            return None
        content = read(self._folder, path, self._diagnostics)
        self._size += len(content or b"")
        if self._size > MAX_VGO_TOTAL:
            self._report_size(path, f"{MAX_VGO_TOTAL >> 20} MiB")
            return None
        return content

    def _report_size(self, path: PurePosixPath, limit: str) -> None:
        self._diagnostics.error(
            "VB101",
            Position(str(path), 1, 1),
            f"including this file, the .vgo files exceed {limit}; the others are not read",
            "split the stack",
        )

    def _fields(self, path: PurePosixPath, content: bytes) -> Fields | None:
        """Return the file's mapping (without entries when it is empty), or None if it has none."""
        start = Position(str(path), 1, 1)
        try:
            root = parse(str(path), content, self._diagnostics)
        except BrokenFile as broken:
            self._diagnostics.add(broken.diagnostic)
            return None
        if root is None:
            self._diagnostics.warning(
                "VB111", start, "the file is empty", "add content, or remove it"
            )
            return Fields((), start)
        self._values += sum(1 for _ in scalars(root))
        if self._values > MAX_VALUES:
            self._report_size(path, f"{MAX_VALUES} values")
            return None
        if not isinstance(root, Fields):
            self._diagnostics.error(
                "VB104",
                root.position,
                f"the file must contain a mapping, not {described(root)}",
                "write 'KEY: VALUE' lines, such as 'name: web'",
            )
            return None
        return root

    def _take(self, path: PurePosixPath, fields: Fields) -> None:
        self._note_older_names(path)
        kind, folder = kind_of(path), str(path.parent) if len(path.parts) > 1 else ""
        if kind == "envoys" and is_identity(path, fields):
            self._diagnostics.error(
                "VB105",
                Position(str(path), 1, 1),
                f"{FILE} must be at the top of the stack's folder, not in a subfolder",
                f"move it to {FILE}, or remove it",
            )
        elif kind == "stack":
            found = read_identity(fields, self._folder, self._diagnostics)
            self._identity = found or self._identity
        elif kind == "configcrate":
            crate = read_crate(fields, self._diagnostics)
            self._define("configcrate", self._crates, crate, path)
        elif kind == "roles":
            for role in read_roles(fields, self._diagnostics):
                self._define("role", self._roles, role, path)
        elif kind == "task":
            self._define("task", self._tasks, read_task(fields, self._diagnostics), path)
        elif kind == "build":
            self._define("build", self._builds, read_build(fields, self._diagnostics), path)
        elif kind == "common":
            self._commons.append(read_common(fields, folder, self._diagnostics))
        elif kind == "environments":
            self._environments += read_environments(fields, folder, self._diagnostics)
        else:
            self._entries += read_entries(fields, folder, self._diagnostics)

    def _note_older_names(self, path: PurePosixPath) -> None:
        top = path.parts[0] if len(path.parts) > 1 else ""
        if path.name in OLDER_FILES:
            self._note_older(path, path.name, OLDER_FILES[path.name])
        if top in OLDER_FOLDERS:
            self._note_older(path, f"{top}/", f"{OLDER_FOLDERS[top]}/")

    def _note_older(self, path: PurePosixPath, older: str, current: str) -> None:
        self._diagnostics.note(
            "VB108", Position(str(path), 1, 1), f"{older!r} is now called {current!r}", "rename it"
        )

    def _define(
        self, what: str, known: dict[str, Named], defined: Named | None, path: PurePosixPath
    ) -> None:
        if defined is None:
            self._broken.add(path.stem)
        elif defined.name in known:
            self._diagnostics.error(
                "VB201",
                defined.position,
                f"{what} {defined.name!r} is defined twice",
                f"the first one is in {known[defined.name].position}; rename one of them",
            )
        else:
            known[defined.name] = defined


def _depth(folder: str) -> int:
    return len(PurePosixPath(folder).parts)


def _deepest_first(entry: MatchEntry) -> tuple[int, Position]:
    return -_depth(entry.folder), entry.position
