# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that need no module, because nothing is to be done: certain ones, and those left to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.types.managed import dpkg, systemd
from tests.yaml_files import read_yaml

TABLE = read_yaml(Path(__file__).with_name("nothing_to_do.yml"))
LISTED = TABLE["listed"]


def apt_cases() -> Iterator[Any]:
    for row in TABLE["apt"]:
        for key, certain in (("certain", True), ("left", False)):
            for names in row.get(key, ()):
                args = {"name": names, "state": row["state"], **row.get("options", {})}
                yield pytest.param(args, certain, id=f"{row['state']} {' '.join(names)}")


@pytest.mark.parametrize(("args", "certain"), list(apt_cases()))
def test_packages(args: dict[str, Any], certain: bool) -> None:
    assert dpkg.has_nothing_to_install(args, LISTED) is certain


@pytest.mark.parametrize(
    "listed", ["", "garbage", LISTED.replace("Package: dpkg\n", "Package: other\n" * 2)]
)
def test_without_a_list_nothing_is_certain(listed: str) -> None:
    without_apt = listed.replace("Package: apt\n", "Package: no-apt\n")
    for state in ("present", "absent"):
        args = {"name": ["curl"], "state": state}
        assert not dpkg.has_nothing_to_install(args, without_apt)


def test_a_machine_of_two_architectures_is_left_to_the_module() -> None:
    mixed = LISTED.replace("Architecture: amd64", "Architecture: arm64", 1)
    assert not dpkg.has_nothing_to_install({"name": ["curl"], "state": "present"}, mixed)


@given(st.text(), st.sampled_from(["present", "absent", "latest", "fixed"]))
def test_any_list_and_any_name(text: str, state: str) -> None:
    for name, listed in ((text, LISTED), ("curl", text)):
        certain = dpkg.has_nothing_to_install({"name": [name], "state": state}, listed)
        assert not certain or (listed == LISTED and state in ("present", "absent"))


@pytest.mark.parametrize(("name", "expected"), TABLE["dpkg_selections"].items())
def test_selections(name: str, expected: list[Any]) -> None:
    selection, certain = expected
    args = {"name": name, "selection": selection}
    assert dpkg.has_nothing_to_select(args, LISTED) is certain


@pytest.mark.parametrize("row", TABLE["systemd"], ids=lambda row: f"{row['said']} {row['wanted']}")
def test_services(row: dict[str, Any]) -> None:
    said = row["said"]

    def systemctl(*arguments: str) -> tuple[int, str]:
        if said == 1:
            return 1, "Failed to connect to bus"
        load, active, enabled = said
        if arguments == ("show", "-p", "LoadState", "-p", "ActiveState", "web"):
            return 0, f"LoadState={load}\nActiveState={active}\n"
        assert arguments == ("is-enabled", "web")
        return int(enabled != "enabled"), f"{enabled}\n"

    args = {"name": "web", **row["wanted"]}
    assert systemd.has_nothing_to_do(args, systemctl) is row["certain"]
