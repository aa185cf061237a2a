# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files that a project mounts are configuration, so that the stack can have copies of them.

What a container writes is data, which must never be replaced by a copy. Secrets do not belong in
the files of a stack. Both are left where they are.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vigo_bridge.compose.conversion.secret_files import is_below, secret_line
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.loading.project_files import ProjectFiles
from vigo_bridge.language.position import Position

#: How many files of one folder are copied.
MOST = 100
#: Endings of files that programs read, and do not write.
_READ_ONLY_ENDINGS = frozenset(
    (
        *(".cfg", ".cnf", ".conf", ".css", ".hcl", ".htm", ".html", ".inc", ".ini", ".j2", ".js"),
        *(".lua", ".php", ".properties", ".py", ".rb", ".rules", ".sh", ".sql", ".template"),
        *(".tmpl", ".toml", ".tpl", ".vcl", ".xml", ".yaml", ".yml"),
    )
)
_READ_ONLY_NAMES = frozenset({"Caddyfile", "Corefile", "Procfile", "crontab"})
#: Folders that an entrypoint only reads. The first one only at the first start.
_AT_FIRST_START = "/docker-entrypoint-initdb.d"
_OF_ENTRYPOINTS = (_AT_FIRST_START, "/docker-entrypoint.d")


class Left(Exception):
    """Something is not copied. advice: what a person can do."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


@dataclass(frozen=True)
class Mounted:
    """A file or folder of this machine that a container gets. target: its path in the container."""

    source: Path
    target: str
    is_read_only: bool

    @property
    def is_read_once(self) -> bool:
        """Whether the container reads it only at its first start."""
        return is_below(self.target, _AT_FIRST_START)


@dataclass(frozen=True)
class Copy:
    """One file. path: below the mounted path; empty for that path itself. mode: octal digits, empty
    for that of a new file."""

    path: str
    text: str
    mode: str


def read(
    mounted: Mounted, files: ProjectFiles, place: Position, known_secrets: Collection[str]
) -> tuple[Copy, ...]:
    """Return the files to copy; none for a folder of data, or an empty one. Raise Left.

    place: where it is named. known_secrets: values that no copy may contain.
    """
    source = mounted.source
    if source.is_symlink():
        raise Left("it is a symbolic link", "mount the file that it points to, and import again")
    if not source.is_dir():
        _refuse_written(mounted)
        return (_copy(source, "", mounted, files, place, known_secrets),)
    if not (mounted.is_read_only or any(is_below(mounted.target, at) for at in _OF_ENTRYPOINTS)):
        _refuse_configuration_among_data(source)
        return ()
    names = _names(source)
    return tuple(_copy(source / name, name, mounted, files, place, known_secrets) for name in names)


def is_configuration(path: PurePosixPath) -> bool:
    """Return whether programs usually only read a file of this name."""
    return path.suffix.lower() in _READ_ONLY_ENDINGS or path.name in _READ_ONLY_NAMES


def _refuse_written(mounted: Mounted) -> None:
    """Raise Left for a file that the container may write."""
    is_configuration_file = is_configuration(PurePosixPath(mounted.source.name))
    if not (mounted.is_read_only or is_configuration_file):
        raise Left("the container may write to it", "add :ro if it does not, and import again")


def _refuse_configuration_among_data(folder: Path) -> None:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:  # Such as a database's own folder.
        return
    found = [name for name in names if is_configuration(PurePosixPath(name))]
    if found:
        raise Left(
            f"the container may write to it, so its files, such as {found[0]}, are not copied",
            "mount configuration files one by one, or with :ro, and import again",
        )


def _names(folder: Path) -> list[str]:
    """Return the paths of all files below a folder. Raise Left for what cannot be copied."""
    found: list[str] = []
    try:
        for name in _walk(folder, ""):
            found.append(name)
            if len(found) > MOST:
                raise Left(f"it has more than {MOST} files", "copy it in another way")
    except OSError as error:
        raise Left(f"it cannot be read: {error.strerror}", "correct its permissions") from error
    return sorted(found)


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_symlink():
                raise Left(f"{name} in it is a symbolic link", "replace the link with a file")
            if entry.is_dir():
                yield from _walk(folder / entry.name, f"{name}/")
            else:
                yield name


def _copy(
    path: Path,
    name: str,
    mounted: Mounted,
    files: ProjectFiles,
    place: Position,
    known_secrets: Collection[str],
) -> Copy:
    shown = f"{name} in it" if name else "it"
    try:
        content = files.read(path, place)
        text = content.decode("utf-8")
        mode = stat.S_IMODE(path.stat().st_mode)
    except ComposeError as error:
        cause = error.__cause__
        reason = cause.strerror if isinstance(cause, OSError) else str(error)
        raise Left(
            f"{shown}: {reason}" if name else str(reason), "copy it in another way"
        ) from error
    except UnicodeDecodeError as error:
        raise Left(f"{shown} is not text", "copy it in another way") from error
    if "\0" in text:
        raise Left(f"{shown} is not text", "copy it in another way")
    if line := secret_line(path, mounted.target, text, known_secrets):
        raise Left(
            f"{shown} seems to hold a secret" + (f" (line {line})" if line > 0 else ""),
            "add a file resource with content: and a reference to a secret",
        )
    is_usual = mode & 0o004 and not mode & 0o111
    return Copy(name, text, "" if is_usual else f"0{mode & 0o777:o}")
