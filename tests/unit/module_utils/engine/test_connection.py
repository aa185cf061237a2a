# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of the API that is used."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import Blocked
from ansible_collections.vigo.bridge.plugins.module_utils.engine import connection
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import authorization
from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import Answer
from ansible_collections.vigo.bridge.plugins.module_utils.engine.versions import as_text
from tests.unit.in_memory_engine.answers import as_json

#: The oldest and newest version of an engine, and the version that is used.
VERSIONS = [
    ("1.12", "1.41", "1.41"),
    ("1.24", "1.44", "1.44"),
    ("1.24", "1.51", "1.51"),
    ("1.44", "1.52", "1.51"),
    ("1.51", "1.60", "1.51"),
    ("", "", "1.41"),  # A proxy may remove the header.
    ("", "1.60", "1.51"),
]
#: The same, and a part of the error.
NO_VERSION = [
    ("1.12", "1.40", "too old: it has API version 1.40, and vigo.bridge needs 1.41; upgrade it"),
    ("1.12", "1.9", "too old"),
    ("1.52", "1.60", "too new: it has API versions from 1.52 to 1.60, and this version of"),
    ("2.0", "2.1", "none after 1.51; upgrade vigo.bridge"),
]


class Versions:
    """An engine that has these versions. asked: the paths of the requests to it."""

    def __init__(self, oldest: str, newest: str) -> None:
        self.oldest, self.newest = oldest, newest
        self.asked: list[str] = []

    def request(self, _method: str, path: str, *_: object) -> Answer:
        self.asked.append(path)
        headers = {"Api-Version": self.newest} if path == "/_ping" else {}
        return as_json(200, {"MinAPIVersion": self.oldest}, headers)


@pytest.mark.parametrize(("oldest", "newest", "expected"), VERSIONS)
def test_the_newest_common_version_of_the_api(
    oldest: str, newest: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Versions(oldest, newest)
    monkeypatch.setattr(connection, "transport_to", lambda _host: engine)
    opened = connection.Connection("unix:///run/docker.sock")
    opened.call("GET", "/info")
    assert as_text(opened.api_version) == expected
    assert engine.asked[-1] == f"/v{expected}/info"


@pytest.mark.parametrize(("oldest", "newest", "message"), NO_VERSION)
def test_no_common_version_of_the_api(
    oldest: str, newest: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "transport_to", lambda _host: Versions(oldest, newest))
    with pytest.raises(Blocked) as caught:
        connection.Connection("unix:///run/docker.sock")
    assert caught.value.message.startswith("the engine at unix:///run/docker.sock is too ")
    assert message in caught.value.message


def test_credentials_travel_as_the_sdk_sends_them() -> None:
    docker = pytest.importorskip("docker.auth")
    credentials = {"username": "jürgen", "password": "?>~", "serveraddress": "r.example.com"}
    header = authorization(credentials)["X-Registry-Auth"]
    assert header.encode() == docker.encode_header(credentials)
    assert json.loads(base64.urlsafe_b64decode(header)) == credentials


def test_a_credential_helper_that_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker = pytest.importorskip("docker")
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr(docker.auth, "load_config", threading.Event().wait)
    monkeypatch.setattr(connection, "_HELPER_TIMEOUT", 0.1)
    credentials, remark = object.__new__(connection.Connection).credentials("registry.example.com")
    assert credentials is None
    assert "registry.example.com cannot be used (TimeoutError); pulling without" in remark
