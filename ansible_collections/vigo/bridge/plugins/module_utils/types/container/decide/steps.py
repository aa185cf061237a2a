# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations that a decision consists of. ``act`` carries them out in order."""

from __future__ import annotations

from typing import Any, Mapping

from ....common.dataclass import dataclass, field
from ..values.networks import Attachment


@dataclass(frozen=True)
class CreateNetwork:
    name: str


@dataclass(frozen=True)
class Create:
    """start: whether to start it, too."""

    start: bool


@dataclass(frozen=True)
class Replace:
    """Replace the existing container with a new one, as one transaction."""

    start: bool


@dataclass(frozen=True)
class StartBeside:
    """Start a new container next to the existing one, and replace that one when the new one is
    healthy.
    """


@dataclass(frozen=True)
class Update:
    """Update the restart policy and limits; the body of the API call."""

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
    """Start a container, and wait until it is settled or, if that is expected, has exited."""


@dataclass(frozen=True)
class Restart:
    """Restart a container, and wait as after a start. timeout: as for `Stop`."""

    timeout: int | None = None


@dataclass(frozen=True)
class Await:
    """Wait for a running container as after a start."""


@dataclass(frozen=True)
class Stop:
    """timeout: after how many seconds it is killed; None: as the container has it."""

    timeout: int | None = None


@dataclass(frozen=True)
class Kill:
    """Kill a container, in place of stopping it."""


@dataclass(frozen=True)
class Remove:
    """volumes: its anonymous volumes, too."""

    volumes: bool
