# SPDX-License-Identifier: GPL-3.0-or-later
"""For any image and any spec: after it was applied, nothing is left to do."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import APIError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.container_scene import REDIS, Scene
from tests.integration.engines import USUAL
from tests.testbed.images import StandIn, stand_ins
from tests.testbed.upload import load

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

#: The image has no command, or the spec takes it away; Debian's Podman has no init program.
REFUSED = re.compile(
    r"(?i)no command|no default command|nothing to run|container-init binary not found"
)

SMALLEST = next(image for image in stand_ins() if image.name == "traefik/whoami:broken")

words = st.sampled_from(["sh", "-c", "two words", "", "a=b", "$HOME", "quo'te", "ümlaut"])
paths = st.sampled_from(["/a", "/a/b", "/data", "/tmp", "/srv/ümlaut"])
names = st.sampled_from(["A", "PATH", "LONG_NAME", "b.c"])
users = st.sampled_from(["0", "1000", "1000:1000", "65534:0"])
signals = st.sampled_from(["SIGINT", "SIGTERM", "15", "QUIT"])
checks = st.sampled_from([["CMD", "true"], ["CMD-SHELL", "true && true"], ["NONE"]])

#: What an image can set, as its configuration has it.
images = st.fixed_dictionaries(
    {},
    optional={
        "User": users,
        "WorkingDir": paths,
        "Env": st.lists(st.builds("{}={}".format, names, words), max_size=3, unique=True),
        "Volumes": st.dictionaries(paths, st.just({}), max_size=2),
        "Entrypoint": st.sampled_from([["sh", "-c"], ["sh"]]),
        "Cmd": st.sampled_from([["sleep", "9"], ["true"], []]),
        "Healthcheck": st.builds(
            dict, Test=checks, Interval=st.sampled_from([0, 3 * 10**9]), Retries=st.integers(0, 3)
        ),
        "Labels": st.dictionaries(names, words, max_size=2),
        "ExposedPorts": st.dictionaries(
            st.sampled_from(["80/tcp", "53/udp", "7000/tcp"]), st.just({}), max_size=2
        ),
        "StopSignal": signals,
    },
)
specs = st.fixed_dictionaries(
    {},
    optional={
        "command": st.lists(words, max_size=3),
        "entrypoint": st.lists(words, max_size=2),
        "env": st.dictionaries(names, words, max_size=3),
        "labels": st.dictionaries(names, words, max_size=2),
        "user": users,
        "workdir": paths,
        "stop_signal": signals,
        "stop_timeout": st.integers(0, 90),
        "healthcheck": st.fixed_dictionaries(
            {}, optional={"test": checks, "interval": st.just("5s"), "retries": st.integers(1, 3)}
        ),
        "volumes": st.lists(paths, max_size=2, unique=True),
        "tmpfs": st.just("/scratch:size=64k"),
        "ports": st.lists(st.sampled_from(["80", "127.0.0.1::81", "53/udp"]), max_size=2),
        "restart": st.sampled_from(["no", "always", "on-failure:2"]),
        "memory": st.sampled_from(["64m", "128m"]),
        "cpus": st.sampled_from(["0.5", 1]),
        "pids_limit": st.sampled_from([-1, 50]),
        "cap_drop": st.sampled_from(["ALL", ["mknod"], []]),
        "init": st.booleans(),
        "read_only": st.booleans(),
        "hostname": st.just("cache"),
        "shm_size": st.just("32m"),
        "dns": st.lists(st.sampled_from(["192.0.2.1", "192.0.2.2"]), max_size=2),
    },
)


@pytest.fixture(scope="module")
def workshop(engine: Engine) -> Iterator[Workshop]:
    workshop = Workshop(engine)
    yield workshop
    workshop.close()


class Workshop(Scene):
    """Makes images, and one container of each in turn."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        with suppress(APIError):  # Podman cannot pull it, and has it.
            self.client.images.pull(REDIS)
        self.tags: list[str] = []

    def image(self, config: dict[str, Any]) -> str:
        tag = f"{self.name}:{uuid.uuid4().hex[:8]}"
        load(StandIn(tag, SMALLEST.layers, config), self.client)
        self.tags.append(tag)
        return tag

    def nothing_is_left(self, **attributes: Any) -> None:
        done = self.apply(state="stopped", pull="never", **attributes)
        if done.failed and REFUSED.search(done.reason):
            return
        assert not done.failed, done
        again = self.apply(state="stopped", pull="never", **attributes)
        assert again.action == "none", (done, again)

    def clear(self) -> None:
        self.apply(state="absent", remove_volumes=True)
        for tag in self.tags:
            self.client.images.remove(tag, force=True)
        self.tags.clear()


def what_was_applied_needs_nothing_more(
    workshop: Workshop, config: dict[str, Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    try:
        image = workshop.image(config)
        workshop.nothing_is_left(image=image, **first)
        workshop.nothing_is_left(image=image, **second)
        workshop.nothing_is_left(image=REDIS, **second)
    finally:
        workshop.clear()


#: How many examples the long test tries on the usual engine, and on each other one.
EXAMPLES = 300
EXAMPLES_ELSEWHERE = 40

_SETTINGS = settings(
    deadline=None, max_examples=3, suppress_health_check=list(HealthCheck), database=None
)


@pytest.mark.sample
@settings(_SETTINGS, derandomize=True)
@given(images, specs, specs)
def test_some(
    workshop: Workshop, config: dict[str, Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    what_was_applied_needs_nothing_more(workshop, config, first, second)


@pytest.mark.sweep
def test_many(each_engine: Engine, engine_name: str) -> None:
    workshop = Workshop(each_engine)
    number = EXAMPLES if engine_name == USUAL else EXAMPLES_ELSEWHERE

    @settings(_SETTINGS, max_examples=number)
    @given(images, specs, specs)
    def holds(config: dict[str, Any], first: dict[str, Any], second: dict[str, Any]) -> None:
        what_was_applied_needs_nothing_more(workshop, config, first, second)

    try:
        holds()
    finally:
        workshop.close()
