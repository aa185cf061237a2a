# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that resources name. Their content is read when it is needed."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import (
    kind_problem,
    read_below,
    resolved_below,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import StackFile
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.folder import (
    EXECUTORS,
    MAX_TEMPLATE,
    MAX_TEMPLATES_TOTAL,
    advice_for,
)
from vigo_bridge.language.model import Configcrate, TemplateFile
from vigo_bridge.language.position import Position
from vigo_bridge.language.texts import attribute_texts
from vigo_bridge.language.values import Scalar


class TemplateFiles(Mapping[str, TemplateFile]):
    """Reads each file once, when it is first used."""

    def __init__(self, folder: Path, paths: Iterable[PurePosixPath]) -> None:
        self._folder = folder
        self._paths = dict.fromkeys(map(str, paths))
        self._read: dict[str, TemplateFile] = {}
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths

    def __getitem__(self, path: str) -> TemplateFile:
        if path not in self._read:
            if path not in self._paths:
                raise KeyError(path)
            self._read[path] = self._file(path)
        return self._read[path]

    def _file(self, path: str) -> TemplateFile:
        try:
            content = _content(self._folder, path)
            self._size += len(content)
            if self._size > MAX_TEMPLATES_TOTAL:
                total = f"{MAX_TEMPLATES_TOTAL >> 20} MiB"
                raise OSError(
                    errno.EFBIG, f"including this file, the files of resources exceed {total}"
                )
            text = content.decode("utf-8")
        except OSError as error:
            return TemplateFile(path, None, error.strerror or str(error), advice_for(error))
        except UnicodeDecodeError:
            return TemplateFile(path, None, data=content)
        return TemplateFile(path, Scalar(text, text, Position(path, 1, 1), text))


def _content(folder: Path, path: str) -> bytes:
    """Return the content of a file. A program must be in its folder. Raise OSError."""
    top, _slash, rest = path.partition("/")
    if top == EXECUTORS:
        return read_below(str(folder / top), rest, MAX_TEMPLATE)
    return read_below(str(folder), path, MAX_TEMPLATE)


def report_unreadable(source: Scalar, file: TemplateFile, diagnostics: Diagnostics) -> None:
    """Report a file that cannot be read, where a resource names it."""
    if file.problem:
        diagnostics.error(
            "VB101",
            source.position,
            f"the file {file.path!r} cannot be read: {file.problem}",
            file.advice,
        )


def path_in_stack(file: StackFile, written: str) -> str:
    """Return the path of the file of an attribute, relative to the stack's folder."""
    return written if file.is_template else file.folder + written


def warn_of_unusable(
    folder: Path,
    paths: Iterable[PurePosixPath],
    crates: Iterable[Configcrate],
    diagnostics: Diagnostics,
) -> None:
    """Report unusable files that no resource names. They are not opened."""
    named = {
        path_in_stack(file, text.scalar.text)
        for crate in crates
        for resource in crate.resources
        for text in attribute_texts(resource)
        if (file := TYPES[resource.type].stack_file) and text.attribute == file.attribute
    }
    for path in paths:
        problem = None if str(path) in named else _problem(folder, path)
        if problem is not None:
            diagnostics.warning(
                "VB101",
                Position(str(path), 1, 1),
                f"no resource can use the file: {problem.strerror}",
                advice_for(problem),
            )


def _problem(folder: Path, path: PurePosixPath) -> OSError | None:
    """Return the problem with the links, the kind or the size of a file."""
    try:
        real = resolved_below(str(folder), str(path))
        found = (folder / real).lstat()
        problem = kind_problem(found.st_mode)
    except OSError as error:
        return error
    return OSError(errno.EINVAL, problem) if problem else None
