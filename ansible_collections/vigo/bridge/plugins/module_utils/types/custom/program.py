# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether content is a program that Linux can start. Pure."""

from __future__ import annotations

from ...common.errors import ResourceError

_ELF = b"\x7fELF"


def check(content: bytes) -> None:
    """Raise ResourceError for content that is not a program."""
    if content.startswith(_ELF):
        return
    line = content.partition(b"\n")[0]
    if not line.startswith(b"#!") or not line[2:].strip():
        raise ResourceError("is not a program", "begin a script with a line such as #!/bin/sh")
    if line.endswith(b"\r"):
        raise ResourceError(
            "has a first line that ends with a carriage return", "save it with Unix line breaks"
        )
    if not line[2:].lstrip().startswith(b"/"):
        raise ResourceError(
            "has a first line without an absolute path", "write a line such as #!/bin/sh"
        )


def interpreter(content: bytes) -> str:
    """Return the program that runs a script; empty for one that is not a script."""
    line = content.partition(b"\n")[0]
    return line[2:].split()[0].decode("utf-8", "replace") if line.startswith(b"#!") else ""
