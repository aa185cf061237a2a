# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a registry is asked, and what check mode knows of it."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    ResourceError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Refused
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import pull, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Image,
    Remote,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.image_name import (
    ImageName,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

LIMIT = "toomanyrequests: You have reached your pull rate limit"


class Engine:
    """answers: what the registry does at each pull; empty for an image. remote: see `Remote`."""

    host = "unix:///x"

    def __init__(
        self, *answers: str, is_podman: bool = False, remote: Remote | None = None, old: str = ""
    ) -> None:
        self._answers = list(answers)
        self._remote = remote or Remote()
        self.is_podman = is_podman
        self.pulls = self.looks = 0
        self._image = Image("sha256:1", digests=("old",), platform="linux/amd64") if old else None

    def image(self, _name: str) -> Image | None:
        return self._image

    def credentials(self, _registry: str) -> tuple[Mapping[str, Any] | None, str]:
        return None, ""

    def mirrors(self) -> tuple[str, ...]:
        return ("http://mirror:5000/",)

    def pull(self, _name: ImageName, _login: Mapping[str, Any] | None, _platform: str) -> None:
        self.pulls += 1
        answer = self._answers.pop(0)
        if answer:
            raise Refused(answer, 500)
        self._image = Image("sha256:2")

    def remote_image(self, _name: ImageName, _login: Mapping[str, Any] | None) -> Remote:
        self.looks += 1
        return self._remote


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that are waited for, without waiting for them."""
    found: list[float] = []
    monkeypatch.setattr(time, "sleep", found.append)
    monkeypatch.setattr(random, "uniform", lambda low, high: high)
    return found


def wanted(image: str = "shop:1", **attributes: Any) -> Any:
    return spec.parse({"container": "shop", "image": image, **attributes})


#: answers -> how often it is pulled; None: it fails
TRIES = [
    ([""], 1, True),
    ([LIMIT, ""], 2, True),
    ([LIMIT, LIMIT, LIMIT, ""], 4, True),
    ([LIMIT] * 4, 4, False),
    ([LIMIT, "manifest unknown"], 2, False),
    (["manifest unknown"], 1, False),
    (["connection refused"], 1, False),
    (["unauthorized"], 1, False),
]


@pytest.mark.parametrize(("answers", "pulls", "succeeds"), TRIES)
def test_tries(answers: list[str], pulls: int, succeeds: bool, waits: list[float]) -> None:
    engine: Any = Engine(*answers)
    target = Target()
    if succeeds:
        pull.ensure(engine, wanted(), target)
    else:
        with pytest.raises(ResourceError, match=answers[-1]):
            pull.ensure(engine, wanted(), target)
    assert engine.pulls == pulls
    assert waits == [7.5, 15.0, 22.5][: pulls - 1]


MESSAGE = (
    r"tried 4 times in \d+ s\) \(the engine tried its mirrors first: http://mirror:5000/\);"
    " docker.io limits how often"
)


def test_the_message_says_how_long_it_was_tried(waits: list[float]) -> None:
    with pytest.raises(ResourceError, match=MESSAGE):
        pull.ensure(Engine(*[LIMIT] * 4), wanted(), Target())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("image", "said", "is_named"),
    [
        ("shop:1", "connection refused", True),
        ("registry.example.com/shop:1", "connection refused", False),
        ("shop:1", "manifest unknown", False),
    ],
)
def test_mirrors_that_have_failed(image: str, said: str, is_named: bool) -> None:
    with pytest.raises(ResourceError) as raised:
        pull.ensure(Engine(said), wanted(image), Target())  # type: ignore[arg-type]
    assert ("mirrors first: http://mirror:5000/" in raised.value.message) is is_named


def test_a_limit_is_waited_for_once_in_a_run(waits: list[float]) -> None:
    engine: Any = Engine(*[LIMIT] * 6)
    target = Target()
    for image in ("shop:1", "shop:2", "other:1"):
        with pytest.raises(ResourceError):
            pull.ensure(engine, wanted(image), target)
    assert (engine.pulls, len(waits)) == (6, 3)


def test_podman_tries_again_itself(waits: list[float]) -> None:
    engine: Any = Engine(LIMIT, is_podman=True)
    with pytest.raises(ResourceError, match="limits how often"):
        pull.ensure(engine, wanted(), Target())
    assert (engine.pulls, waits) == (1, [])


#: what the registry has -> whether the tag has moved, and a note
REMOTES = [
    (Remote("old"), False, ""),
    (Remote("new"), True, ""),
    (Remote("old", is_list=True), False, ""),
    (
        Remote("new", is_list=True),
        None,
        "whether the one for linux/amd64 has changed is known only",
    ),
    (
        Remote(reason="connection refused"),
        None,
        "cannot check whether the registry has a newer one",
    ),
    (Remote(reason=LIMIT), None, "toomanyrequests"),
]


@pytest.mark.parametrize(("remote", "moved", "note"), REMOTES)
def test_what_check_mode_knows(remote: Remote, moved: bool | None, note: str) -> None:
    engine: Any = Engine(remote=remote, old="yes")
    target = Target(check_mode=True)
    found: Any = type("Existing", (), {"image_id": "sha256:1"})
    for _resource in range(3):
        assert pull.predict(engine, wanted(pull="always"), found, target)[1] is moved
    assert engine.looks == 1
    assert len(target.notes) == bool(note)
    assert note in "".join(target.notes)


@pytest.mark.parametrize("reason", ["manifest unknown", "unauthorized: authentication required"])
def test_a_pull_that_would_certainly_fail(reason: str) -> None:
    engine: Any = Engine(remote=Remote(reason=reason), old="yes")
    found: Any = type("Existing", (), {"image_id": "sha256:1"})
    with pytest.raises(ResourceError, match=f"image shop:1 cannot be pulled: {reason}"):
        pull.predict(engine, wanted(pull="always"), found, Target(check_mode=True))


@pytest.mark.parametrize("digest", ["sha256:1", "sha256:2"])
@pytest.mark.parametrize("platform", ["", "linux/amd64", "linux/arm64"])
def test_a_store_that_knows_lists_only(digest: str, platform: str) -> None:
    """The ID is that of the list, and the platform that of the engine."""
    engine: Any = Engine(remote=Remote(digest, is_list=True))
    engine._image = Image("sha256:1", digests=("sha256:1",), platform="linux/amd64")
    found: Any = type("Existing", (), {"image_id": "sha256:1"})
    spec = wanted(platform=platform, pull="always")
    image, moved = pull.predict(engine, spec, found, Target(check_mode=True))
    assert (image, moved) == (engine._image, digest == "sha256:2")


def test_a_platform_that_the_registry_does_not_have() -> None:
    remote = Remote("new", is_list=True, platforms=("linux/amd64", "linux/arm64/v8"))
    engine: Any = Engine(remote=remote, old="yes")
    found: Any = type("Existing", (), {"image_id": "sha256:1"})
    target = Target(check_mode=True)
    pull.predict(engine, wanted(platform="arm64"), found, target)
    with pytest.raises(ResourceError, match="the registry has it for linux/amd64, linux/arm64/v8"):
        pull.predict(engine, wanted(platform="s390x"), found, target)


def test_no_question_without_need() -> None:
    engine: Any = Engine(old="yes")
    found: Any = type("Existing", (), {"image_id": "sha256:1"})
    for existing, policy in ((None, "always"), (found, "missing"), (found, "never")):
        pull.predict(engine, wanted(pull=policy), existing, Target(check_mode=True))
    assert engine.looks == 0
