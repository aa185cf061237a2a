# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that look at a stack, through the program; none of them needs an engine."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.integration.program import SECRET, Finished, vigo_bridge

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
HOST = "web1.app.example.com"
SHOP = "one.shop.example.com"
INVENTORY = """\
all:
  children:
    app:
      hosts:
        web1.app.example.com: {app_tag: v9, environment: x}
        web2.app.example.com: {}
    other: {hosts: {db1.example.com: {app_tag: v8}}}
"""


def call(*arguments: str | Path, **options: Any) -> Finished:
    """Run the program beside the example stack."""
    return vigo_bridge(*arguments, cwd=ROOT, **options)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "hosts.yml"
    path.write_text(INVENTORY)
    return path


TRACE = """\
web1.app.example.com
  match        *.app.example.com  stacks/envoys/envoys.vgo:3:5
  environment  production         stacks/envoys/envoys.vgo:4:18
  role         docker-app         stacks/roles/docker-app.vgo:2:1

Configcrates, in order
  redis      role docker-app  stacks/configcrates/redis.vgo:3:1
  app-stack  role docker-app  stacks/configcrates/app-stack.vgo:4:1  needs redis

Variables
  app_image        traefik/whoami  stacks/configcrates/app-stack.vgo:8:14   crate default of app-stack
  app_port         "8080"          stacks/configcrates/app-stack.vgo:10:13  crate default of app-stack
  app_tag          v1.10.1         stacks/envoys/envoys.vgo:7:16            match entry
  app_tag          latest          stacks/configcrates/app-stack.vgo:9:12   crate default of app-stack, overridden
  redis_maxmemory  512mb           stacks/envoys/envoys.vgo:8:24            match entry
  redis_maxmemory  256mb           stacks/configcrates/redis.vgo:7:20       crate default of redis, overridden
  redis_port       "6379"          stacks/configcrates/redis.vgo:6:15       crate default of redis
  redis_version    7-alpine        stacks/configcrates/redis.vgo:5:18       crate default of redis

Resources, in order
  1  redis/redis-container    container  stacks/configcrates/redis.vgo:9:5
  2  app-stack/app-container  container  stacks/configcrates/app-stack.vgo:12:5  needs redis/redis-container

Secrets
  vigo/webapp/database_url  stacks/configcrates/app-stack.vgo:18:75
"""  # noqa: E501 - as it is printed


def test_trace_by_name_alone() -> None:
    finished = call("config", "trace", HOST)
    assert (finished.status, finished.out, finished.err) == (0, TRACE, "")
    assert SECRET not in finished.out


def test_trace_of_one_variable() -> None:
    finished = call("config", "trace", HOST, "--var", "app_tag", "--set", "app_tag=v11")
    assert finished.out.splitlines() == [
        "  app_tag  v11      --set                                   --set",
        "  app_tag  v1.10.1  stacks/envoys/envoys.vgo:7:16           match entry, overridden",
        "  app_tag  latest   stacks/configcrates/app-stack.vgo:9:12"
        "  crate default of app-stack, overridden",
    ]


def test_trace_with_an_inventory(inventory: Path) -> None:
    finished = call("config", "trace", HOST, "-i", inventory)
    assert "override     app_tag            set by the Ansible inventory" in finished.out
    assert "  app_tag          v9              the Ansible inventory" in finished.out
    assert "v1.10.1         stacks/envoys/envoys.vgo:7:16            match entry, overridden" in (
        finished.out
    )


def test_trace_as_json(inventory: Path) -> None:
    document = call("config", "trace", HOST, "-i", inventory, "-o", "json").document
    (tag,) = (item for item in document["variables"] if item["name"] == "app_tag")
    assert (tag["value"], tag["layer"], tag["file"]) == ("v9", "Ansible variable", None)
    assert [(item["value"], item["file"], item["line"]) for item in tag["beaten"]] == [
        ("v1.10.1", "envoys/envoys.vgo", 7),
        ("latest", "configcrates/app-stack.vgo", 9),
    ]
    assert [item["id"] for item in document["resources"]] == [
        "redis/redis-container",
        "app-stack/app-container",
    ]
    assert [item["needs"] for item in document["configcrates"]] == [[], ["redis"]]
    assert document["secrets"][0]["path"] == "vigo/webapp/database_url"


def test_trace_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "envoys.vgo").write_text('match: "*"\n')
    finished = call("config", "trace", "--local", "--stacks", tmp_path)
    assert finished.status == 0
    assert "  match  *  " in finished.out


TREE = """\
stacks/
  common.vgo:1:1  common
      vars log_level
  environments.vgo:3:5  environment production
      vars log_level
  envoys/
    envoys.vgo:3:5  match *.app.example.com
        environment production
        roles docker-app
        vars app_tag, redis_maxmemory
        inherits common.vgo:1:1, environments.vgo:3:5
    envoys.vgo:10:5  match *.shop.example.com
        environment production
        configcrates compose-app
        inherits common.vgo:1:1, environments.vgo:3:5
"""


def test_tree(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    (tmp_path / "stacks/common.vgo").write_text("vars: {log_level: info}\n")
    (tmp_path / "stacks/environments.vgo").write_text(
        "env:\n  production:\n    vars: {log_level: warn}\n"
    )
    assert vigo_bridge("config", "tree", cwd=tmp_path).out == TREE
    document = vigo_bridge("config", "tree", "-o", "json", cwd=tmp_path).document
    assert document[-1]["inherits"] == ["common.vgo:1:1", "environments.vgo:3:5"]


def test_search() -> None:
    finished = call("config", "search", "TAG")
    assert finished.out.splitlines() == [
        "stacks/configcrates/app-stack.vgo:9:12: variable app_tag:"
        " default of configcrate app-stack",
        "stacks/configcrates/app-stack.vgo:15:38: variable app_tag:"
        " used in 'image' of resource app-stack/app-container",
        "stacks/envoys/envoys.vgo:7:16: variable app_tag: set by match *.app.example.com",
    ]
    assert call("config", "search", "redis-container", "-o", "json").document[0] == {
        "kind": "resource",
        "name": "redis-container",
        "how": "named in 'depends_on' of resource app-stack/app-container",
        "file": "configcrates/app-stack.vgo",
        "line": 21,
        "column": 9,
    }


def test_broken_files_do_not_hide_the_others(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    (tmp_path / "stacks/configcrates/redis.vgo").write_text("name: [\n")
    finished = vigo_bridge("config", "search", "redis-container", cwd=tmp_path)
    assert finished.status == 0
    assert "app-stack.vgo:21:9" in finished.out
    assert "config validate" in finished.err


MERMAID = """\
flowchart LR
  subgraph c1["compose-app"]
    r1["compose-app/compose-file"]
    r2["compose-app/compose-up"]
  end
  r1 --> r2
  r1 -.-> r2
  classDef ordinary fill:#fff,stroke:#0072b2,color:#000
  classDef gated fill:#fff,stroke:#d55e00,color:#000
  class r1,r2 ordinary
"""


def test_graph() -> None:
    assert call("config", "graph", SHOP).out == MERMAID
    assert call("config", "graph", SHOP, "--format", "dot").out.startswith("digraph resources {\n")


def test_a_picture() -> None:
    svg = ElementTree.fromstring(call("config", "graph", HOST, "--format", "svg").out)
    titles = [title.text for title in svg.iter("{http://www.w3.org/2000/svg}title")]
    assert "app-stack/app-container" in titles


ENVOYS = """\
  host                  match                                            environment  roles       configcrates
  web1.app.example.com  *.app.example.com  stacks/envoys/envoys.vgo:3:5  production   docker-app  redis,app-stack
  web2.app.example.com  *.app.example.com  stacks/envoys/envoys.vgo:3:5  production   docker-app  redis,app-stack

Skipped: no match entry
  db1.example.com
2 envoys, 1 unmatched
"""  # noqa: E501 - as it is printed


def test_envoys_list(inventory: Path) -> None:
    assert call("envoys", "list", "-i", inventory).out == ENVOYS
    document = call("envoys", "list", "-i", inventory, "-o", "json").document
    assert document["unmatched"] == ["db1.example.com"]
    assert document["envoys"][0] == {
        "host": HOST,
        "match": "*.app.example.com",
        "file": "envoys/envoys.vgo",
        "line": 3,
        "column": 5,
        "environment": "production",
        "roles": ["docker-app"],
        "configcrates": ["redis", "app-stack"],
    }


def test_schema() -> None:
    document = call("schema").document
    Draft202012Validator.check_schema(document)
    assert call("schema", "roles").document["title"] == "vigo-bridge: roles file"


def test_validate_as_sarif() -> None:
    stack = "tests/integration/seed/stacks"
    finished = call("config", "validate", "--stacks", stack, "-o", "sarif")
    assert finished.status == 0
    (run,) = json.loads(finished.out)["runs"]
    assert {result["ruleId"] for result in run["results"]} == {"VB303", "VB305", "VB503", "VB606"}
    location = run["results"][0]["locations"][0]["physicalLocation"]
    assert (ROOT / location["artifactLocation"]["uri"]).is_file()


def test_validate_notes_what_an_inventory_overrides(inventory: Path) -> None:
    finished = call("config", "validate", "-i", inventory, "--strict")
    assert finished.status == 0
    assert (
        "stacks/envoys/envoys.vgo:7:16: note: the Ansible inventory also sets 'app_tag', and"
        " overrides it for web1.app.example.com\n"
    ) in finished.out
    assert "db1" not in finished.out


#: arguments -> the expected message, with exit status 1
MISTAKES = {
    "a host that nothing matches": (["config", "trace", "db"], "no match entry of stacks matches"),
    "no host at all": (["config", "trace"], "add HOST, or --local"),
    "two ways to name hosts": (["config", "trace", "--local", "-i", "a,"], "remove --inventory"),
    "a host that the inventory lacks": (
        ["config", "trace", "web1.app.example.com", "-i", "web2.app.example.com,"],
        "did you mean 'web2.app.example.com'?",
    ),
    "an unknown variable": (
        ["config", "trace", "web1.app.example.com", "--var", "app_tga"],
        "did you mean 'app_tag'?",
    ),
    "nothing found": (["config", "search", "reddis"], "did you mean 'redis'?"),
    "nothing found, but a host": (["config", "search", "x.app.example.com"], "config trace x."),
    "no inventory": (["envoys", "list", "-i", "no/such.ini"], "no/such.ini does not exist"),
    "no stack": (["config", "tree", "--stacks", "no/such"], "'no/such' does not exist"),
    "an unknown kind of file": (["schema", "crates"], "'crates' is not one of"),
}


@pytest.mark.parametrize(("arguments", "told"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(arguments: list[str], told: str) -> None:
    finished = call(*arguments)
    assert finished.status == 1
    assert told in finished.err
    assert finished.out == ""
