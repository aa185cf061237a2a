# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers as a resource type."""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, Mapping

from ..errors import ResourceError
from ..resource import Decision, Outcome, ResourceType, Turn
from ..target import Target
from . import spec as container_spec
from .act import Work, act
from .attributes import ATTRIBUTES
from .decide import decide, wanted_networks
from .engine import Engine
from .observe import observe
from .observed import Observed
from .prune import named
from .spec import ContainerSpec


class Container(ResourceType):
    """A container of Docker, or of Podman by its Docker API."""

    name = "container"
    attributes = ATTRIBUTES
    key_attribute = "container"
    labelled = True

    def parse(self, attributes: Mapping[str, Any]) -> ContainerSpec:
        return container_spec.parse(attributes)

    def observe(self, spec: ContainerSpec, target: Target) -> Observed:
        """What is there; outside check mode the image is pulled by its policy first."""
        with _concealing(target):
            engine = _engine(spec, target)
            named(target).add(spec, engine, wanted_networks(spec) if spec.is_wanted else [])
            return observe(engine, spec, target)

    def decide(self, spec: ContainerSpec, observed: Observed, turn: Turn) -> Decision:
        return decide(spec, observed, turn)

    def act(
        self, spec: ContainerSpec, observed: Observed, decision: Decision, target: Target
    ) -> Outcome:
        with _concealing(target):
            return act(Work(_engine(spec, target), spec, observed, target), decision)


def _engine(spec: ContainerSpec, target: Target) -> Engine:
    """One connection for all containers of a call."""
    return target.service(f"engine {spec.docker_host}", lambda: Engine(spec.docker_host))


@contextlib.contextmanager
def _concealing(target: Target) -> Iterator[None]:
    """Errors and logs of engines may echo a secret: they never leave with one."""
    try:
        yield
    except ResourceError as error:
        error.message = target.secrets.conceal(error.message)
        error.log = target.secrets.conceal(error.log)
        raise
