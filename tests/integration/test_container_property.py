# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever an image sets and whatever a spec asks for: what was applied needs nothing more."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.container_scene import REDIS, Scene

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

words = st.sampled_from(["sh", "-c", "two words", "", "a=b", "$HOME", "quo'te", "ümlaut"])
paths = st.sampled_from(["/a", "/a/b", "/data", "/tmp", "/srv/ümlaut"])
names = st.sampled_from(["A", "PATH", "LONG_NAME", "b.c"])
users = st.sampled_from(["0", "1000", "1000:1000", "65534:0"])
signals = st.sampled_from(["SIGINT", "SIGTERM", "15", "QUIT"])
checks = st.sampled_from([["CMD", "true"], ["CMD-SHELL", "true && true"], ["NONE"]])

#: As Dockerfile lines, by what they set. A commit takes no shell forms.
LINES: dict[str, Any] = {
    "USER": users,
    "WORKDIR": paths,
    "ENV": st.builds("{}={}".format, names, st.sampled_from(["1", '"x y"', "a=b"])),
    "VOLUME": st.builds('["{}"]'.format, paths),
    "ENTRYPOINT": st.sampled_from(['["sh", "-c"]', '["sh"]']),
    "CMD": st.sampled_from(['["sleep", "9"]', "[]"]),
    "HEALTHCHECK": st.sampled_from(['--interval=3s CMD ["true"]', "NONE"]),
    "LABEL": st.builds('{}="{}"'.format, names, st.sampled_from(["", "1", "x y"])),
    "EXPOSE": st.sampled_from(["80", "53/udp", "7000-7002"]),
    "STOPSIGNAL": signals,
}
images = st.fixed_dictionaries({}, optional=LINES).map(
    lambda lines: [f"{name} {value}" for name, value in lines.items()]
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
        self.seed = self.client.api.create_container(REDIS, name=f"{self.name}-seed")["Id"]
        self.tags: list[str] = []

    def image(self, lines: list[str]) -> str:
        tag = f"{self.name}:{uuid.uuid4().hex[:8]}"
        self.client.api.commit(self.seed, *tag.split(":"), changes=lines)
        self.tags.append(tag)
        return tag

    def nothing_is_left(self, **attributes: Any) -> None:
        done = self.bring(state="stopped", pull="never", **attributes)
        if "No command specified" in done.reason:
            return  # An image without a command, and a spec that takes the entrypoint away.
        assert not done.failed, done
        again = self.bring(state="stopped", pull="never", **attributes)
        assert again.action == "none", (done, again)

    def clear(self) -> None:
        self.bring(state="absent", remove_volumes=True)
        for tag in self.tags:
            self.client.images.remove(tag, force=True)
        self.tags.clear()


def what_was_applied_needs_nothing_more(
    workshop: Workshop, lines: list[str], first: dict[str, Any], second: dict[str, Any]
) -> None:
    try:
        image = workshop.image(lines)
        workshop.nothing_is_left(image=image, **first)
        workshop.nothing_is_left(image=image, **second)
        workshop.nothing_is_left(image=REDIS, **second)
    finally:
        workshop.clear()


_SETTINGS = settings(
    deadline=None, max_examples=100, suppress_health_check=list(HealthCheck), database=None
)


@settings(_SETTINGS, max_examples=5, derandomize=True)
@given(images, specs, specs)
def test_some(
    workshop: Workshop, lines: list[str], first: dict[str, Any], second: dict[str, Any]
) -> None:
    what_was_applied_needs_nothing_more(workshop, lines, first, second)


@pytest.mark.sweep
@settings(_SETTINGS, max_examples=300)
@given(images, specs, specs)
def test_many(
    workshop: Workshop, lines: list[str], first: dict[str, Any], second: dict[str, Any]
) -> None:
    what_was_applied_needs_nothing_more(workshop, lines, first, second)


@pytest.fixture(scope="module")
def workshop_26(docker_26: Engine) -> Iterator[Workshop]:
    workshop = Workshop(docker_26)
    yield workshop
    workshop.close()


@pytest.mark.sweep
@_SETTINGS
@given(images, specs, specs)
def test_on_docker_26(
    workshop_26: Workshop, lines: list[str], first: dict[str, Any], second: dict[str, Any]
) -> None:
    what_was_applied_needs_nothing_more(workshop_26, lines, first, second)


@pytest.fixture(scope="module")
def workshop_podman(podman: Engine) -> Iterator[Workshop]:
    workshop = Workshop(podman)
    yield workshop
    workshop.close()


@pytest.mark.sweep
@_SETTINGS
@given(images, specs, specs)
def test_on_podman(
    workshop_podman: Workshop, lines: list[str], first: dict[str, Any], second: dict[str, Any]
) -> None:
    what_was_applied_needs_nothing_more(workshop_podman, lines, first, second)
