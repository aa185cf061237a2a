# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON file in which a watcher keeps something over restarts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ansible_collections.vigo.bridge.plugins.module_utils.host.damaged_files import set_aside
from ansible_collections.vigo.bridge.plugins.module_utils.host.private_files import (
    NotRegular,
    checked_folder,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at, explained
from ansible_collections.vigo.bridge.plugins.module_utils.host.temporary_files import (
    clear,
    prefix_beside,
    write_atomically,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import (
    LARGEST_OF_OURS,
    InvalidData,
    read_json,
)
from vigo_bridge.run.state import controller_folder, private

Content = TypeVar("Content")


def watch_folder() -> Path:
    """Return the folder in which watchers keep their files."""
    return controller_folder() / "watch"


class StateFile:
    """A file that only this user can have written. It is replaced in one step."""

    def __init__(self, path: Path, warn: Callable[[str], None]) -> None:
        """Use a file. warn: called with messages about a damaged one, which is renamed."""
        self._path = path
        self._warn = warn

    def read(self, parse: Callable[[Any], Content]) -> Content | None:
        """Return the content; None if there is none, or if it cannot be used.

        parse: returns it from data that JSON can hold; raises InvalidData.
        """
        try:
            checked_folder(str(self._path.parent))
            if not os.path.lexists(self._path):
                return None
            return parse(read_json(self._path, LARGEST_OF_OURS))
        except FileNotFoundError:
            return None
        except InvalidData as error:
            self._pass_over(error)
        except OSError as error:
            self._warn(f"skipping {self._path}: {explained(error)}")
        return None

    def write(self, data: Any) -> None:
        """Replace the content by data that JSON can hold. Raise OSError."""
        private(self._path.parent)
        path = str(self._path)
        clear(str(self._path.parent), prefix_beside(path))
        with at(path):
            write_atomically(path, json.dumps(data, ensure_ascii=False).encode())

    def _pass_over(self, damage: InvalidData) -> None:
        cause = damage.__cause__
        if isinstance(cause, OSError) and not isinstance(cause, NotRegular):
            self._warn(f"skipping {self._path}: {damage}")
            return
        try:
            kept = set_aside(str(self._path))
        except OSError as error:
            self._warn(f"skipping {self._path}: {damage}; it cannot be renamed: {explained(error)}")
        else:
            self._warn(f"{self._path} is damaged: {damage}; it was renamed to {kept}")
