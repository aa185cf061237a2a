# SPDX-License-Identifier: GPL-3.0-or-later
"""Which containers a run describes is known whether or not their resources had a turn."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge import run as envoy
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import (
    behaviour as resource_type,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.described_names import (
    DescribedNames,
    described_names,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

HOST = "tcp://192.0.2.1:2375"

#: attributes beside the container's name, web -> whether it is described
RESOURCES: dict[str, tuple[dict[str, Any], bool]] = {
    "plain": ({}, True),
    "a template": ({"container": "{{ .Vars.name }}"}, True),
    "blanks": ({"container": " web "}, True),
    "a trigger only": ({"when": "changed"}, True),
    "a condition that holds": ({"when": "dir_exists('/')"}, True),
    "one that does not": ({"when": "!dir_exists('/')"}, False),
    "a command that succeeds": ({"when": "command_succeeds('true')"}, True),
    "a command that fails": ({"when": "command_succeeds('false')"}, False),
    "another name": ({"container": "other"}, False),
    "a template that fails": ({"container": "{{ .Vars.no.such }}"}, False),
    "another engine": ({"docker_host": "tcp://192.0.2.2:2375"}, False),
}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("only", [[], ["other"]])
@pytest.mark.parametrize(("attributes", "described"), RESOURCES.values(), ids=RESOURCES)
def test_described(
    attributes: dict[str, Any],
    described: bool,
    only: list[str],
    check: bool,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also of resources that the run leaves out, and if no engine answers."""
    monkeypatch.setattr(resource_type, "engine_of", _no_engine)
    resource = {
        "id": "c/web",
        "type": "container",
        "container": "web",
        "image": "redis",
        "docker_host": HOST,
        **attributes,
    }
    target = Target(check)
    envoy.converge(
        {
            "resources": [resource],
            "vars": {"name": "web"},
            "state_dir": str(tmp_path / "state"),
            "only": only,
        },
        target,
    )
    assert described_names(target).resource(HOST, "web") == ("c/web" if described else "")


def test_the_first_of_two_resources_counts() -> None:
    found = DescribedNames("container")
    for resource in ("c/a", "c/b"):
        found.add(resource, lambda: {"container": "web", "docker_host": HOST})
    assert found.resource(HOST, "web") == "c/a"
    assert found.resource(HOST, "db") == ""


def _no_engine(*_: object) -> None:
    raise ResourceError("no engine here")
