# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps the metadata of Ansible's own collection as JSON.

Each program of Ansible parses 376 kB of YAML when it starts, which takes a tenth of a second; JSON
takes 3 ms. The name of a file is the hash of the YAML, so that each version of Ansible has its own
file. This module imports nothing of the collection, because Ansible decides which one it uses.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

#: The variable that names the folder for Ansible's programs.
VARIABLE = "VIGO_BRIDGE_ANSIBLE_METADATA"
#: The only collection whose metadata takes long.
_BUILTIN = "ansible.builtin"
#: How many versions of Ansible are kept, those used last.
_MOST = 4

#: Returns the metadata in a YAML text. Gets the text, and the collection's name with a file name.
Parse = Callable[[Any, Any], Any]


def metadata_folder() -> dict[str, str]:
    """Return the variable with the path of a folder that only this user can write to; empty if
    there cannot be one.
    """
    from ansible_collections.vigo.bridge.plugins.module_utils.host import private_files

    # Path.expanduser raises RuntimeError if the user has no home folder.
    with contextlib.suppress(OSError, RuntimeError):
        cache = Path(os.environ.get("XDG_CACHE_HOME", ""))
        if not cache.is_absolute():
            cache = Path("~/.cache").expanduser()
        folder = cache / "vigo-bridge" / "ansible-metadata"
        return {VARIABLE: private_files.make_folder(str(folder))}
    return {}


def remembering(parse: Parse, folder: Path) -> Parse:
    """Return a function that does the same as `parse`, but parses Ansible's own metadata once."""

    def parsed(text: Any, content_id: Any) -> Any:
        if not isinstance(text, bytes) or content_id[0] != _BUILTIN:
            return parse(text, content_id)
        path = folder / f"{hashlib.sha256(text).hexdigest()[:32]}.json"
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(path.read_bytes())
            if isinstance(found, dict):
                return found
        metadata = parse(text, content_id)
        with contextlib.suppress(OSError):
            _write(path, json.dumps(metadata))
            _remove_older(folder)
        return metadata

    return parsed


def _write(path: Path, text: str) -> None:
    """Write a file in one step: several programs may start at the same time."""
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(text)
    part.replace(path)


def _remove_older(folder: Path) -> None:
    files = sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for path in files[_MOST:]:
        path.unlink(missing_ok=True)
