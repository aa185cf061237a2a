# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the files of environment variables on the target."""

from __future__ import annotations

import errno
from typing import Callable, Mapping

from ...common.errors import ResourceError
from ...host.overlay import PredictedFiles
from ...host.regular_files import read_regular
from ...language.dollar_variables import InvalidVariable, resolved
from ...language.env_format import Assignment, InvalidLine, assignments, decoded
from .values.env_file import EnvFile

_LARGEST = 1 << 20


def read(
    files: tuple[EnvFile, ...], predicted: PredictedFiles, note: Callable[[str], None]
) -> dict[str, str]:
    """Return the variables of all files; later files win. Raise ResourceError, never with a value.

    Variables in values are those of earlier files, then of lines above: the environment of the
    target is not read. predicted: files that check mode predicts, an overlay.
    """
    values: dict[str, str] = {}
    for file in files:
        own: dict[str, str] = {}
        line = 0
        try:
            for found in assignments(decoded(_content(file.path, predicted)), file.is_raw):
                line = found.line
                if found.value is None:
                    note(
                        f"env_file: {file.path}:{line}: {found.name} has no value and is skipped;"
                        " write NAME=VALUE"
                    )
                else:
                    own[found.name] = _value(found, values, own, file.path, note)
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, FileNotFoundError) and not file.is_required:
                continue
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ResourceError(
                f"env_file: {file.path} cannot be read: {reason}; correct the path, or create the"
                " file first"
            ) from None
        except InvalidLine as error:
            raise ResourceError(
                f"env_file: {file.path}:{error.line}: {error}; {error.advice}"
            ) from None
        except InvalidVariable as error:
            raise ResourceError(
                f"env_file: {file.path}:{line}: {error}; write $$ for a dollar sign, or put the"
                " value in single quotes"
            ) from None
        values.update(own)
    return values


def _value(
    found: Assignment,
    earlier: Mapping[str, str],
    own: Mapping[str, str],
    path: str,
    note: Callable[[str], None],
) -> str:
    def look_up(name: str) -> str | None:
        value = earlier.get(name, own.get(name))
        if value is None:
            note(
                f"env_file: {path}:{found.line}: ${name} is not set in this file or an earlier one,"
                " so it is empty; write $$ for a dollar sign"
            )
        return value

    value = found.value or ""
    return resolved(value, look_up) if found.has_variables else value


def _content(path: str, predicted: PredictedFiles) -> bytes:
    file = predicted.get(path)
    if file is not None:
        with file.read() as stream:
            return stream.read()
    if predicted.kind(path) == "missing":
        raise FileNotFoundError(errno.ENOENT, "an earlier resource removes it")
    return read_regular(path, _LARGEST)
