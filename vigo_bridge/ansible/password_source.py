# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a password comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PasswordSource:
    """The source of a password: a prompt, a file, or neither.

    configured: whether it is from Ansible's configuration, not from the command line.
    """

    typed: bool = False
    file: str | None = None
    configured: bool = False

    @property
    def is_given(self) -> bool:
        """Whether there is one."""
        return bool(self.typed or self.file)

    def or_else(self, other: PasswordSource) -> PasswordSource:
        return self if self.is_given else other
