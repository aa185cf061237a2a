# SPDX-License-Identifier: GPL-3.0-or-later
"""Each resource type has all that the rest of the project counts on, and nothing else names one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Behaviour
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import (
    NOTHING,
    RERUN,
    RESTART,
    Attribute,
    ResourceType,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.on_demand import (
    PULLED,
    RESTARTED,
    STARTED,
    STOPPED,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import FAMILIES, TYPES
from tests.syntax import Nodes, nodes, nodes_of, sources
from tests.unit.collection.module_sources import COLLECTION, MODULES, ROOT, load_yaml
from tests.yaml_files import read_yaml
from vigo_bridge.language.schema import schema

FOLDERS = COLLECTION / "plugins/module_utils/types"
CONFORMANCE = ROOT / "tests/integration/conformance/cases"

#: Where a type's name means something else.
OTHER_MEANINGS = {
    "vigo_bridge/report/diagnostics.py": "a key of a position in JSON",
    "vigo_bridge/report/trace.py": "a key of a position in JSON",
    "vigo_bridge/report/envoys.py": "a key of a position in JSON",
    "vigo_bridge/report/compose.py": "a key of a position in JSON",
    "vigo_bridge/report/places.py": "a key of a position in JSON",
    "vigo_bridge/compose": "keys of Compose files and of engines",
    "vigo_bridge/mesh": "fields of events and of messages between nodes",
    "vigo_bridge/app/pull_project.py": "a setting of Git",
    "vigo_bridge/builds/command.py": "a key of a build",
    "vigo_bridge/builds/git_tag.py": "a program",
    "vigo_bridge/language/shapes.py": "a key of a build",
    "vigo_bridge/run/state.py": "who holds a lock",
    "ansible_collections/vigo/bridge/plugins/modules/container.py": "an option",
    "ansible_collections/vigo/bridge/plugins/module_utils/secrets/references.py": "a common word",
    "ansible_collections/vigo/bridge/plugins/module_utils/host/facts.py": "a kind of path",
    "ansible_collections/vigo/bridge/plugins/module_utils/language/go_template/functions.py": (
        "a function of templates"
    ),
    "vigo_bridge/run/converge.py": "a field of events",
    "vigo_bridge/cli/exec_.py": "a command of the command line",
    "ansible_collections/vigo/bridge/plugins/action/container_exec.py": "an option",
    "ansible_collections/vigo/bridge/plugins/modules/container_exec.py": "an option",
    "ansible_collections/vigo/bridge/plugins/module_utils/converge/execution.py": "an option",
    "ansible_collections/vigo/bridge/plugins/plugin_utils/terminal_program.py": "a field",
    "ansible_collections/vigo/bridge/plugins/module_utils/delivery/terminal.py": "a field",
    "ansible_collections/vigo/bridge/plugins/plugin_utils/foreign_modules.py": "modules of Ansible",
    "ansible_collections/vigo/bridge/plugins/plugin_utils/log_stream.py": "a key of a message",
    "ansible_collections/vigo/bridge/plugins/modules/container_logs.py": "an option",
    "vigo_bridge/report/logs.py": "a key of a line in JSON",
    "vigo_bridge/cli/watch.py": "a choice of --print-unit",
    "vigo_bridge/watch/sources/repository.py": "a part of a file name",
    "vigo_bridge/watch/turn_data.py": "a key of a change in JSON",
    "vigo_bridge/watch/sources/git/location.py": "a scheme of a URL",
    "vigo_bridge/watch/sources/git/program.py": "a program",
    "vigo_bridge/language/ansible_words.py": "advice for words of Ansible's tasks",
}


def missing(kind: ResourceType) -> list[str]:
    """Return the required parts that a type lacks."""
    found = [
        *_missing_documentation(kind),
        *_missing_rows_of_the_schema(kind),
        *_missing_behaviour(kind),
    ]
    tables = [read_yaml(path) for path in CONFORMANCE.glob("*.yml")]
    # Other collections are not there; these types are tested where they are.
    foreign = bool(kind.modules) and not any(map(_is_builtin, kind.modules))
    if not foreign and not any(one.get("type") == kind.name for one in _resources(tables)):
        found.append("conformance cases")
    return found


def _is_builtin(module: str) -> bool:
    return module.startswith("ansible.builtin.")


def _missing_documentation(kind: ResourceType) -> Iterator[str]:
    module = kind.module.rpartition(".")[2]
    folder = COLLECTION / "plugins"
    if module and not (folder / f"modules/{module}.py").is_file():
        yield "module"
        return
    if module and not (folder / f"action/{module}.py").is_file():
        yield "action"
    grouped = FOLDERS.glob(f"*/documentation/{kind.name}.yml")
    path = next(grouped, FOLDERS / kind.name / "documentation.yml")
    if module:
        documented = MODULES[module].documentation
    elif path.is_file():
        documented = load_yaml(path.read_text())
    else:
        yield "documentation"
        return
    for name in set(kind.options) - set(documented["options"]):
        yield f"documentation of {name}"


def _missing_rows_of_the_schema(kind: ResourceType) -> Iterator[str]:
    rows = schema()["$defs"].get(kind.name, {}).get("properties")
    if rows is None:
        yield "rows of the schema"
    else:
        yield from (f"row of the schema for {name}" for name in set(kind.options) - set(rows))


def _missing_behaviour(kind: ResourceType) -> Iterator[str]:
    behaviour = type(kind.behaviour())
    for step in ("observe", "decide", "act"):
        if getattr(behaviour, step) is getattr(Behaviour, step):
            yield step
    if not {"may_alter", "may_add", "mark_uncertain"} & vars(behaviour).keys():
        yield "forecast (may_alter)"


def _resources(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _resources(item)


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_type_has_everything(kind: ResourceType) -> None:
    found = ", ".join(missing(kind))
    assert not found, f"{kind.name} has no {found}"


def test_what_is_forgotten_is_named() -> None:
    class Bare(Behaviour):
        """Does nothing."""

    bare = ResourceType("bare", "name", lambda: (Attribute("name"),), Bare, lambda given: given)
    assert missing(bare) == [
        "documentation",
        "rows of the schema",
        "observe",
        "decide",
        "act",
        "forecast (may_alter)",
        "conformance cases",
    ]


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_what_a_type_names_are_its_attributes(kind: ResourceType) -> None:
    named = {
        kind.key,
        *kind.needed_unless_absent,
        *kind.guards,
        *kind.former_attributes.values(),
        *kind.unique_by,
        *filter(None, [kind.named_by, kind.collects]),
        *([kind.stack_file.attribute, kind.stack_file.data] if kind.stack_file else []),
    }
    assert named <= set(kind.options)
    assert set(kind.unchecked_when_triggered) <= set(kind.guards)
    assert kind.on_trigger in (NOTHING, RERUN, RESTART)


@pytest.mark.parametrize("kind", TYPES.values(), ids=TYPES)
def test_what_a_behaviour_reads_are_attributes(kind: ResourceType) -> None:
    states = (PULLED, RESTARTED, STARTED, STOPPED) if kind.on_demand else ()
    handled = [kind.on_demand(state) for state in states if kind.on_demand]
    for behaviour in (kind.behaviour(), *handled):
        read = {
            *(behaviour.reads or ()),
            *behaviour.prepared_by,
            *behaviour.refused_by,
            *behaviour.expected_by,
        }
        assert read <= set(kind.options), behaviour


def test_folders_and_types_are_the_same() -> None:
    """A folder is a type, a family, or a group of types that one table lists."""
    folders = {path.parent.name for path in FOLDERS.glob("*/descriptor.py")}
    documented = {
        folder: {path.stem for path in (FOLDERS / folder).glob("documentation/*.yml")}
        for folder in folders
    }
    grouped = [name for names in documented.values() for name in names]
    alone = {folder for folder, names in documented.items() if not names}
    assert len(grouped) == len(set(grouped))
    assert {*alone, *grouped} == {*TYPES, *(family.name for family in FAMILIES)}


def test_nothing_else_names_a_type() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in (*sources().values(), *(ROOT / "docs/site").rglob("*.py"))
        if FOLDERS not in path.parents and not _has_another_meaning(path.relative_to(ROOT))
        for line in _lines_that_name_types(nodes(path))
    }
    assert found == set()


def _has_another_meaning(path: Path) -> bool:
    return any(str(each) in OTHER_MEANINGS for each in (path, *path.parents))


@pytest.mark.parametrize(
    "program",
    [
        'kind == "exec"',
        '{"file": 1}',
        'kind in ("container", "file")',
        '{"exec"}',
        'match kind:\n  case "file": pass',
        'kinds.get("exec")',
    ],
)
def test_a_name_is_noticed(program: str) -> None:
    assert list(_lines_that_name_types(nodes_of(program)))


def _lines_that_name_types(program: Nodes) -> Iterator[int]:
    """Yield the lines with a type's name in a comparison, collection, call or case."""
    names = list(TYPES)
    for node in program:
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Dict):
            parts = [*node.keys, *node.values]
        elif isinstance(node, (ast.Set, ast.List, ast.Tuple)):
            parts = [*node.elts]
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            parts = [*node.args] if node.func.attr == "get" else []
        for part in parts:
            if isinstance(part, ast.Constant) and part.value in names:
                yield part.lineno


def test_a_revert_removes_no_data() -> None:
    assert TYPES["volume"].undoing == {}
