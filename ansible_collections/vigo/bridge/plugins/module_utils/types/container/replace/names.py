# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The containers with the names that a replacement needs: ``NAME.vigo-new``, ``.vigo-old``,
``.vigo-failed``.

Only containers with labels of this collection are changed.
"""

from __future__ import annotations

import contextlib
from typing import Sequence

from ....common.errors import ResourceError
from ....engine.connection import Refused
from .. import label
from ..ending import end
from ..engine import Engine
from ..observed import Existing
from ..spec import FAILED, NEW, OLD

_OFF = {"RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}}


def refuse_foreign(engine: Engine, name: str, suffixes: Sequence[str] = (NEW, OLD, FAILED)) -> None:
    """Raise ResourceError if a needed name belongs to a container that this collection did not
    create.
    """
    for suffix in suffixes:
        found = engine.container(name + suffix)
        if found is not None and not (suffix == FAILED and is_made_by_us(found)):
            raise _in_the_way(name, suffix)


def keep_failed(engine: Engine, name: str, container: Existing) -> None:
    """Stop a container that did not start properly, and keep it as ``NAME.vigo-failed``."""
    # In this order: Docker refuses to update a container that ends at that moment.
    if container.status == "paused":
        engine.unpause(container.id)
    engine.stop(container.id, container.grace)
    disarm(engine, container.id)
    drop_failed(engine, name)
    engine.rename(container.id, name + FAILED)


def put_aside(engine: Engine, name: str, container: Existing) -> None:
    """Do the same for a container that may already have this name."""
    if container.name == name + FAILED:
        turn_off(engine, container.id)
    else:
        keep_failed(engine, name, container)


def turn_off(engine: Engine, container_id: str) -> None:
    """Stop a container, and disable its restart policy."""
    container = engine.container(container_id)
    if container is not None:
        end(engine, container)
        disarm(engine, container.id)


def drop_failed(engine: Engine, name: str) -> None:
    """Remove the container that an earlier failure left, if it is ours."""
    failed = engine.container(name + FAILED)
    if failed is not None and is_made_by_us(failed):
        engine.remove(failed.id)


def disarm(engine: Engine, container_id: str) -> None:
    """Disable the restart policy, so that not even a restart of the engine starts it."""
    # Podman 4 cannot change the policy, but also does not start containers by itself.
    with contextlib.suppress(Refused):
        engine.update(container_id, _OFF)


def is_made_by_us(container: Existing) -> bool:
    """Return whether a container has the label of this collection."""
    return label.SPEC in container.labels


def proper(name: str) -> str:
    """Return a container's name without the suffix of a replacement."""
    for suffix in (NEW, OLD, FAILED):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def _in_the_way(name: str, suffix: str) -> ResourceError:
    advice = "remove or rename it"
    if suffix == OLD:
        advice = f"if it is the previous {name}, rename it back; otherwise {advice}"
    return ResourceError(
        f"a container named {name}{suffix} already exists, and its labels do not show that"
        f" vigo.bridge created or replaced it; {advice}"
    )
