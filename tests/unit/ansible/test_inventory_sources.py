# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories as ``-i`` takes them, and those of them that ansible.cfg can list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.config.manager import ConfigManager
from hypothesis import example, given
from hypothesis import strategies as st

from vigo_bridge.ansible.inventory_sources import configurable, is_host_list, listed_ports

#: the path of an inventory -> why it cannot be listed; None if it can
PATHS: dict[str, str | None] = {
    "/srv/hosts.ini": None,
    "/srv/my hosts": None,
    "/srv/[a]#b;c=d:e%f's\\": None,
    "/srv/eu,us.ini": "a comma",
    "/srv/hosts ;old": "a semicolon after a blank",
    "/srv/$HOME": "a dollar sign",
    "/srv/{{CWD}}": "{{",
    "/srv/a\nb": "a line break",
    "/srv/a ": "a blank at its end",
}


@pytest.mark.parametrize(("path", "problem"), PATHS.items())
def test_paths(path: str, problem: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _path: True)
    if problem is None:
        assert configurable([path]) == (path,)
    else:
        with pytest.raises(ValueError, match=r"contains .*; rename it") as refused:
            configurable([path])
        assert problem in str(refused.value)


@given(name=st.text("ab ,;#$%{}'\"\\[]()=:~\n\r\t-", min_size=1))
@example(name="a ;b")
def test_ansible_reads_what_is_listed(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    path = f"/srv/{name}"
    configuration = tmp_path_factory.getbasetemp() / "ansible.cfg"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "exists", lambda _path: True)
        try:
            listed = configurable([path])
        except ValueError:
            return
    configuration.write_text(f"[defaults]\ninventory = {listed[0]},other\n", newline="")
    found = ConfigManager(str(configuration)).get_config_value("DEFAULT_HOST_LIST")
    assert found == [path, str(configuration.with_name("other"))]


def test_lists_of_hosts_are_not_listed(tmp_path: Path) -> None:
    file = tmp_path / "hosts.ini"
    assert configurable(["web1,", str(file), "web2,web3"]) == (str(file),)


def test_a_path_with_a_comma_is_a_path(tmp_path: Path) -> None:
    file = tmp_path / "eu,us.ini"
    assert is_host_list(str(file))
    file.touch()
    assert not is_host_list(str(file))


#: sources, the inventory's variables -> the ports that lists set
PORTS: dict[str, tuple[list[str], dict[str, dict[str, Any]], dict[str, dict[str, Any]]]] = {
    "no port": (["a,"], {"a": {}}, {}),
    "a port": (["b, a:22 ,"], {"a": {"ansible_port": 22}}, {"a": {"ansible_port": 22}}),
    "of IPv6": (["[::1]:22,"], {"::1": {"ansible_port": 22}}, {"::1": {"ansible_port": 22}}),
    "from a file": (["a,", "hosts"], {"a": {"ansible_port": 22}}, {}),
}


@pytest.mark.parametrize(("sources", "variables", "expected"), PORTS.values(), ids=PORTS)
def test_ports(
    sources: list[str], variables: dict[str, dict[str, Any]], expected: dict[str, Any]
) -> None:
    assert listed_ports(sources, variables) == expected
