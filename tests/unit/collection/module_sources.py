# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's modules as their sources have them: read, never imported."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.vigo.bridge.plugins.doc_fragments import stack
from ansible_collections.vigo.bridge.plugins.module_utils.converge.stack_options import (
    STACK_OPTIONS,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import NOTHING
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.yaml_files import SafeLoader, text_of

ROOT = Path(__file__).parents[3]
COLLECTION = ROOT / "ansible_collections/vigo/bridge"


class _Loader(SafeLoader):
    """Takes Ansible's !unsafe for the text after it."""


_Loader.add_constructor("!unsafe", text_of)


def load_yaml(text: str) -> Any:
    return yaml.load(text, _Loader)


@dataclass(frozen=True)
class ModuleSource:
    """One module. returned: what is documented of it, by name. spec: its argument spec."""

    name: str
    documentation: dict[str, Any]
    examples: list[dict[str, Any]]
    returned: dict[str, Any]
    spec: Mapping[str, Mapping[str, Any]]


def _read(path: Path) -> ModuleSource:
    tree = ast.parse(path.read_text())
    texts = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in tree.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
    }
    return ModuleSource(
        name=path.stem,
        documentation=_with_fragment(load_yaml(texts["DOCUMENTATION"])),
        examples=load_yaml(texts["EXAMPLES"]),
        returned=load_yaml(texts["RETURN"]),
        spec=_resource_spec(path.stem) or _written_spec(tree),
    )


def _with_fragment(documentation: dict[str, Any]) -> dict[str, Any]:
    """Add the options of the fragment of stacks, where the module has no text of its own."""
    if "vigo.bridge.stack" not in documentation["extends_documentation_fragment"]:
        return documentation
    shared = load_yaml(stack.ModuleDocFragment.DOCUMENTATION)["options"]
    return {**documentation, "options": {**shared, **documentation["options"]}}


def _resource_spec(name: str) -> Mapping[str, Mapping[str, Any]]:
    """Return the arguments of a module that is one resource; ``triggered`` where that has a
    meaning.
    """
    if name not in TYPES:
        return {}
    triggered = {"triggered": {"type": "bool", "default": False}}
    options = {**TYPES[name].options, **TYPES[name].task_options}
    return {**options, **(triggered if TYPES[name].on_trigger != NOTHING else {})}


def _written_spec(tree: ast.Module) -> dict[str, dict[str, Any]]:
    """Return the plain entries of ``argument_spec={...}`` in a module that has a spec of its
    own, with the options of stacks where it takes them.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "argument_spec":
            assert isinstance(node.value, ast.Dict)
            entries = zip(node.value.keys, node.value.values, strict=True)
            spec: dict[str, dict[str, Any]] = {}
            for key, value in entries:
                if key:
                    spec[ast.literal_eval(key)] = ast.literal_eval(value)
                elif isinstance(value, ast.Name) and value.id == "STACK_OPTIONS":
                    spec.update({name: dict(option) for name, option in STACK_OPTIONS.items()})
            return spec
    raise AssertionError("the module has no argument_spec")


MODULES = {path.stem: _read(path) for path in sorted(COLLECTION.glob("plugins/modules/*.py"))}
