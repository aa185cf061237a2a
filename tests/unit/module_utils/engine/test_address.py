# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an engine is, and when it needs the docker SDK."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine.address import needs_sdk

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
