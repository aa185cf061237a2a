# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies parameters of the kernel: the live value first, then the file for the next start."""

from __future__ import annotations

import contextlib
import errno
import io
import os
from typing import IO, Any, Iterator, Sequence

from ...common.dataclass import dataclass, replace
from ...common.errors import ResourceError
from ...host.overlay import PredictedFile
from ..base import Decision, Outcome, Turn
from ..file import content
from ..file.spec import NEW_MODE
from ..target import Target
from .behaviour import Found, TextEdit
from .sysctl import LIVE_FOLDER, Sysctl

_SET = "set"


@dataclass(frozen=True)
class Parameter:
    """live: the live value, None if it is not compared. file: None if the file is not managed."""

    live: str | None
    file: Found | None

    def differs(self, spec: Sysctl) -> bool:
        return self.live is not None and self.live != spec.value


class KernelParameter(TextEdit):
    """A parameter and its file."""

    def observe(self, spec: Any, target: Target) -> Parameter:
        live = None if spec.is_absent else _live(spec, target)
        return Parameter(live, super().observe(spec, target) if spec.persists else None)

    def decide(self, spec: Any, observed: Parameter, turn: Turn) -> Decision:
        file = Decision("none")
        if observed.file is not None:
            file = super().decide(spec, observed.file, turn)
        if not observed.differs(spec):
            return file
        reason = f"the current value is {observed.live}"
        if file.action != "none":
            reason += f"; the file is {file.action}"
        diff = {
            "before": f"{spec.key} = {observed.live}\n",
            "after": f"{spec.key} = {spec.value}\n",
        }
        return Decision("updated", reason, diff, (_SET, *file.steps))

    def confirm(self, spec: Any, observed: Parameter, decision: Decision, target: Target) -> None:
        if observed.differs(spec) and not os.access(spec.live_path, os.W_OK, effective_ids=True):
            raise ResourceError(
                f"{spec.key} cannot be set: {spec.live_path} is read-only here",
                "run with become; in a container, set it on the host",
            )

    def act(self, spec: Any, observed: Parameter, decision: Decision, target: Target) -> Outcome:
        if _SET in decision.steps:
            _set(spec, target)
        steps = tuple(step for step in decision.steps if step != _SET)
        if observed.file is None or not steps:
            return Outcome()
        return super().act(spec, observed.file, replace(decision, steps=steps), target)

    def may_alter(self, spec: Any) -> Sequence[str]:
        return (spec.path,) if spec.is_absent else (spec.path, LIVE_FOLDER)

    def predict(self, spec: Any, observed: Parameter, target: Target) -> None:
        if observed.file is not None:
            super().predict(spec, observed.file, target)
        if observed.differs(spec):
            data = f"{spec.value}\n".encode()
            file = PredictedFile(lambda: _opened(data), NEW_MODE, 0, 0)
            target.overlay.files.put(spec.live_path, file, target.overlay.moment)


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[IO[bytes]]:
    yield io.BytesIO(data)


def _live(spec: Sysctl, target: Target) -> str:
    """Return the live value, with single blanks. Raise ResourceError."""
    if target.overlay.files.get(spec.live_path) is None and not os.path.isfile(spec.live_path):
        raise ResourceError(
            f"{spec.key}: this kernel has no such parameter",
            "correct key, or load the module that has it first",
        )
    with content.opened(spec.live_path, target) as stream:
        return " ".join(stream.read().decode("utf-8", "replace").split())


def _set(spec: Sysctl, target: Target) -> None:
    try:
        with open(spec.live_path, "w", encoding="utf-8") as stream:
            stream.write(f"{spec.value}\n")
    except OSError as error:
        advice = "correct value" if error.errno == errno.EINVAL else "run with become"
        raise ResourceError(
            f"{spec.key}: the kernel refuses {spec.value!r}: {error.strerror}", advice
        ) from error
    found = _live(spec, target)
    if found != spec.value:
        raise ResourceError(
            f"{spec.key}: the kernel changed the value {spec.value!r} to {found!r}",
            "write the value as the kernel shows it",
        )
