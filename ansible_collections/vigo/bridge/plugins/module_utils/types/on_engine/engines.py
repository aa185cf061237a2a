# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines of a call, with one connection each for all resources."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ...common.errors import ResourceError
from ...state.ownership import NameConflict
from ..base import Behaviour, Call
from ..container.before_changes import before_changes
from ..container.engine import Engine
from ..container.owners import Owners, owners, refuse_name_conflicts
from ..target import Target


class OnEngine(Behaviour):
    """The common behaviour of all types whose objects are on a container engine."""

    labelled = True
    refused_by = ("docker_host",)

    def start(self, call: Call, target: Target) -> None:
        """Record the stack, which decides who owns the objects that are found."""
        target.service("owners", lambda: Owners(call.stack, call.record, call.resources))

    def refuse(self, resources: Sequence[Mapping[str, Any]], target: Target) -> None:
        """Raise NameConflict if an engine has containers of another stack of the same name."""
        for host in dict.fromkeys(str(given.get("docker_host") or "") for given in resources):
            try:
                engine_of(host, target)
            except NameConflict:
                raise
            except ResourceError:
                continue  # An engine that does not answer is reported at the resource's turn.


def engine_of(docker_host: str, target: Target) -> Engine:
    """Return the engine at an address. Raise ResourceError."""
    return target.service(f"engine {docker_host}", lambda: _connected(docker_host, target))


def _connected(docker_host: str, target: Target) -> Engine:
    engine = Engine(docker_host, target.secrets.conceal)
    containers = before_changes(engine, target).containers
    refuse_name_conflicts(engine, owners(target), containers)
    return engine
