# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of the builds of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class BuildResult:
    """One build. image: its name with the tag. digest: empty if it was not pushed.

    value: of the variable afterwards. changed_in: the places in which the variable was changed.
    error: why it failed, with the end of the log.
    """

    name: str
    image: str
    variable: str
    status: Literal["built", "failed", "skipped"]
    digest: str = ""
    value: str = ""
    changed_in: Sequence[str] = ()
    error: str = ""
    log: str = ""
