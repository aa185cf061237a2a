# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of environment variables on the target."""

from __future__ import annotations

import errno
import re

from ..errors import ResourceError
from ..foresight import PredictedFiles

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=(.*)")


def read(paths: tuple[str, ...], predicted: PredictedFiles) -> dict[str, str]:
    """The variables of all files, later files first. Raises ResourceError, never with a value.

    predicted: files that lie over the machine's own in check mode.
    """
    values: dict[str, str] = {}
    for path in paths:
        try:
            lines = _content(path, predicted).decode().splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ResourceError(
                f"env_file: {path} cannot be read: {reason}; correct the path, or put the"
                " file there first"
            ) from None
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            match = _LINE.fullmatch(line.strip())
            if match is None:
                raise ResourceError(
                    f"env_file: {path}:{number} is not NAME=VALUE; correct that line"
                )
            values[match.group(1)] = _unquoted(match.group(2).strip())
    return values


def _content(path: str, predicted: PredictedFiles) -> bytes:
    file = predicted.get(path)
    if file is None and predicted.kind(path) == "missing":
        raise OSError(errno.ENOENT, "it would have been removed by then")
    with open(path, "rb") if file is None else file.read() as stream:
        return stream.read()


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value
