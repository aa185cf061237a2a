# SPDX-License-Identifier: GPL-3.0-or-later
"""When an engine cannot be used without the docker SDK."""

from __future__ import annotations

import base64
import json
import threading
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine import connection
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import (
    authorization,
    needs_sdk,
)

CONFIG = "home/.docker/config.json"


@pytest.mark.parametrize(
    ("given", "environment", "file", "expected"),
    [
        ("", {}, None, False),
        ("unix:///run/podman/podman.sock", {}, None, False),
        ("unix:///run/docker.sock", {"DOCKER_HOST": "tcp://192.0.2.1:2376"}, None, False),
        ("", {"DOCKER_HOST": "unix:///run/user/1000/docker.sock"}, None, False),
        ("", {"DOCKER_HOST": "tcp://192.0.2.1:2376"}, None, True),
        ("tcp://192.0.2.1:2376", {}, None, True),
        ("ssh://deploy@web1.example.com", {}, None, True),
        ("{{ .Vars.engine }}", {}, None, True),
        ("", {}, CONFIG, True),
        ("", {}, "home/.dockercfg", True),
        ("", {"DOCKER_CONFIG": "elsewhere"}, "elsewhere/config.json", True),
        ("", {"DOCKER_CONFIG": "elsewhere"}, CONFIG, True),
        ("", {"DOCKER_CONFIG": "elsewhere"}, None, False),
        ("unix:///run/docker.sock", {}, CONFIG, True),
    ],
)
def test_needs_sdk(
    given: str,
    environment: dict[str, str],
    file: str | None,
    expected: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("DOCKER_HOST", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if file:
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("{}")
    assert needs_sdk(given) is expected


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
