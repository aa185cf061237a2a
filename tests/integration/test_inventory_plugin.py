# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin vigo.bridge.stacks and the playbook vigo.bridge.converge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_program import ansible
from tests.integration.program import Finished

pytestmark = pytest.mark.integration

SITE = """\
name: web-site
vars:
  tag: from-crate
  where: from-crate
  who: from-crate
  page: unnamed
resources:
  - name: page
    type: file
    target_path: HERE/{{ .Vars.page }}
    content: "{{ .Vars.tag }} {{ .Vars.where }} {{ .Vars.who }} secret:web/key"
"""
ROLES = "roles:\n  - name: web.server\n    configcrates: [web-site]\n"
ENVOYS = """\
envoys:
  - match: "web*.example.com"
    environment: production
    roles: [web.server]
    vars: {tag: from-entry}
  - match: "db*.example.com"
    configcrates: [web-site]
"""
HOSTS = """\
[own]
web1.example.com page=one
web2.example.com page=two tag=from-ini
other.example.com

[own:vars]
ansible_connection=local
vigo_state_dir=HERE/state-{{ inventory_hostname }}
"""
SECRETS = {"VIGO_SECRET_WEB_KEY": "canary-93317"}


class Place:
    """A folder with a stack, hosts, and inventory files of the plugin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("stack/configcrates/web-site.vgo", SITE)
        self.write("stack/roles.vgo", ROLES)
        self.write("stack/envoys.vgo", ENVOYS)
        self.write("hosts.ini", HOSTS)
        self.source()

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("HERE", str(self.folder)), encoding="utf-8")

    def source(self, **options: Any) -> None:
        """Write ``my.vigo.yml``; JSON is YAML."""
        given = {"plugin": "vigo.bridge.stacks", "stack": "stack", **options}
        self.write("my.vigo.yml", json.dumps(given))

    def inventory(self, *arguments: str, **environment: str) -> Finished:
        sources = ("-i", "hosts.ini", "-i", "my.vigo.yml")
        return ansible("inventory", *sources, *arguments, cwd=self.folder, environment=environment)

    def listing(self, **environment: str) -> Any:
        finished = self.inventory("--list", **environment)
        assert finished.status == 0, finished.err
        return plain(finished.document)

    def converge(self, *arguments: str) -> Finished:
        return ansible(
            *("playbook", "-i", "hosts.ini", "-i", "my.vigo.yml", "vigo.bridge.converge"),
            *arguments,
            cwd=self.folder,
            environment=SECRETS,
        )

    def page(self, name: str) -> str:
        return (self.folder / name).read_text()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def plain(value: Any) -> Any:
    """Return a text without the mark that it is not a template of Ansible's."""
    if isinstance(value, dict):
        if set(value) == {"__ansible_unsafe"}:
            return value["__ansible_unsafe"]
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def members(listing: Mapping[str, Any], group: str) -> list[str]:
    found: list[str] = listing.get(group, {}).get("hosts", [])
    return found


def test_groups_and_variables(place: Place) -> None:
    listing = place.listing()
    webs = ["web1.example.com", "web2.example.com"]
    for group in (
        "vigo_web_example_com",
        "vigo_env_production",
        "vigo_role_web_server",
        "vigo_crate_web_site",
    ):
        assert members(listing, group) == webs, group
    assert listing["vigo"]["children"] == ["vigo_web_example_com"]
    variables = listing["_meta"]["hostvars"]["web1.example.com"]
    assert variables["vigo_scope"] == "stack"
    assert variables["vigo_vars"]["tag"] == "from-entry"
    assert [resource["id"] for resource in variables["vigo_resources"]] == ["web-site/page"]
    assert "vigo_scope" not in listing["_meta"]["hostvars"]["other.example.com"]


@pytest.mark.sweep
def test_graph(place: Place) -> None:
    finished = place.inventory("--graph")
    assert "  |--@vigo_role_web_server:\n  |  |--web1.example.com" in finished.out


def test_converge_without_the_command_lets_the_users_variables_win(place: Place) -> None:
    place.write("host_vars/web1.example.com.yml", "where: from-host-vars\n")
    predicted = place.converge("--check", "-e", "who=from-e")
    assert predicted.status == 0, predicted.out
    assert "changed=1" in predicted.out
    assert not (place.folder / "one").exists()
    finished = place.converge("-e", "who=from-e")
    assert finished.status == 0, finished.out + finished.err
    assert place.page("one") == "from-entry from-host-vars from-e canary-93317"
    assert place.page("two") == "from-ini from-crate from-e canary-93317"
    assert "canary" not in finished.out + finished.err
    again = place.converge("-e", "who=from-e")
    assert "changed=0" in again.out
    assert "changed=1" not in again.out


@pytest.mark.sweep
def test_settings_win_over_the_users_variables(place: Place) -> None:
    place.source(settings={"tag": "fixed"})
    assert place.converge().status == 0
    assert place.page("two").startswith("fixed ")


@pytest.mark.sweep
def test_what_the_file_constructs(place: Place) -> None:
    place.source(
        compose={"address": "inventory_hostname ~ ':' ~ vigo_vars.page", "broken": "nothing.here"},
        groups={"paged": "'vigo_crate_web_site' in group_names"},
        keyed_groups=[{"prefix": "tag", "key": "vigo_vars.tag"}],
    )
    listing = place.listing()
    variables = listing["_meta"]["hostvars"]["web1.example.com"]
    assert variables["address"] == "web1.example.com:unnamed"
    assert "broken" not in variables
    assert members(listing, "paged") == members(listing, "vigo_crate_web_site")
    assert members(listing, "tag_from_entry") == members(listing, "vigo_crate_web_site")


@pytest.mark.sweep
def test_strict_refuses_a_broken_expression(place: Place) -> None:
    place.source(compose={"broken": "nothing.here"}, strict=True)
    assert "Could not set broken for host web1.example.com" in place.inventory("--list").err


@pytest.mark.sweep
def test_before_the_hosts_it_warns(place: Place) -> None:
    sources = ("-i", "my.vigo.yml", "-i", "hosts.ini")
    finished = ansible("inventory", *sources, "--graph", cwd=place.folder)
    assert "no hosts are known yet" in finished.err
    assert "@vigo" not in finished.out


#: the file below conf/ -> the stack that counts, when Ansible runs in elsewhere/
FOLDERS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "relative": ({"stack": "mine"}, {}, "conf/mine"),
    "the default": ({}, {}, "conf/stacks"),
    "above": ({"stack": "../stack"}, {}, "stack"),
    "with a variable": ({"stack": "$PLACE/mine"}, {"PLACE": "../conf"}, "conf/mine"),
    "in the home folder": ({"stack": "~/mine"}, {"HOME": "HERE/conf"}, "conf/mine"),
    "absolute": ({"stack": "HERE/conf/mine"}, {}, "conf/mine"),
    "of the environment": ({}, {"VIGO_BRIDGE_STACKS": "mine"}, "elsewhere/mine"),
    "of the environment, absolute": ({}, {"VIGO_BRIDGE_STACKS": "HERE/stack"}, "stack"),
    "the file before the environment": (
        {"stack": "mine"},
        {"VIGO_BRIDGE_STACKS": "HERE/stack"},
        "conf/mine",
    ),
}


@pytest.mark.parametrize(
    ("options", "environment", "folder"),
    [
        pytest.param(*case, id=name, marks=[] if name == "the default" else [pytest.mark.sweep])
        for name, case in FOLDERS.items()
    ],
)
def test_a_relative_folder_begins_where_it_is_written(
    place: Place, options: dict[str, str], environment: dict[str, str], folder: str
) -> None:
    here = str(place.folder)
    for name in ("conf/mine", "conf/stacks", "elsewhere/mine", "elsewhere/stacks", "stacks"):
        place.write(f"{name}/configcrates/web-site.vgo", SITE)
        place.write(f"{name}/envoys.vgo", 'match: "web*"\nconfigcrates: [web-site]\n')
    place.write("conf/my.vigo.yml", json.dumps({"plugin": "vigo.bridge.stacks", **options}))
    sources = ("-i", "../hosts.ini", "-i", "../conf/my.vigo.yml")
    finished = ansible(
        *("inventory", *sources, "--list"),
        cwd=place.folder / "elsewhere",
        environment={name: text.replace("HERE", here) for name, text in environment.items()},
    )
    assert finished.status == 0, finished.err
    found = plain(finished.document)["_meta"]["hostvars"]["web1.example.com"]
    assert found["vigo_secrets_folder"] == str(place.folder / folder)


#: what is wrong, how to break it -> what is said
BROKEN = {
    "an unknown option": (
        {"my.vigo.yml": '{"plugin": "vigo.bridge.stacks", "stacks": "stack"}'},
        "unknown option 'stacks'; did you mean 'stack'?",
    ),
    "another unknown option": (
        {"my.vigo.yml": '{"plugin": "vigo.bridge.stacks", "stack": "stack", "setings": {}}'},
        "unknown option 'setings'; did you mean 'settings'?",
    ),
    "an option like no other": (
        {"my.vigo.yml": '{"plugin": "vigo.bridge.stacks", "stack": "stack", "qqq": {}}'},
        "unknown option 'qqq'; it has cache, ",
    ),
    "an empty folder": (
        {"my.vigo.yml": '{"plugin": "vigo.bridge.stacks", "stack": ""}'},
        "stack: set the folder that contains configcrates/",
    ),
    "an invalid stack": (
        {"stack/configcrates/web-site.vgo": "name: web-site\nresources:\n  - type: fle\n"},
        "stack/configcrates/web-site.vgo:3:11: error:",
    ),
    "a stack that is not there": (
        {"my.vigo.yml": '{"plugin": "vigo.bridge.stacks", "stack": "stacs"}'},
        "stacs is not a folder; set the folder that contains configcrates/",
    ),
    "an unknown option type": (
        {"my.vigo.yml": '{"plugin": "vigo.bridge.stacks", "settings": ["a"]}'},
        "settings",
    ),
}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        pytest.param(*case, id=name, marks=[pytest.mark.sweep] if number else [])
        for number, (name, case) in enumerate(BROKEN.items())
    ],
)
def test_bad_input_leaves_other_sources_unharmed(
    place: Place, files: Mapping[str, str], message: str
) -> None:
    for name, text in files.items():
        place.write(name, text)
    finished = place.inventory("--graph")
    assert finished.status == 0
    assert message in finished.err
    assert "Traceback" not in finished.err
    assert "web1.example.com" in finished.out
    assert "@vigo" not in finished.out
    strict = place.inventory("--graph", ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true")
    assert strict.status != 0
    converged = place.converge()
    assert converged.status != 0
    assert "No inventory source says which hosts a stack matches" in converged.out


@pytest.mark.sweep
class TestCache:
    @pytest.fixture
    def cached(self, place: Place) -> dict[str, str]:
        return {
            "ANSIBLE_INVENTORY_CACHE": "true",
            "ANSIBLE_INVENTORY_CACHE_PLUGIN": "jsonfile",
            "ANSIBLE_INVENTORY_CACHE_CONNECTION": str(place.folder / "cache"),
            **SECRETS,
        }

    def test_it_holds_as_long_as_the_stack_stays_the_same(
        self, place: Place, cached: dict[str, str]
    ) -> None:
        fresh = place.listing(**cached)
        (kept,) = (place.folder / "cache").iterdir()
        text = kept.read_text()
        assert "secret:web/key" in text
        assert "canary" not in text
        assert place.listing(**cached) == fresh

        kept.write_text(text.replace("from-entry", "from-cache"))
        assert self._tag(place, cached) == "from-cache"
        place.write("stack/envoys.vgo", ENVOYS.replace("from-entry", "new"))
        assert self._tag(place, cached) == "new"
        place.write("hosts.ini", HOSTS + "\n[more]\nweb3.example.com\n")
        assert "web3.example.com" in members(place.listing(**cached), "vigo_crate_web_site")

    def test_settings_are_never_kept(self, place: Place, cached: dict[str, str]) -> None:
        place.source(settings={"tag": "hidden"})
        assert self._tag(place, cached) == "hidden"
        assert not list((place.folder / "cache").glob("*"))

    def _tag(self, place: Place, cached: Mapping[str, str]) -> Any:
        return place.listing(**cached)["_meta"]["hostvars"]["web1.example.com"]["vigo_vars"]["tag"]
