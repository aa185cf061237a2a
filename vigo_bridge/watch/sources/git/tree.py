# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files of a commit to a folder: their bytes as they are in the repository.

Nothing is checked out: no filter, attribute, hook or submodule has an effect.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import resolved_below
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.language.folder import MAX_NAMES, MAX_TEMPLATE, MAX_TEMPLATES_TOTAL
from vigo_bridge.language.stack_files import is_used
from vigo_bridge.wording import size

_LINK, _SUBMODULE = "120000", "160000"
_FILES = ("100644", "100755", "100664")
#: The first bytes of contents that are a reference to a file, or its encrypted form.
_REPLACEMENTS = (
    (b"version https://git-lfs.github.com/spec/", "Git LFS"),
    (b"\0GITCRYPT\0", "git-crypt"),
)
#: How much `git ls-tree` may print.
LARGEST_LIST = 32 << 20
#: How much the files may have together.
LARGEST = MAX_TEMPLATES_TOTAL


class Unusable(Exception):
    """The files of a commit cannot be used."""


@dataclass(frozen=True)
class Entry:
    """A file of a commit. path: in the stack's folder. object: the name of its content."""

    path: PurePosixPath
    mode: str
    object: str
    size: int


def entries(listed: bytes) -> Sequence[Entry]:
    """Return the files that `git ls-tree -r -l -z` lists and that a stack may read.

    Raise Unusable.
    """
    found = [entry for entry in _entries(listed) if _may_be_read(entry)]
    if len(found) > MAX_NAMES:
        raise Unusable(f"the folder contains more than {MAX_NAMES} files")
    total = sum(entry.size for entry in found)
    if total > LARGEST:
        raise Unusable(f"the files have {size(total)}, more than {size(LARGEST)}")
    return found


def _entries(listed: bytes) -> Iterator[Entry]:
    for line in listed.split(b"\0"):
        if not line:
            continue
        head, _, name = line.partition(b"\t")
        mode, _kind, identifier, length = head.split()
        text = os.fsdecode(name)
        parts = text.split("/")
        if any(part in ("", ".", "..") for part in parts):
            raise Unusable(f"{one_line(text)!r} is not a valid path")
        yield Entry(
            PurePosixPath(*parts),
            mode.decode(),
            identifier.decode(),
            int(length) if length.isdigit() else 0,
        )


def _may_be_read(entry: Entry) -> bool:
    """Return whether an entry is needed. Raise Unusable where a part would be missing."""
    if any(part.startswith(".") for part in entry.path.parts):
        return False  # Hidden files are not part of a stack.
    shown = one_line(str(entry.path))
    if entry.mode == _SUBMODULE:
        raise Unusable(
            f"{shown} is a submodule, which is not supported; add its files to the repository"
        )
    if entry.mode not in (*_FILES, _LINK):
        raise Unusable(f"{shown} has the unknown mode {one_line(entry.mode)}")
    if entry.size <= MAX_TEMPLATE:
        return True
    if is_used(entry.path):
        raise Unusable(f"{shown} is larger than {size(MAX_TEMPLATE)}")
    return False


def write(found: Sequence[Entry], contents: bytes, folder: Path) -> None:
    """Write files to an empty folder. contents: what `git cat-file --batch` prints.

    Raise Unusable and OSError. Links are created last, so that nothing is written through them.
    """
    links = []
    for entry, content in zip(found, _contents(found, contents), strict=True):
        if entry.mode == _LINK:
            links.append((entry, content))
            continue
        kind = next((name for start, name in _REPLACEMENTS if content.startswith(start)), None)
        if kind and is_used(entry.path):
            raise Unusable(
                f"{one_line(str(entry.path))} is stored with {kind}, which is not supported; add"
                " the file itself"
            )
        _write(folder / entry.path, content)
    for entry, content in links:
        _link(folder, entry.path, content)
    for entry, _ in links:
        _refuse_outside(folder, entry.path)


def _contents(found: Sequence[Entry], contents: bytes) -> Iterator[bytes]:
    position = 0
    for entry in found:
        end = contents.find(b"\n", position)
        words = contents[position:end].split()
        if words != [entry.object.encode(), b"blob", str(entry.size).encode()]:
            raise Unusable(f"{one_line(str(entry.path))} is missing in the repository")
        yield contents[end + 1 : end + 1 + entry.size]
        position = end + 1 + entry.size + 1


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with at(str(path)):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
    except (FileExistsError, NotADirectoryError) as error:
        raise _duplicate(path) from error


def _link(folder: Path, path: PurePosixPath, target: bytes) -> None:
    try:
        (folder / path.parent).mkdir(parents=True, exist_ok=True)
        (folder / path).symlink_to(os.fsdecode(target))
    except (FileExistsError, NotADirectoryError) as error:
        raise _duplicate(folder / path) from error
    except (FileNotFoundError, ValueError) as error:
        raise _bad_link(path) from error


def _refuse_outside(folder: Path, path: PurePosixPath) -> None:
    try:
        target = (folder / path).readlink()
        resolved_below(str(folder), str(path))
    except (OSError, ValueError) as error:
        raise _bad_link(path) from error
    if target.is_absolute():
        raise _bad_link(path)


def _duplicate(path: Path) -> Unusable:
    return Unusable(f"the repository has two entries with the name {one_line(path.name)}")


def _bad_link(path: PurePosixPath) -> Unusable:
    return Unusable(
        f"the link {one_line(str(path))} points outside the stack's folder, or is invalid; add the"
        " file itself"
    )
