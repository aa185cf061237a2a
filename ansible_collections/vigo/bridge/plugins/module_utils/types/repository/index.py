# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches the index of one repository, before apt knows the repository.

So nothing is changed for a repository that cannot be read or has a wrong signature, and packages of
a new repository can be installed at once.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from typing import Iterator, Mapping

from ...common.errors import ResourceError
from ...host import process, temporary_files, temporary_folders
from ..descriptor import TIME_LIMIT
from ..file.spec import NEW_MODE
from ..target import Target
from .layouts import Layout, Piece
from .spec import RepositorySpec

INDEX_FOLDER = "/var/lib/apt/lists"
_PREFIX = "vigo-repository-"
#: Messages of older versions of apt, which exit with 0 in these cases.
_FAILED = re.compile("^(?:Err:|W: (?:Failed to fetch|GPG error|Some index files))", re.MULTILINE)
_LOCKED = "Could not get lock"
#: How long to wait for another apt, and between two attempts, in seconds.
_TIMEOUT, _PAUSE = 60.0, 2.0


def refuse_conflict(layout: Layout, name: str, new: Piece, target: Target) -> None:
    """Raise ResourceError if a new source would prevent apt from reading any source.

    name: the repository, whose present files are ignored.
    """
    place = tempfile.gettempdir()
    temporary_folders.clear(place, _PREFIX)
    with temporary_folders.temporary_folder(place, _PREFIX) as folder:
        own = [f"{name}{suffix}" for suffix in layout.suffixes]
        with contextlib.suppress(FileNotFoundError):
            for entry in os.listdir(layout.folder):
                if entry not in own:
                    os.symlink(f"{layout.folder}/{entry}", f"{folder}/{entry}")
        with open(f"{folder}/{os.path.basename(new.path)}", "xb") as stream:
            stream.write(new.data or b"")
        finished = _apt_get(("indextargets",), {"Dir::Etc::SourceParts": folder}, target)
    if finished.rc != 0:
        raise ResourceError(
            "apt cannot read this repository together with the others of the host; nothing was"
            " changed",
            "see the log, and remove the other file with the same repository first",
            log=finished.output,
            rc=finished.rc,
        )


def update_index(layout: Layout, spec: RepositorySpec, key: bytes | None, target: Target) -> None:
    """Fetch the index. Raise ResourceError if that fails."""
    if spec.written is None:
        return
    temporary_files.clear(tempfile.gettempdir(), _PREFIX)
    with contextlib.ExitStack() as files:
        key_path = files.enter_context(_readable(key, layout.keys[2])) if key else ""
        text = layout.text(spec, spec.written, key_path)
        path = files.enter_context(_readable(text.encode(), layout.suffix(spec)))
        _update(path, target)


@contextlib.contextmanager
def _readable(data: bytes, suffix: str) -> Iterator[str]:
    """Yield the path of a file that exists until the end of the block. apt reads keys as another
    user.
    """
    folder = tempfile.gettempdir()
    with temporary_files.temporary(folder, _PREFIX, suffix) as file:
        file.stream.write(data)
        file.stream.flush()
        os.fchmod(file.stream.fileno(), NEW_MODE)
        yield file.path


def _update(path: str, target: Target) -> None:
    settings = {
        "Dir::Etc::SourceList": path,
        "Dir::Etc::SourceParts": "-",
        "APT::Get::List-Cleanup": "0",
        "APT::Update::Error-Mode": "any",
    }
    deadline = time.monotonic() + _TIMEOUT
    while True:
        finished = _apt_get(("-y", "update"), settings, target)
        if _LOCKED not in finished.output or time.monotonic() > deadline:
            break
        time.sleep(_PAUSE)
    if finished.timed_out:
        raise ResourceError(
            f"apt-get update did not finish within {TIME_LIMIT} s and was stopped; nothing was"
            " changed",
            "see the log",
            log=finished.output,
        )
    if finished.rc != 0 or _FAILED.search(finished.output):
        raise ResourceError(
            "apt cannot read this repository; nothing was changed",
            "see the log, and correct repo or key_url",
            log=finished.output,
            rc=finished.rc,
        )


def _apt_get(
    words: tuple[str, ...], settings: Mapping[str, str], target: Target
) -> process.Finished:
    options = [word for pair in settings.items() for word in ("-o", "=".join(pair))]
    return process.run(
        ("apt-get", "-q", *words, *options),
        timeout=TIME_LIMIT,
        secrets=target.secrets,
        environment={"LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
    )
