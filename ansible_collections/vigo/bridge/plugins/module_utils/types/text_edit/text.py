# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts the bytes of a file to text and back, so that an edit changes nothing else."""

from __future__ import annotations

from ...common.dataclass import dataclass
from ...common.errors import ResourceError

_MARK = "\ufeff"


@dataclass(frozen=True)
class Form:
    """Properties of a file that its text does not show. mark: a byte order mark. crlf: whether all
    lines end with CR and LF.
    """

    mark: str = ""
    crlf: bool = False


def text_of(data: bytes, path: str) -> tuple[str, Form]:
    """Return the text of a file, and its form. Raise ResourceError if it is not text.

    Bytes that are not UTF-8 stay as they are.
    """
    if b"\0" in data:
        raise ResourceError(
            f"{path} is not a text file: it contains a NUL character", "correct target_path"
        )
    text = data.decode("utf-8", "surrogateescape")
    mark = _MARK if text.startswith(_MARK) else ""
    text = text[len(mark) :]
    ends = text.count("\n")
    crlf = bool(ends) and text.count("\r\n") == ends
    return (text.replace("\r\n", "\n") if crlf else text), Form(mark, crlf)


def data_of(text: str, form: Form) -> bytes:
    """Return the bytes of a text. Raise ResourceError if it contains a lone surrogate."""
    if form.crlf:
        text = text.replace("\n", "\r\n")
    return (form.mark + text).encode("utf-8", "surrogateescape")
