# SPDX-License-Identifier: GPL-3.0-or-later
"""Only the files ansible_compat.py use undocumented names of Ansible."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from ansible.plugins.action import ActionBase
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.plugins.lookup import LookupBase

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import (
    ansible_compat as target_compat,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils import ansible_compat
from tests.syntax import ROOT, Nodes, nodes, nodes_of, sources
from vigo_bridge.ansible import ansible_compat as run_compat

#: Ansible's developer guide names these for plugins.
DOCUMENTED = {
    *("_execute_module", "_task"),
    *("_add_host_to_composed_groups", "_add_host_to_keyed_groups", "_set_composite_vars"),
    *("_cache", "_read_config_data"),
}
#: What may be imported anywhere: what the guide and the documentation of modules use.
PUBLIC = {
    *("ansible.errors", "ansible.constants", "ansible.release", "ansible.utils.display"),
    *("ansible.plugins.action", "ansible.plugins.inventory", "ansible.plugins.lookup"),
    *("ansible.module_utils", "ansible.module_utils.basic"),
    *("ansible.module_utils.common.validation", "ansible.module_utils.parsing.convert_bool"),
    *("ansible_runner.Runner", "ansible_runner.interface"),
}
#: Python's own, of the standard library.
PYTHONS = {"_exit", "_run_exitfuncs"}
BASES = (ActionBase, LookupBase, BaseInventoryPlugin, Cacheable, Constructable)
#: The modules that use what is not documented -> the folder of their tests.
COMPAT = {
    ansible_compat: "plugin_utils",
    target_compat: "module_utils/delivery",
    run_compat: "ansible",
}


def private_uses(files: dict[str, Nodes]) -> list[str]:
    own = {name for program in files.values() for name in _defined(program)} | DOCUMENTED | PYTHONS
    of_plugins = own - (ansibles() - DOCUMENTED)
    return [
        f"{name}:{line}: {used}"
        for name, program in files.items()
        for line, used in sorted(_used(program))
        if used not in (own if _is_apart(name) else of_plugins)
    ]


def _is_apart(name: str) -> bool:
    """Return whether a file has no class that inherits from Ansible's."""
    return "/module_utils/" in name or name.startswith("vigo_bridge/")


@cache
def ansibles() -> set[str]:
    """Return the names with one underscore of the classes that plugins inherit."""
    found: set[str] = set()
    for base in BASES:
        found.update(filter(_is_private, dir(base)))
        for cls in base.__mro__[:-1]:
            found.update(_set_by(cls.__module__))
    return found


@cache
def _set_by(module: str) -> frozenset[str]:
    path = Path(str(importlib.import_module(module).__file__))
    return frozenset(_attributes(nodes_of(path.read_text())))


def _is_private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.startswith("__")


def _attributes(program: Iterable[ast.AST]) -> Iterator[str]:
    """Yield attributes of `self` that are set."""
    for node in program:
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("self", "cls")
            and _is_private(node.attr)
        ):
            yield node.attr


def _defined(program: Iterable[ast.AST]) -> Iterator[str]:
    yield from _attributes(program)
    for node in program:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _used(program: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in program:
        if isinstance(node, ast.Attribute) and _is_private(node.attr):
            yield node.lineno, node.attr
        elif isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and part.name in ansibles():
                    yield part.lineno, part.name
                elif isinstance(part, (ast.Assign, ast.AnnAssign)):
                    targets = part.targets if isinstance(part, ast.Assign) else [part.target]
                    for target in targets:
                        if isinstance(target, ast.Name) and target.id in ansibles():
                            yield part.lineno, target.id
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("getattr", "hasattr"):
            name = getattr(node.args[1], "value", None)
            if _is_private(name):
                yield node.lineno, str(name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((node.lineno, name) for name in _imported(node))


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield imports of Ansible's that are not meant for plugins."""
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.module and not node.level:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in names:
        package = name.partition(".")[0]
        is_public = name in PUBLIC or name.rpartition(".")[0] in PUBLIC
        if package in ("ansible", "ansible_runner") and not is_public:
            yield name


def test_it_stands_in_one_place() -> None:
    files = {
        name: nodes(path) for name, path in sources().items() if path.name != "ansible_compat.py"
    }
    assert private_uses(files) == []


#: What somebody might write -> what is found.
WRITTEN = {
    "self._templar.template(x)": "_templar",
    "self._connection": "_connection",
    "self._connection._shell": "_shell",
    "action._low_level_execute_command('x')": "_low_level_execute_command",
    "display._final_q": "_final_q",
    "basic._ANSIBLE_ARGS = b''": "_ANSIBLE_ARGS",
    "getattr(connection, '_shell', None)": "_shell",
    "hasattr(self, '_find_needle')": "_find_needle",
    "class A(B):\n    def _parse_returned_data(self): pass": "_parse_returned_data",
    "class A(B):\n    _supports_async = True": "_supports_async",
    "class A(B):\n    _supports_async: bool = True": "_supports_async",
    "self._supports_check_mode = False": "_supports_check_mode",
    "from ansible._internal import _task": "ansible._internal._task",
    "from ansible.executor.task_executor import TaskExecutor": (
        "ansible.executor.task_executor.TaskExecutor"
    ),
    "def f():\n    import ansible.vars.clean": "ansible.vars.clean",
    "from ansible import cli": "ansible.cli",
    "from ansible.template import Templar": "ansible.template.Templar",
    "from ansible_runner.utils import OutputEventFilter": "ansible_runner.utils.OutputEventFilter",
}
OWN = [
    "self._task.args",
    "self._execute_module(module_name='x')",
    "class A:\n    def _own(self): self._own()",
    "_own = 1\nmodule._own",
    "class A:\n    def f(self): self._own = self.__class__",
    "from ansible.errors import AnsibleError",
    "from ansible.module_utils.basic import AnsibleModule",
    "from ..executor import x",
    "getattr(value, 'name')",
]


@pytest.mark.parametrize(("text", "found"), WRITTEN.items())
def test_a_private_name_is_found(text: str, found: str) -> None:
    assert f": {found}" in "".join(private_uses({"own.py": nodes_of(text)}))


@pytest.mark.parametrize("text", OWN)
def test_other_names_are_not(text: str) -> None:
    assert private_uses({"own.py": nodes_of(text)}) == []


#: They use no name of Ansible's, or serve the others.
PLAIN = {"execute_module", "own_output", "unsupported"}


@pytest.mark.parametrize("module", COMPAT)
def test_each_says_what_happens_without(module: ModuleType) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text())
    functions = [
        node
        for parent in (tree, *filter(lambda node: isinstance(node, ast.ClassDef), tree.body))
        for node in ast.iter_child_nodes(parent)
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    texts = {node.name: ast.get_docstring(node) or "" for node in functions}
    unsaid = {name for name, text in texts.items() if "Missing:" not in text}
    assert functions
    assert unsaid <= PLAIN


@pytest.mark.parametrize(("module", "folder"), COMPAT.items())
def test_each_is_tested(module: ModuleType, folder: str) -> None:
    tests = (ROOT / "tests/unit" / folder / "test_ansible_compat.py").read_text()
    functions = [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]
    untested = {name for name in functions if f"ansible_compat.{name}" not in tests}
    # The first replaces what is there, the second is what others end in.
    plain = {"answer_questions", "unsupported"}
    assert {name for name in untested if not name.startswith("_")} <= plain
