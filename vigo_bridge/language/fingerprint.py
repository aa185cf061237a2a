# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a stack is still the one that it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vigo_bridge.language.folder import files_below


def fingerprint(folder: Path, settings: Mapping[str, Any]) -> str:
    """A digest of all files of a stack, and of whatever else decides what hosts get.

    settings: anything that JSON can hold; other values count by their printed form.
    """
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    for path in files_below(folder):
        file = folder / path
        if file.is_file():
            digest.update(f"\n{path}\n".encode(errors="surrogateescape"))
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
