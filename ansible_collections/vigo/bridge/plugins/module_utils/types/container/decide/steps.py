# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations that a decision consists of. ``act`` carries them out in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

from ..values.networks import Attachment


@dataclass(frozen=True)
class CreateNetwork:
    name: str


@dataclass(frozen=True)
class Create:
    """start: whether it is started, too."""

    start: bool


@dataclass(frozen=True)
class Replace:
    """Put a new container in the place of the present one, as one transaction."""

    start: bool


@dataclass(frozen=True)
class StartBeside:
    """Start a new container beside the present one, and put it in its place once it is healthy."""


@dataclass(frozen=True)
class Update:
    """Restart policy and limits, in the API's words."""

    payload: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Connect:
    attachment: Attachment


@dataclass(frozen=True)
class Disconnect:
    network: str


@dataclass(frozen=True)
class Unpause:
    pass


@dataclass(frozen=True)
class Start:
    """And wait until it is settled, or has ended where that is expected."""


@dataclass(frozen=True)
class Restart:
    """And wait as for a start."""


@dataclass(frozen=True)
class Await:
    """Wait for a container that runs as for one that was started."""


@dataclass(frozen=True)
class Stop:
    pass


@dataclass(frozen=True)
class Remove:
    """volumes: its anonymous volumes, too."""

    volumes: bool
