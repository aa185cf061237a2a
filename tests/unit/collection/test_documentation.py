# SPDX-License-Identifier: GPL-3.0-or-later
"""What `ansible-doc` shows is what the modules take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import COMMON
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import FAMILIES
from tests.unit.collection.module_sources import COLLECTION, MODULES, ModuleSource, load_yaml

#: What both the documentation and the argument spec say of an option, and its default.
COMPARED: dict[str, Any] = {
    "type": "str",
    "elements": None,
    "required": False,
    "default": None,
    "choices": None,
    "aliases": [],
}

every_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)


@every_module
def test_options_are_those_of_the_argument_spec(module: ModuleSource) -> None:
    documented = module.documentation["options"]
    assert _compared(documented) == _compared(module.spec)


def test_attributes_that_all_resources_have_are_documented() -> None:
    documented = MODULES["converge"].documentation["options"]["resources"]["suboptions"]
    of_families = {name for family in FAMILIES for name in family.of(family.name).options}
    assert set(documented) == {*COMMON, *of_families}


@every_module
def test_every_option_can_be_set_by_a_user(module: ModuleSource) -> None:
    """Ansible lists options in its documentation and in messages on unsupported ones."""
    fragments = COLLECTION.glob("plugins/doc_fragments/*.py")
    texts = [fragment.read_text() for fragment in fragments]
    names = [*module.documentation["options"], *module.spec]
    names += [name for text in texts for name in re.findall(r"^  (_\w+):", text, re.M)]
    assert [name for name in names if name.startswith("_")] == []


@every_module
def test_every_option_is_described(module: ModuleSource) -> None:
    for name, option in module.documentation["options"].items():
        assert option["description"], name


@every_module
def test_module_has_its_action_and_its_action_group(module: ModuleSource) -> None:
    assert module.documentation["module"] == module.name
    has_action = (COLLECTION / "plugins/action" / f"{module.name}.py").is_file()
    fragments = module.documentation["extends_documentation_fragment"]
    takes_secrets = "vigo.bridge.action" in fragments
    assert has_action == takes_secrets
    runtime = load_yaml((COLLECTION / "meta/runtime.yml").read_text())
    is_documented = "vigo.bridge.engine_group" in fragments
    assert (module.name in runtime["action_groups"]["bridge"]) == is_documented
    assert ("docker_host" in module.spec) == is_documented


@every_module
def test_module_says_what_it_supports(module: ModuleSource) -> None:
    attributes = module.documentation["attributes"]
    assert {name for name, attribute in attributes.items() if "support" in attribute} >= {
        "async",
        "check_mode",
        "diff_mode",
    }


def _compared(options: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: {field: option.get(field, default) for field, default in COMPARED.items()}
        for name, option in options.items()
    }


def test_the_readme_lists_each_plugin_once() -> None:
    readme = (COLLECTION / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (?:([a-z]+)(?: plugin)? )?`vigo\.bridge\.(\w+)` \|", readme, re.M)
    there = [("", name) for name in MODULES]
    there += [
        (kind, path.stem)
        for kind in ("inventory", "lookup", "filter")
        for path in (COLLECTION / "plugins" / kind).glob("[!_]*.py")
    ]
    there += [("role", path.name) for path in (COLLECTION / "roles").iterdir()]
    there += [("playbook", path.stem) for path in (COLLECTION / "playbooks").glob("*.yml")]
    assert sorted(listed) == sorted(there)
