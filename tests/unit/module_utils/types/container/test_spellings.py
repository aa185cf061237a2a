# SPDX-License-Identifier: GPL-3.0-or-later
"""Spellings that engines treat alike are no difference, and all others are: ``spellings.yml``."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import decide
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Observed,
    existing_of,
    image_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.setting import Entries
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import (
    SETTINGS,
)
from tests.unit.module_utils.types.container.created import created
from tests.yaml_files import read_yaml

TABLE = read_yaml(Path(__file__).with_name("spellings.yml"))
OTHER = "d" * 64
#: Of a container that another tool made, what is not wanted may stay.
STAYS = {"env", "networks"} | {
    name
    for name, setting in SETTINGS.items()
    if isinstance(setting.compare, Entries) and "docker" in setting.compare.added_by
}


def rows(*engines: str) -> list[Any]:
    """Return each row on each of the engines where it is true."""
    return [
        pytest.param(row, engine == "podman", id=f"{number}-{row['setting']}-{engine}")
        for number, row in enumerate(TABLE, 1)
        for engine in engines or ("docker", "podman")
        if row.get("engine", engine) == engine
    ]


def test_the_table_is_complete() -> None:
    known = {*SETTINGS, "network"} - {"env_file", "volumes_from"}
    assert {row["setting"] for row in TABLE} == known


@pytest.mark.parametrize(("row", "podman"), rows())
def test_one_value_in_all_its_spellings(row: dict[str, Any], podman: bool) -> None:
    for group in row["groups"]:
        spelled = [(value, wanted(row, value)) for value in group]
        for first, ours in itertools.product(group, (True, False)):
            there = observed(row, first, ours, podman)
            for second, asked in spelled:
                found = decide.decide(asked, there, Turn())
                assert found.action == "none", (first, second, ours, found)


@pytest.mark.parametrize(("row", "podman"), rows())
def test_another_value(row: dict[str, Any], podman: bool) -> None:
    for first, second, there, asked in pairs(row, ours=True, podman=podman):
        found = decide.decide(asked, there, Turn())
        assert found.action in ("recreated", "updated"), (first, second, found)


@pytest.mark.parametrize(("row", "podman"), rows("docker"))
def test_another_value_of_what_another_tool_made(row: dict[str, Any], podman: bool) -> None:
    if row["setting"] in STAYS:
        return
    for first, second, there, asked in pairs(row, ours=False, podman=podman):
        if getattr(asked.settings, field(row)) is None:
            continue  # Nothing is asked for.
        found = decide.decide(asked, there, Turn())
        assert found.action in ("recreated", "updated"), (first, second, found)


def pairs(
    row: dict[str, Any], ours: bool, podman: bool
) -> Iterator[tuple[Any, Any, Observed, spec.ContainerSpec]]:
    """Yield two values of different groups, a container of the first, and what the second one
    demands.
    """
    groups = [
        [(value, observed(row, value, ours, podman), wanted(row, value)) for value in group]
        for group in row["groups"]
    ]
    for one, other in itertools.permutations(groups, 2):
        for (first, there, _), (second, _, asked) in itertools.product(one, other):
            yield first, second, there, asked


def field(row: dict[str, Any]) -> str:
    return "networks" if row["setting"] == "network" else str(row["setting"])


def wanted(row: dict[str, Any], value: Any) -> spec.ContainerSpec:
    return spec.parse({"container": "app", "image": "x", **attributes(row, value)})


def attributes(row: dict[str, Any], value: Any) -> dict[str, Any]:
    return {**row.get("with", {}), **({} if value is None else {row["setting"]: value})}


def observed(row: dict[str, Any], value: Any, ours: bool, podman: bool) -> Observed:
    """Return the observed state of a container that has the value."""
    config = {"Cmd": ["run"], **row.get("image", {})}
    image = {"Id": "sha256:1", "Os": "linux", "Architecture": "amd64", "Config": config}
    payload = created(attributes(row, value), image, ours=ours, podman=podman)
    for mode in ("IpcMode", "PidMode", "NetworkMode"):
        if payload["HostConfig"].get(mode) == "container:other":
            payload["HostConfig"][mode] = f"container:{OTHER}"
    return Observed(
        existing_of(payload),
        image_of(image),
        known_networks=frozenset({"n", "m"}),
        log_driver="k8s-file" if podman else "json-file",
        shared={"other": OTHER},
        podman=podman,
    )
