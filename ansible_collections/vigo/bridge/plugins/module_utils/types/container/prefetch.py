# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pulls the images of all containers in parallel, before the first change.

A pull that fails here is repeated when its resource is applied, and only that resource fails.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import Iterable

from ...common.errors import ResourceError
from ...host.background import Background
from ..target import Target
from . import pull
from .engine import Engine
from .observed import Image
from .run_memory import FailedPull, run_memory
from .spec import ContainerSpec

#: The number of parallel pulls.
_AT_A_TIME = 8


def prefetch(wanted: Iterable[tuple[Engine, ContainerSpec]], target: Target) -> None:
    """Pull each image once, by its policy. Never raises ResourceError."""
    once = {_key(engine, spec): (engine, spec) for engine, spec in wanted}
    free = threading.BoundedSemaphore(_AT_A_TIME)

    def fetch(engine: Engine, spec: ContainerSpec) -> None:
        with free:
            try:
                pull.ensure(engine, spec, target)
            except ResourceError as error:
                failure = FailedPull(error, len(target.changed))
                run_memory(engine, target).failed_pulls[_key(engine, spec)] = failure

    pulls = [Background(partial(fetch, engine, spec)) for engine, spec in once.values()]
    for each in pulls:
        each.result()


def image(engine: Engine, spec: ContainerSpec, target: Target) -> Image:
    """Return the image at the resource's turn, pulled if its policy says so.

    A pull that has failed before is not tried again, unless a change since then may have fixed the
    cause.
    """
    failure = run_memory(engine, target).failed_pulls.get(_key(engine, spec))
    if failure is not None and failure.changes == len(target.changed):
        raise failure.error
    return pull.ensure(engine, spec, target)


def _key(engine: Engine, spec: ContainerSpec) -> tuple[str, ...]:
    """Return a key that is equal for equal pulls."""
    platform = spec.settings.platform or ""
    login = (spec.registry_username, spec.registry_password)
    return (engine.host, spec.image, platform, spec.pull, *login)
