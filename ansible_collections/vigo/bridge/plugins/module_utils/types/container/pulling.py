# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pulls the images of a stack's containers ahead of a run. No container is changed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Sequence

from ...host.background import Background
from ..base import Decision, Outcome, Pending, Turn
from ..on_engine.engines import OnEngine, engine_of
from ..target import Target
from . import pull
from .act import concealing
from .descriptor import TYPE
from .engine import Engine
from .observed import Image
from .spec import ContainerSpec
from .values import image_name

#: The number of parallel pulls.
_AT_A_TIME = 8
_PULL = "pull"


@dataclass
class _Pulls:
    """The pulls of a call, by engine, image and platform; equal ones are done once."""

    begun: dict[tuple[str, str, str], tuple[str, Background[Image]]] = field(default_factory=dict)
    free: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_AT_A_TIME)
    )


class Pull(OnEngine):
    """Pulls images, whether or not the engine has them."""

    type = TYPE
    reads = (
        "container",
        "image",
        "state",
        "pull",
        "platform",
        "docker_host",
        "registry_username",
        "registry_password",
    )

    def observe(self, spec: ContainerSpec, target: Target) -> Image | None:
        """Return the image that the engine has under the name."""
        with concealing(target):
            if not spec.is_wanted:
                return None
            engine = engine_of(spec.docker_host, target)
            return engine.image(str(image_name.parse(spec.image)))

    def decide(self, spec: ContainerSpec, observed: Image | None, turn: Turn) -> Decision:
        if not spec.is_wanted:
            return Decision("skipped", "state: absent")
        if spec.pull == "never":
            return Decision("skipped", "pull: never")
        if observed is None:
            return Decision("created", f"image {spec.image} was pulled", steps=(_PULL,))
        if turn.check_mode:
            return Decision("unknown", f"whether image {spec.image} is current is known only then")
        return Decision("updated", f"image {spec.image} has changed", steps=(_PULL,))

    def act(
        self, spec: ContainerSpec, observed: Image | None, decision: Decision, target: Target
    ) -> Outcome | Pending:
        engine = engine_of(spec.docker_host, target)
        pulls = target.service("images that are pulled", _Pulls)
        key = (engine.host, spec.image, spec.settings.platform or "")
        if key not in pulls.begun:
            work = Background(lambda: _pulled(engine, spec, target, pulls))
            pulls.begun[key] = (spec.resource, work)
        first, background = pulls.begun[key]

        def wait() -> Outcome:
            with concealing(target):
                image = background.result()
            if observed is not None and image.id == observed.id:
                current = Decision("none", f"image {spec.image} is current")
                return Outcome(decision=current)
            if first != spec.resource:
                return Outcome(decision=Decision("none", f"image {spec.image}: see {first}"))
            return Outcome()

        return Pending(wait, background.ended)

    def may_alter(self, spec: ContainerSpec) -> Sequence[str]:
        """Return no paths: no other resource is applied in this call."""
        return ()


def _pulled(engine: Engine, spec: ContainerSpec, target: Target, pulls: _Pulls) -> Image:
    with pulls.free:
        return pull.ensure(engine, replace(spec, pull="always"), target)
