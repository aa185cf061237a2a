# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about the machine that conditions and templates use."""

from __future__ import annotations

import copy
import os
import stat
from datetime import datetime
from functools import reduce
from operator import getitem
from typing import Any, Iterable

from ..common.errors import ResourceError
from ..secrets.references import Secrets
from . import traits
from .machine import is_container, process_names
from .overlay import Overlay

_NO_SECRETS = Secrets()


class Facts:
    """The facts about the machine, read when needed; traits are collected once.

    trait_names: the content of ``traits``: dotted names, or prefixes such as ``os`` for all
    below. command_timeout: seconds that a command of a condition may take. secrets: masked in
    what it prints. Raises ResourceError for an unknown trait name.
    """

    def __init__(
        self,
        trait_names: Iterable[str] = (),
        command_timeout: float = 30,
        secrets: Secrets = _NO_SECRETS,
    ) -> None:
        self._trait_names = tuple(trait_names)
        self._secrets = secrets
        self._command_timeout = command_timeout
        self._traits: dict[str, Any] | None = None
        self._single: dict[str, Any] = {}
        self._overlay = Overlay()
        traits.expand(self._trait_names)

    def with_overlay(self, overlay: Overlay) -> Facts:
        """Return the facts after the changes that check mode predicts."""
        other = copy.copy(self)
        other._overlay = overlay
        return other

    @property
    def traits(self) -> dict[str, Any]:
        """The named traits, nested: ``{"os": {"family": "debian"}}``."""
        if self._traits is None:
            self._traits = traits.collect(self._trait_names)
        return self._traits

    def trait(self, name: str) -> Any:
        """Return one trait, or for a prefix the dict of all below it. Raise ResourceError."""
        if name not in self._single:
            self._single[name] = reduce(getitem, name.split("."), traits.collect([name]))
        return self._single[name]

    def file_exists(self, path: str) -> bool | None:
        """Return whether the path exists and is not a directory; links are followed.

        None if it is known only after a predicted change.
        """
        if not self._overlay.is_clear(path):
            return None
        predicted = self._overlay.kind(path)
        if predicted is not None:
            return predicted == "file"
        mode = _mode(path)
        return mode is not None and not stat.S_ISDIR(mode)

    def dir_exists(self, path: str) -> bool | None:
        """Return the same as ``file_exists``, for a directory."""
        if not self._overlay.is_clear(path):
            return None
        predicted = self._overlay.kind(path)
        if predicted is not None:
            return predicted == "directory"
        mode = _mode(path)
        return mode is not None and stat.S_ISDIR(mode)

    def process_running(self, name: str) -> bool | None:
        """Return whether a process has that name, or was started from a program of that name.

        None as in ``file_exists``.
        """
        return None if self._overlay.active else name in process_names()

    def command_succeeds(self, command: str) -> bool | None:
        """Return whether a shell command exits with 0. Raise ResourceError when it does not end.

        None as in ``file_exists``.
        """
        if self._overlay.uncertain:
            return None
        from . import process  # Slow to load, and most calls start no program.

        finished = process.run(command, timeout=self._command_timeout, secrets=self._secrets)
        if finished.timed_out:
            raise ResourceError(
                f"command_succeeds: {command!r} did not finish within {self._command_timeout:g} s;"
                " use a faster command",
                log=finished.output,
            )
        return finished.rc == 0

    def now(self) -> datetime:
        """Return the machine's local time."""
        return datetime.now()

    def is_container(self) -> bool:
        return is_container()

    def memory_mb(self) -> int:
        return int(self.trait("hardware.memory_mb"))


def _mode(path: str) -> int | None:
    """Return the file's type and mode, or None when there is nothing at that path."""
    try:
        return os.stat(path).st_mode
    except PermissionError as error:
        raise ResourceError(
            f"no permission to check whether {path} exists; run with become"
        ) from error
    except (OSError, ValueError):
        return None
