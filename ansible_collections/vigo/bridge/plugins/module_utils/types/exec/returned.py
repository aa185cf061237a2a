# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task that runs a command returns, as ``ansible.builtin.command`` does."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Mapping

if TYPE_CHECKING:
    from ...host.process import Finished


class Clock:
    """When a command started and ended, as Ansible writes it."""

    def __init__(self) -> None:
        self._started = datetime.now()

    def ended(self) -> dict[str, str]:
        now = datetime.now()
        return {"start": str(self._started), "end": str(now), "delta": str(now - self._started)}


def without_run(command: Any, rc: int | None) -> Mapping[str, Any]:
    """Return the result if nothing ran. command: as the task has it."""
    times = {"start": None, "end": None, "delta": None}
    return {"cmd": command, "rc": rc, "output": "", **_streams("", ""), **times}


def of_run(finished: Finished, times: Mapping[str, str], hidden: bool) -> Mapping[str, Any]:
    """Return the result of a command that ran. hidden: whether to omit what it printed."""
    stdout, stderr, output = (
        "" if hidden else text for text in (finished.stdout, finished.stderr, finished.output)
    )
    return {"rc": finished.rc, "output": output, **_streams(stdout, stderr), **times}


def _streams(stdout: str, stderr: str) -> dict[str, Any]:
    """Return both streams without the line breaks at their ends, and in lines."""
    streams: dict[str, Any] = {}
    for name, text in (("stdout", stdout), ("stderr", stderr)):
        streams[name] = text.rstrip("\r\n")
        lines = streams[name].split("\n") if streams[name] else []
        streams[f"{name}_lines"] = [line.rstrip("\r") for line in lines]
    return streams
