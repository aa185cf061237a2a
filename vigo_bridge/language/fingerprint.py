# SPDX-License-Identifier: GPL-3.0-or-later
"""Detects whether a stack has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import read_below
from vigo_bridge.language.folder import MAX_TEMPLATE, files_below


def fingerprint(folder: Path, settings: Mapping[str, Any]) -> str:
    """Return a digest of all files of a stack, and of its other input.

    settings: anything that JSON can hold; other values count by their printed form.
    """
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for path in files_below(folder):
        digest.update(f"\n{path}\n".encode(errors="surrogateescape"))
        digest.update(hashlib.sha256(_content(folder, path)).digest())
    return digest.hexdigest()


def _content(folder: Path, path: PurePosixPath) -> bytes:
    """Return the file's content, or a mark for a file that no stack can use."""
    try:
        return read_below(str(folder), str(path), MAX_TEMPLATE)
    except OSError as error:
        return repr(error.errno).encode()
