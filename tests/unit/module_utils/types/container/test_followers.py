# SPDX-License-Identifier: GPL-3.0-or-later
"""A follower is recreated with all its settings, whatever its engine reports."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Image,
    existing_of,
    image_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import followers
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.setting import Making
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import (
    SETTINGS,
    Settings,
)
from tests.unit.module_utils.types.container.created import created
from tests.unit.module_utils.types.container.test_spellings import attributes, rows

LIKE = spec.parse({"container": "leader", "image": "x"})
#: What comes with the network that is shared, and what is kept by other means.
APART = {
    *("ports", "hostname", "dns", "dns_search", "dns_opt", "extra_hosts", "domainname"),
    *("networks", "network", "network_mode", "image", "platform", "labels", "env"),
}


class Images:
    """The images of an engine: each name is the same one. named: what the name is by now."""

    def __init__(
        self, payload: dict[str, Any], podman: bool, named: dict[str, Any] | None = None
    ) -> None:
        self._image = image_of(payload)
        self._named = image_of(named) if named else self._image
        self.is_podman = podman

    def image(self, name: str) -> Image | None:
        return self._image if name.startswith("sha256:") else self._named


def followed(
    given: dict[str, Any], podman: bool, config: dict[str, Any], **options: Any
) -> Settings:
    """Return the settings of the successor of a container with these attributes."""
    image = {"Id": "sha256:1", "Config": config}
    follower = existing_of(created(given, image, podman=podman, **options))
    assert follower is not None
    engine: Any = Images(image, podman)
    return followers.spec_of(follower, engine, LIKE).settings


@pytest.mark.parametrize(
    ("row", "podman"), [row for row in rows() if row.values[0]["setting"] not in APART]
)
def test_every_setting_is_kept(row: dict[str, Any], podman: bool) -> None:
    name = row["setting"]
    for value in (group[0] for group in row["groups"] if group[0] is not None):
        given = attributes(row, value)
        config = {"Cmd": ["run"], **row.get("image", {})}
        before = getattr(spec.parse({"container": "app", "image": "x", **given}).settings, name)
        settings = followed(given, podman, config)
        SETTINGS[name].created(settings, Making(config, {}, str))  # It can be sent.
        after = getattr(settings, name)
        forms = [SETTINGS[name].canonical(each) for each in (before, after)]
        if name == "volumes":  # With names for anonymous ones.
            assert {*forms[0]} <= {*forms[1]}
        elif name == "healthcheck":  # With what the image says of it.
            assert forms[0].items() <= forms[1].items(), value
        else:
            assert forms[0] == forms[1], value


ENV: dict[str, tuple[dict[str, Any], dict[str, str] | None, bool, dict[str, str]]] = {
    "of a file": (
        {"env_file": "/e"},
        {"TERM": "dumb", "http_proxy": "p"},
        True,
        {"TERM": "dumb", "http_proxy": "p"},
    ),
    "written": ({"env": {"HOME": "/h"}}, None, True, {"HOME": "/h"}),
    "on Docker": ({"env_file": "/e"}, {"TERM": "dumb"}, False, {"TERM": "dumb"}),
    "a host name": ({"env_file": "/e"}, {"HOSTNAME": "h"}, True, {"HOSTNAME": "h"}),
    "too long to be listed one by one": (
        {"env": {"A": "x" * 40000, "TERM": "dumb"}},
        {},
        True,
        {"A": "x" * 40000, "TERM": "dumb"},
    ),
}


@pytest.mark.parametrize("name", ENV)
def test_variables_are_kept(name: str) -> None:
    given, file_env, podman, expected = ENV[name]
    found = followed(given, podman, {}, file_env=file_env).env or {}
    assert {key: found.get(key) for key in expected} == expected
    assert "container" not in found


def test_variables_of_another_tools_container_are_kept() -> None:
    """Podman's own name for a container's host and the mark that it is one are not carried over."""
    given = {"env": {"TERM": "dumb", "HTTP_PROXY": "p", "HOSTNAME": "5", "A": "1"}}
    found = followed(given, True, {}, ours=False).env
    assert found is not None
    assert {**found, "TERM": ""} == {"TERM": "", "HTTP_PROXY": "p", "A": "1"}


@pytest.mark.parametrize(("now", "image"), [("sha256:1", "redis:7"), ("sha256:2", "sha256:1")])
def test_the_image_stays_where_its_name_moved(now: str, image: str) -> None:
    config: dict[str, Any] = {"Cmd": ["run"]}
    shown = created({"image": "redis:7"}, {"Id": "sha256:1", "Config": config})
    follower = existing_of(shown)
    assert follower is not None
    of_follower = {"Id": "sha256:1", "Config": config}
    engine: Any = Images(of_follower, podman=False, named={"Id": now, "Config": config})
    assert followers.spec_of(follower, engine, LIKE).settings.image == image


@pytest.mark.parametrize(("name", "key"), [("ipc", "IpcMode"), ("pid", "PidMode")])
def test_further_namespaces_of_the_same_container_are_shared_with_its_successor(
    name: str, key: str
) -> None:
    given = {"network_mode": "container:leader", name: "container:leader"}
    image = {"Id": "sha256:1", "Config": {"Cmd": ["run"]}}
    shown = created(given, image)
    shown["HostConfig"] |= {"NetworkMode": "container:former", key: "container:former"}
    follower = existing_of(shown)
    assert follower is not None
    engine: Any = Images(image, podman=False)
    copy = followers.spec_of(follower, engine, LIKE)
    host = followers.payload(engine, follower, copy, "successor", {})["HostConfig"]
    assert (host["NetworkMode"], host[key]) == ("container:successor", "container:successor")
