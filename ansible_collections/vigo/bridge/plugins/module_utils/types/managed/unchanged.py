# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognizes steps that have nothing to do, so that their module need not be started.

Everything uncertain is left to the module, which alone reports errors and makes changes.
"""

from __future__ import annotations

from typing import Callable, Mapping

from ...common.errors import ResourceError
from ...host import process
from ..target import Target
from . import dpkg, systemd
from .modules import HOLD, PACKAGES, SERVICES
from .plan import Step

#: How long systemctl may take, in seconds.
_TIME_LIMIT = 10.0


def has_nothing_to_do(step: Step, target: Target) -> bool:
    """Return whether the module of a step would change nothing; False if that is not known."""
    check = _CHECKS.get(step.module)
    try:
        return check is not None and check(step, target)
    except (OSError, ResourceError):
        return False


def _apt(step: Step, target: Target) -> bool:
    return dpkg.has_nothing_to_install(step.args, dpkg.status())


def _selections(step: Step, target: Target) -> bool:
    return dpkg.has_nothing_to_select(step.args, dpkg.status())


def _systemd(step: Step, target: Target) -> bool:
    def systemctl(*arguments: str) -> tuple[int, str]:
        finished = process.run(
            ("systemctl", *arguments),
            timeout=_TIME_LIMIT,
            secrets=target.secrets,
            environment={"LC_ALL": "C"},
        )
        return finished.rc, finished.output

    return systemd.has_nothing_to_do(step.args, systemctl)


_CHECKS: Mapping[str, Callable[[Step, Target], bool]] = {
    PACKAGES["apt"]: _apt,
    HOLD: _selections,
    SERVICES["systemd"]: _systemd,
}
