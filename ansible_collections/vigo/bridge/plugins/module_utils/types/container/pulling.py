# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pulls the images of a stack's containers, and those that they mount, ahead of a run.

No container is changed.
"""

from __future__ import annotations

import threading
from typing import Collection, Mapping, Optional, Sequence

from ...common.dataclass import dataclass, field, replace
from ...common.errors import Problems
from ...host.background import Background
from ..base import Decision, Outcome, Pending, Turn
from ..on_engine.engines import OnEngine, engine_of
from ..target import Target
from . import pull
from .descriptor import TYPE
from .engine import Engine
from .observed import Image
from .spec import ContainerSpec
from .values import image_name

#: The number of parallel pulls.
_AT_A_TIME = 8
_PULL = "pull"
#: What is said of one image, and of several.
_PULLED = ("was pulled", "were pulled")
_CHANGED = ("has changed", "have changed")
_CURRENT = ("is current", "are current")


@dataclass(frozen=True)
class _Begun:
    """A pull. resource: the one that has begun it."""

    resource: str
    image: Background[Image]


@dataclass
class _Pulls:
    """The pulls of a call, by engine, image and platform; equal ones are done once."""

    begun: dict[tuple[str, str, str], _Begun] = field(default_factory=dict)
    free: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(_AT_A_TIME)
    )

    def begin(self, engine: Engine, spec: ContainerSpec, target: Target) -> _Begun:
        """Return the pull of a container's image, which begins unless it has already."""
        name = str(image_name.parse(spec.image))
        key = (engine.host, name, spec.settings.platform or "")
        if key not in self.begun:
            work = Background(lambda: self._pulled(engine, spec, target))
            self.begun[key] = _Begun(spec.resource, work)
        return self.begun[key]

    def _pulled(self, engine: Engine, spec: ContainerSpec, target: Target) -> Image:
        with self.free:
            return pull.ensure(engine, replace(spec, pull="always"), target)


#: The images of a container and its mounts by name, as they are on the engine; None: missing.
_Images = Mapping[str, Optional[Image]]


class Pull(OnEngine):
    """Pulls images, whether or not the engine has them."""

    type = TYPE
    reads = (
        "container",
        "image",
        "state",
        "pull",
        "platform",
        "volumes",
        "mounts",
        "docker_host",
        "registry_username",
        "registry_password",
    )

    def observe(self, spec: ContainerSpec, target: Target) -> _Images:
        """Return the images that the engine has under the names."""
        with target.concealing():
            if not spec.is_wanted:
                return {}
            engine = engine_of(spec.docker_host, target)
            return {name: engine.image(str(image_name.parse(name))) for name in _pulls_of(spec)}

    def decide(self, spec: ContainerSpec, observed: _Images, turn: Turn) -> Decision:
        if not spec.is_wanted:
            return Decision("skipped", "state: absent")
        if spec.pull == "never":
            return Decision("skipped", "pull: never")
        missing = [name for name, image in observed.items() if image is None]
        if missing:
            return Decision("created", _said(missing, _PULLED), steps=(_PULL,))
        if turn.check_mode:
            reason = f"whether {_said(observed, _CURRENT)} is known only then"
            return Decision("unknown", reason)
        return Decision("updated", _said(observed, _CHANGED), steps=(_PULL,))

    def act(
        self, spec: ContainerSpec, observed: _Images, decision: Decision, target: Target
    ) -> Outcome | Pending:
        engine = engine_of(spec.docker_host, target)
        pulls = target.service("images that are pulled", _Pulls)
        begun = {name: pulls.begin(engine, each, target) for name, each in _pulls_of(spec).items()}

        def wait() -> Outcome:
            problems, pulled = Problems(), {}
            with target.concealing():
                for name, each in begun.items():
                    with problems.collected():
                        pulled[name] = each.image.result()
                problems.refuse()
            others = {
                name: each.resource
                for name, each in begun.items()
                if each.resource != spec.resource
            }
            return Outcome(decision=_done(observed, pulled, others))

        return Pending(wait, lambda: max(each.image.ended() for each in begun.values()))

    def may_alter(self, spec: ContainerSpec) -> Sequence[str]:
        """Return no paths: no other resource is applied in this call."""
        return ()


def _pulls_of(spec: ContainerSpec) -> Mapping[str, ContainerSpec]:
    """Return a spec for the pull of each image that a container needs, by the image's name."""
    found = {spec.image: spec}
    for each in pull.of_mounted(spec):
        found.setdefault(each.image, each)
    return found


def _done(before: _Images, pulled: Mapping[str, Image], others: Mapping[str, str]) -> Decision:
    """Return what was done for a resource. Pure.

    others: by image, the resource for which it was pulled, if that is another one.
    """
    moved = []
    for name, image in pulled.items():
        old = before[name]
        if old is None or old.id != image.id:
            moved.append(name)
    ours = [name for name in moved if name not in others]
    missing = [name for name in ours if before[name] is None]
    changed = [name for name in ours if name not in missing]
    said = [_said(missing, _PULLED)] if missing else []
    said += [_said(changed, _CHANGED)] if changed else []
    if said:
        return Decision("created" if missing else "updated", "; ".join(said))
    if moved:
        return Decision("none", "; ".join(f"image {name}: see {others[name]}" for name in moved))
    return Decision("none", _said(pulled, _CURRENT))


def _said(names: Collection[str], verb: tuple[str, str]) -> str:
    """Return a sentence about one image, or about several."""
    several = len(names) > 1
    return f"image{'s' if several else ''} {', '.join(names)} {verb[several]}"
