# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file before its first change, from the copies that ``backup`` made."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import Iterator

from ...common.dataclass import replace
from .descriptor import REVERTED
from .failures import explained
from .mode import Mode
from .spec import FileSpec


def before_first_change(spec: FileSpec) -> FileSpec:
    """Return the spec with the content and attributes of the oldest copy, or that of no file
    without a copy.

    A spec with another state stays as it is. Raise ResourceError.
    """
    if spec.state != REVERTED:
        return spec
    bare = replace(
        spec,
        content=None,
        data=None,
        is_secret=spec.holds_secrets,
        source=None,
        stream_edit=(),
        secontext=None,
        backup="",
        validate=None,
    )
    try:
        copy = min(_copies(spec), default=None)
    except OSError as error:
        raise explained(spec.path, error) from error
    if copy is None:
        return replace(bare, state="absent")
    _age, path, status = copy
    return replace(
        bare,
        state="present",
        source=path,
        mode=Mode(stat.S_IMODE(status.st_mode)),
        owner=str(status.st_uid),
        group=str(status.st_gid),
    )


def _copies(spec: FileSpec) -> Iterator[tuple[int, str, os.stat_result]]:
    """Yield when each copy was made, its path, and its attributes."""
    folder = os.path.dirname(spec.path)
    before, epoch, after = (os.path.basename(spec.path) + spec.backup).partition("{epoch}")
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for name in os.listdir(folder) if spec.backup else ():
            number = name[len(before) : len(name) - len(after)]
            is_copy = name == before + number + after and (
                number.isdecimal() if epoch else not number
            )
            status = os.lstat(os.path.join(folder, name)) if is_copy else None
            if status is not None and stat.S_ISREG(status.st_mode):
                yield int(number or 0), os.path.join(folder, name), status
