# SPDX-License-Identifier: GPL-3.0-or-later
"""What each engine says to settings that not all engines have; the cases are in engines.yml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.engine.versions import (
    api_version,
    podman_version,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import capabilities
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import Observed
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import SETTINGS
from tests.unit.module_utils.types.container.specs import parse
from tests.yaml_files import read_yaml

TABLE: list[dict[str, Any]] = read_yaml(Path(__file__).with_name("engines.yml"))
#: The version of the API that Podman has, which says nothing about its settings.
OF_PODMAN = "1.41"


def said(given: dict[str, Any], engine: str) -> str:
    """Return the error or the notes about a container. engine: its name, its version, and what
    stores its images, if Docker does not.
    """
    name, version, *store = engine.split()
    is_podman = name == "Podman"
    spec = parse(given)
    podman = podman_version(f"Libpod/{version}") if is_podman else None
    try:
        capabilities.refuse(spec, api_version(OF_PODMAN if is_podman else version), podman)
        if not is_podman:
            capabilities.refuse_on_docker(spec, lambda: store == ["containerd"])
    except ResourceError as error:
        return error.message
    return "\n".join(capabilities.remarks(spec, Observed(None, podman=is_podman)))


@pytest.mark.parametrize(
    ("given", "engine", "expected"),
    [(case["given"], *pair) for case in TABLE for pair in case["engines"].items()],
    ids=str,
)
def test_engine(given: dict[str, Any], engine: str, expected: str | None) -> None:
    assert said(given, engine) == (expected or "")


def test_each_setting_that_an_engine_lacks_is_in_the_table() -> None:
    tried = {name for case in TABLE for name in parse(case["given"]).settings.chosen()}
    fields = (
        *("needs", "refuse_on_docker", "refuse_on_podman", "on_podman"),
        "ignored_with_containerd",
    )
    lacking = {name for name in SETTINGS if any(getattr(SETTINGS[name], one) for one in fields)}
    assert lacking <= tried
