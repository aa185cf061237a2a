# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin on a small stack: groups, their variables, what it refuses, its cache."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.template import trust_as_template

from ansible_collections.vigo.bridge.plugins.inventory import stacks
from vigo_bridge.resolve import resolve

CRATE = """
name: web
vars: {port: "80"}
resources:
  - name: run
    type: exec
    command: "serve {{ .Vars.port }} {{ .Vars.tag }}"
"""
ENVOYS = """
envoys:
  - match: "*.example.com"
    configcrates: [web]
    vars: {tag: v1}
"""
OPTIONS: dict[str, Any] = {
    "stack": "stack",
    "settings": {},
    "cache": False,
    "strict": True,
    "compose": {},
    "groups": {},
    "keyed_groups": [],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {"configcrates/web.vgo": CRATE, "envoys/envoys.vgo": ENVOYS}.items():
        path = tmp_path / "stack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def trusted(value: Any) -> Any:
    """Return the value as Ansible reads it from a file of the user's."""
    if isinstance(value, dict):
        return {name: trusted(each) for name, each in value.items()}
    if isinstance(value, list):
        return [trusted(each) for each in value]
    return trust_as_template(value) if isinstance(value, str) else value


class Plugin(stacks.InventoryModule):
    """The plugin with options that are given, as if its file had them. keys: those of the file."""

    def __init__(self, keys: tuple[str, ...] = (), **options: Any) -> None:
        super().__init__()
        self.display = Mock()
        self.keys = keys
        self.given = {**OPTIONS, **trusted(options)}
        self._cache: dict[str, Any] = {}

    option_definitions = dict.fromkeys(("plugin", *OPTIONS))

    def _read_config_data(self, path: str) -> dict[str, Any]:
        return dict.fromkeys(self.keys)

    def get_option(self, option: str, hostvars: Any = None) -> Any:
        return self.given[option]

    def get_option_and_origin(self, option: str, hostvars: Any = None) -> tuple[Any, str]:
        return self.given[option], "env: X" if option in self.keys else "file"

    def get_cache_key(self, path: str) -> str:
        return "key"


def parsed(folder: Path, plugin: Plugin, *hosts: str, cache: bool = True) -> InventoryData:
    inventory = InventoryData()
    for host in hosts or ("a.example.com", "b.example.org"):
        inventory.add_host(host)
    plugin.parse(inventory, DataLoader(), str(folder / "my.vigo.yml"), cache)
    return inventory


def group_of(inventory: InventoryData, host: str) -> Mapping[str, Any]:
    """Return the variables that all groups of a host give it."""
    variables: dict[str, Any] = {}
    for group in inventory.hosts[host].get_groups():
        variables.update(group.get_vars())
    return variables


def test_groups_and_their_variables(folder: Path) -> None:
    inventory = parsed(folder, Plugin())
    variables = group_of(inventory, "a.example.com")
    assert variables["vigo_vars"]["tag"] == "v1"
    assert variables["vigo_resources"][0]["command"].startswith("serve {{ .Vars.port }}")
    assert "vigo_resources" not in group_of(inventory, "b.example.org")
    groups = {group.name for group in inventory.hosts["a.example.com"].get_groups()}
    assert "vigo_crate_web" in groups


def test_constructed_groups_and_variables(folder: Path) -> None:
    plugin = Plugin(
        compose={"address": "inventory_hostname ~ ':' ~ vigo_vars.tag"},
        groups={"tagged": "vigo_vars.tag == 'v1'", "composed": "address is defined"},
        keyed_groups=[{"prefix": "tag", "key": "vigo_vars.tag"}],
    )
    inventory = parsed(folder, plugin)
    assert inventory.hosts["a.example.com"].get_vars()["address"] == "a.example.com:v1"
    groups = {group.name for group in inventory.hosts["a.example.com"].get_groups()}
    assert {"tagged", "composed", "tag_v1"} <= groups
    assert "address" not in inventory.hosts["b.example.org"].get_vars()


@pytest.mark.parametrize(
    "options",
    [
        {"compose": {"x": "nowhere"}},
        {"groups": {"x": "nowhere.at.all"}},
        {"keyed_groups": [{"prefix": "x", "key": "nowhere"}]},
    ],
)
def test_strict(options: dict[str, Any], folder: Path) -> None:
    with pytest.raises(AnsibleError, match="nowhere"):
        parsed(folder, Plugin(**options))
    parsed(folder, Plugin(**options, strict=False))


def test_settings_win(folder: Path) -> None:
    inventory = parsed(folder, Plugin(settings={"tag": "v9"}))
    assert group_of(inventory, "a.example.com")["vigo_vars"]["tag"] == "v9"


#: keys of the file, options -> the complaint
REFUSED: dict[str, tuple[tuple[str, ...], dict[str, Any], str]] = {
    "a misspelt option": (("plugin", "stakc"), {}, "unknown option 'stakc'; did you mean"),
    "an unknown option": (("plugin", "zzzzzz"), {}, "unknown option 'zzzzzz'; it has "),
    "no stack": ((), {"stack": ""}, "stack: set the folder that contains configcrates/"),
    "no such folder": ((), {"stack": "nowhere"}, "nowhere is not a folder"),
}


@pytest.mark.parametrize(("keys", "options", "complaint"), REFUSED.values(), ids=REFUSED)
def test_refusals(
    keys: tuple[str, ...], options: dict[str, Any], complaint: str, folder: Path
) -> None:
    with pytest.raises(AnsibleParserError, match=complaint):
        parsed(folder, Plugin(keys, **options))


def test_an_invalid_stack(folder: Path) -> None:
    (folder / "stack/configcrates/web.vgo").write_text("name: web\nresorces: []")
    plugin = Plugin()
    with pytest.raises(AnsibleParserError, match="the stack is not valid"):
        parsed(folder, plugin)
    assert "resorces" in plugin.display.error.call_args.args[0]


def test_without_the_package(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "MISSING", ImportError("no vigo_bridge"))
    with pytest.raises(AnsibleParserError, match=r"no vigo_bridge.*install it: .*pip install"):
        parsed(folder, Plugin())


def test_no_hosts_yet(folder: Path) -> None:
    plugin = Plugin()
    plugin.parse(InventoryData(), DataLoader(), str(folder / "my.vigo.yml"))
    assert "no hosts are known yet" in plugin.display.warning.call_args.args[0]


def test_no_match(folder: Path) -> None:
    plugin = Plugin()
    parsed(folder, plugin, "other.example.org")
    assert "no match entry" in plugin.display.warning.call_args.args[0]


#: what the option names -> the folder that is read; HERE is that of the file
FOLDERS: list[tuple[str, tuple[str, ...], str]] = [
    ("stack", (), "HERE/stack"),
    ("../stack", (), "HERE/../stack"),
    ("/srv/stack", (), "/srv/stack"),
    ("~/stack", (), "HOME/stack"),
    ("$PLACE/stack", (), "HERE/of/stack"),
    # In the environment, it begins in the current folder.
    ("stack", ("stack",), "CWD/stack"),
]


@pytest.mark.parametrize(("named", "keys", "expected"), FOLDERS)
def test_the_stacks_folder(
    named: str, keys: tuple[str, ...], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLACE", "of")
    monkeypatch.setenv("HOME", "/home/me")
    places = {"HERE": "/inventory", "HOME": "/home/me", "CWD": str(Path.cwd())}
    for name, place in places.items():
        expected = expected.replace(name, place)
    found = Plugin(keys, stack=named)._folder("/inventory/my.vigo.yml")
    assert str(found) == str(Path(expected).resolve())


#: what changes after the first time, whether the cache may be read -> whether it is used
CACHED: dict[str, tuple[dict[str, Any], bool, bool]] = {
    "nothing": ({}, True, True),
    "it is refreshed": ({}, False, False),
    "it is off": ({"cache": False}, True, False),
    "settings": ({"settings": {"tag": "v2"}}, True, False),
}


@pytest.mark.parametrize(("options", "readable", "used"), CACHED.values(), ids=CACHED)
def test_the_cache(
    options: dict[str, Any],
    readable: bool,
    used: bool,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plugin = Plugin(cache=True)
    first = group_of(parsed(folder, plugin), "a.example.com")
    monkeypatch.setattr(stacks, "resolve", resolving := Mock(wraps=resolve))
    plugin.given.update(options)
    second = group_of(parsed(folder, plugin, cache=readable), "a.example.com")
    assert resolving.called is not used
    assert first["vigo_resources"] == second["vigo_resources"]


@pytest.mark.parametrize("change", ["a file", "the hosts"])
def test_what_makes_the_cache_useless(change: str, folder: Path) -> None:
    plugin = Plugin(cache=True)
    parsed(folder, plugin)
    hosts = ["a.example.com"]
    if change == "a file":
        (folder / "stack/envoys/envoys.vgo").write_text(ENVOYS.replace("v1", "v2"))
    else:
        hosts = ["c.example.com"]
    inventory = parsed(folder, plugin, *hosts)
    expected = "v2" if change == "a file" else "v1"
    assert group_of(inventory, hosts[0])["vigo_vars"]["tag"] == expected


#: the file's name -> whether it is one of ours
NAMES = [
    ("my.vigo.yml", True),
    ("my.vigo.yaml", True),
    ("vigo.yml", False),
    ("my.vigo.json", False),
    ("hosts.ini", False),
]


@pytest.mark.parametrize(("name", "ours"), NAMES)
def test_which_files_are_ours(name: str, ours: bool, tmp_path: Path) -> None:
    (tmp_path / name).write_text("plugin: vigo.bridge.stacks\n")
    assert stacks.InventoryModule().verify_file(str(tmp_path / name)) is ours
