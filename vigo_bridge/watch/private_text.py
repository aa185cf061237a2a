# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads small files with secrets that nobody else may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.private_files import open_file
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.failures import Refusal

_LONGEST = 64 * 1024


def read_private_text(path: Path, option: str) -> str:
    """Return the content of a file. Raise Refusal, which names the option.

    The file must be regular, and only this user and root may read or write it.
    """
    try:
        real = path.expanduser().resolve(strict=True)
        with os.fdopen(open_file(str(real)), "rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = stream.read(_LONGEST + 1)
    except (OSError, RuntimeError, ValueError) as error:
        shown = explained(error) if isinstance(error, OSError) else str(error)
        raise Refusal(f"{option}: cannot read the file: {shown}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise Refusal(
            f"{option}: other users can read {path} (mode {stat.S_IMODE(mode):04o}); run"
            f" `chmod 600 {path}`"
        )
    if len(content) > _LONGEST:
        raise Refusal(f"{option}: {path} is larger than {_LONGEST // 1024} KiB")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise Refusal(f"{option}: {path} is not UTF-8 text") from error
