# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine is asked for when it pulls an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import engine as module
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name


class Connection:
    """Keeps what is asked for. lines: what it answers."""

    host, is_podman, api_version = "unix:///x", False, "1.44"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self._lines = lines
        self.asked: list[tuple[str, Mapping[str, Any], list[str]]] = []

    def stream(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str], timeout: float
    ) -> list[dict[str, Any]]:
        self.asked.append((path, params, list(headers)))
        return self._lines


#: image, platform -> what is asked for
PULLS = [
    ("redis", "", {"fromImage": "docker.io/library/redis", "tag": "latest"}),
    (
        "redis:8",
        "linux/arm64",
        {"fromImage": "docker.io/library/redis", "tag": "8", "platform": "linux/arm64"},
    ),
    ("host:5000/a/b:1", "", {"fromImage": "host:5000/a/b", "tag": "1"}),
]


@pytest.mark.parametrize(("name", "platform", "params"), PULLS)
@pytest.mark.parametrize("credentials", [None, {"username": "me", "password": "x"}])
def test_what_is_asked_for(
    name: str,
    platform: str,
    params: dict[str, str],
    credentials: dict[str, str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = Connection([{"status": "Pulling"}, {"status": "done"}])
    monkeypatch.setattr(module, "Connection", lambda host: connection)
    Engine().pull(image_name.parse(name), credentials, platform)
    headers = ["X-Registry-Auth"] if credentials else []
    assert connection.asked == [("/images/create", params, headers)]


def test_an_error_in_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Connection([{"status": "Pulling"}, {"error": "manifest unknown"}])
    monkeypatch.setattr(module, "Connection", lambda host: connection)
    with pytest.raises(ResourceError, match="manifest unknown"):
        Engine().pull(image_name.parse("redis:9"), None, "")
