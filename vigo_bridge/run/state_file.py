# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON file in the controller's state folder, replaced in one step; a damaged one is renamed."""

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
from vigo_bridge.run.state import private

Content = TypeVar("Content")


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
            pass_over(self._path, error, self._warn)
        except OSError as error:
            self._warn(f"skipping {self._path}: {explained(error)}")
        return None

    def write(self, data: Any) -> None:
        """Replace the content by data that JSON can hold. Raise OSError."""
        private(self._path.parent)
        write_json(self._path, data)


def write_json(path: Path, data: Any) -> None:
    """Replace a file by data that JSON can hold, in one step. Raise OSError."""
    clear(str(path.parent), prefix_beside(str(path)))
    with at(str(path)):
        write_atomically(str(path), json.dumps(data).encode())


def pass_over(path: Path, damage: InvalidData, warn: Callable[[str], None]) -> None:
    """Rename a damaged file. A file that cannot be read is not renamed; a missing one is ignored.

    warn: called with a message about it.
    """
    cause = damage.__cause__
    if isinstance(cause, FileNotFoundError):
        return
    if isinstance(cause, OSError) and not isinstance(cause, NotRegular):
        warn(f"skipping {path}: {damage}")
        return
    try:
        kept = set_aside(str(path))
    except OSError as error:
        warn(f"skipping {path}: {damage}; it cannot be renamed: {explained(error)}")
    else:
        warn(f"{path} is damaged: {damage}; it was renamed to {kept}")
