# SPDX-License-Identifier: GPL-3.0-or-later
"""What we use of Ansible that it does not document is in ansible_compat.py alone."""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.plugins.action import ActionBase
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.plugins.lookup import LookupBase
from ansible.release import __version__

from ansible_collections.vigo.bridge.plugins.module_utils.delivery import (
    ansible_compat as target_compat,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils import ansible_compat
from tests.matrix.parts import CORES
from tests.unit.collection.module_sources import COLLECTION, ROOT
from vigo_bridge.ansible import ansible_compat as run_compat
from vigo_bridge.failures import Refusal

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


def sources() -> dict[str, str]:
    files = [*COLLECTION.rglob("plugins/**/*.py"), *ROOT.glob("vigo_bridge/**/*.py")]
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for path in files
        if path.name != "ansible_compat.py"
    }


def private_uses(files: dict[str, str]) -> list[str]:
    parts = {name: _nodes(text) for name, text in files.items()}
    own = {name for nodes in parts.values() for name in _defined(nodes)} | DOCUMENTED | PYTHONS
    return [
        f"{name}:{line}: {used}"
        for name, nodes in parts.items()
        for line, used in sorted(_used(nodes))
        if used not in (own if _is_apart(name) else own - (ansibles() - DOCUMENTED))
    ]


def _is_apart(name: str) -> bool:
    """Return whether a file has no class that inherits from Ansible's."""
    return "/module_utils/" in name or name.startswith("vigo_bridge/")


@cache
def ansibles() -> set[str]:
    """Return the names with one underscore of the classes that plugins inherit."""
    found = set()
    for base in BASES:
        found.update(filter(_is_private, dir(base)))
        for cls in base.__mro__[:-1]:
            found.update(_set_by(cls.__module__))
    return found


@cache
def _set_by(module: str) -> frozenset[str]:
    path = Path(str(importlib.import_module(module).__file__))
    return frozenset(_attributes(_nodes(path.read_text())))


def _nodes(program: str) -> list[ast.AST]:
    return list(ast.walk(ast.parse(program)))


def _is_private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.startswith("__")


def _attributes(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield attributes of `self` that are set."""
    for node in nodes:
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("self", "cls")
            and _is_private(node.attr)
        ):
            yield node.attr


def _defined(nodes: Iterable[ast.AST]) -> Iterator[str]:
    yield from _attributes(nodes)
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _used(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:
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
        else:
            yield from ((node.lineno, name) for name in _imported(node))


def _imported(node: ast.AST) -> Iterator[str]:
    """Yield imports of Ansible's that are not meant for plugins."""
    names = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    for name in names:
        package = name.partition(".")[0]
        is_public = name in PUBLIC or name.rpartition(".")[0] in PUBLIC
        if package in ("ansible", "ansible_runner") and not is_public:
            yield name


def test_it_stands_in_one_place() -> None:
    assert private_uses(sources()) == []


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
    assert f": {found}" in "".join(private_uses({"own.py": text}))


@pytest.mark.parametrize("text", OWN)
def test_other_names_are_not(text: str) -> None:
    assert private_uses({"own.py": text}) == []


def test_the_versions_are_those_that_are_tested() -> None:
    assert tuple(CORES) == ansible_compat.SEEN_ON


def test_this_version_is_one_of_them() -> None:
    assert __version__.rpartition(".")[0] in ansible_compat.SEEN_ON


#: They use no name of Ansible's, or serve the others.
PLAIN = {"execute_module", "own_output", "unsupported"}


@pytest.mark.parametrize("module", [ansible_compat, target_compat, run_compat])
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


class Action(ansible_compat.AnsibleAction):
    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        raise NotImplementedError


@pytest.fixture
def action() -> Any:
    """Return an action as Ansible makes one, with a connection by SSH."""
    task = SimpleNamespace(async_val=0, environment=None)
    shell = SimpleNamespace(SHELL_FAMILY="sh", env_prefix=lambda **_: "")
    connection = SimpleNamespace(
        _shell=shell,
        become=None,
        transport="ssh",
        has_pipelining=True,
        get_option={"timeout": "7"}.__getitem__,
        is_pipelining_enabled=lambda wrap_async: not wrap_async,
    )
    return Action(task, connection, None, SimpleNamespace(), SimpleNamespace(template=str))


UNSUPPORTED = "ansible-core [0-9.]+[a-z0-9]* is not supported: {} is missing; install one of 2.19, "


def test_with_all_names(action: Any) -> None:
    assert action.template(7) == "7"
    assert action.can_run_programs()
    assert action.is_pipelining()
    assert action.connection_timeout() == 7
    assert action.pipelining_obstacle() == ""
    assert not action.needs_terminal()


#: What an ansible-core may lack of an action -> what then holds.
WITHOUT: dict[str, Callable[[Any], bool]] = {
    "_is_pipelining_enabled": lambda action: not action.is_pipelining(),
    "_compute_environment_string": lambda action: not action.can_run_programs(),
    "_low_level_execute_command": lambda action: not action.can_run_programs(),
    "_update_module_args": lambda action: not action.can_run_programs(),
}


@pytest.mark.parametrize(("name", "holds"), WITHOUT.items(), ids=WITHOUT)
def test_a_missing_method(
    name: str, holds: Callable[[Any], bool], action: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(ActionBase, name)
    assert holds(action)


#: The same of what an action is given.
WITHOUT_ATTRIBUTE: dict[str, Callable[[Any], bool]] = {
    "_connection": lambda action: (
        not action.can_run_programs()
        and action.connection_timeout() == constants.DEFAULT_TIMEOUT
        and action.pipelining_obstacle() == ""
        and not action.needs_terminal()
    ),
    "_connection._shell": lambda action: not action.can_run_programs(),
    "_connection._shell.SHELL_FAMILY": lambda action: not action.can_run_programs(),
    "_connection.become": lambda action: (
        action.pipelining_obstacle() == "" and not action.needs_terminal()
    ),
    "_connection.has_pipelining": lambda action: action.pipelining_obstacle() == "",
    "_connection.get_option": lambda action: (
        action.connection_timeout() == constants.DEFAULT_TIMEOUT
    ),
}


@pytest.mark.parametrize(("name", "holds"), WITHOUT_ATTRIBUTE.items(), ids=WITHOUT_ATTRIBUTE)
def test_a_missing_attribute(name: str, holds: Callable[[Any], bool], action: Any) -> None:
    owner = action
    *above, last = name.split(".")
    for part in above:
        owner = getattr(owner, part)
    delattr(owner, last)
    assert holds(action)


#: name -> what cannot continue without it
REQUIRED: dict[str, Callable[[Any], Any]] = {
    "_templar": lambda action: action.template(1),
    "_loader": lambda action: action.loader,
}


@pytest.mark.parametrize(("name", "use"), REQUIRED.items(), ids=REQUIRED)
def test_a_required_attribute(name: str, use: Callable[[Any], Any], action: Any) -> None:
    delattr(action, name)
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format(f"Action.{name}")):
        use(action)


def test_a_required_method(action: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ActionBase, "_find_needle")
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format("Action._find_needle")):
        action.find_file("files", "x")


@pytest.mark.parametrize("name", ["_parse_returned_data", "_update_module_args"])
def test_an_answer_that_cannot_be_recognized(
    name: str, action: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a stranger's text might be taken for a result."""
    monkeypatch.delattr(ActionBase, name)
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format(f"ActionBase.{name}")):
        action.execute_module("vigo.bridge.exec", {}, {})


#: `async` of the task, what Ansible tells modules -> what modules get
INJECTED: list[tuple[int, dict[str, bool], dict[str, bool]]] = [
    (0, {"_ansible_inject_invocation": False}, {"_ansible_inject_invocation": True}),
    (60, {"_ansible_inject_invocation": False}, {"_ansible_inject_invocation": False}),
    (0, {}, {}),
]


@pytest.mark.parametrize(("async_val", "before", "after"), INJECTED)
def test_modules_return_their_arguments(
    async_val: int,
    before: dict[str, bool],
    after: dict[str, bool],
    action: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a task in the background returns is read by Ansible alone."""

    def update(self: Any, name: str, given: dict[str, Any], task_vars: Any) -> None:
        given.update(before)

    monkeypatch.setattr(ActionBase, "_update_module_args", update)
    action._task.async_val = async_val
    assert action.module_arguments("vigo.bridge.exec", {}, {}) == after


#: Ansible's answer about its setting -> whether results have the arguments
SHOWN: list[tuple[Any, bool]] = [(True, True), (False, False), (AnsibleError("unknown"), True)]


@pytest.mark.parametrize(("answer", "shown"), SHOWN)
def test_results_with_arguments(answer: Any, shown: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Mock(side_effect=[answer])
    monkeypatch.setattr(constants, "config", Mock(get_config_value=ask))
    assert ansible_compat.shows_arguments({"x": 1}) is shown
    ask.assert_called_once_with("INJECT_INVOCATION", variables={"x": 1})


def test_a_missing_encoder(action: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("ansible.module_utils.common.json.get_module_encoder")
    assert ansible_compat.module_encoder() is None
    assert not action.can_run_programs()


def test_missing_names_of_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "inventory_hostname" in ansible_compat.names_of_ansibles_variables()
    monkeypatch.delattr(constants, "INTERNAL_STATIC_VARS")
    assert ansible_compat.names_of_ansibles_variables() == frozenset()


def test_missing_keywords(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "when" in ansible_compat.keywords()
    monkeypatch.delattr("ansible.vars.reserved.get_reserved_names")
    with pytest.raises(
        AnsibleError, match=UNSUPPORTED.format("ansible.vars.reserved.get_reserved_names")
    ):
        ansible_compat.keywords()


def test_missing_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ansible_compat.setting("DEFAULT_TIMEOUT", {}) == constants.DEFAULT_TIMEOUT
    monkeypatch.delattr(constants, "config")
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format("ansible.constants.config")):
        ansible_compat.setting("DEFAULT_TIMEOUT", {})


#: hostvars -> the variables of the host
GIVEN: list[tuple[Any, dict[str, Any]]] = [
    (SimpleNamespace(raw_get={"a": {"x": 1}}.get), {"x": 1}),
    (SimpleNamespace(raw_get={"b": {"x": 1}}.get), {}),
    (SimpleNamespace(), {}),
    (None, {}),
]


@pytest.mark.parametrize(("hosts", "variables"), GIVEN)
def test_variables_that_are_given(hosts: Any, variables: dict[str, Any]) -> None:
    given = ansible_compat.given_variables({"hostvars": hosts, "inventory_hostname": "a"})
    assert given == variables


@pytest.mark.parametrize("name", ["_ANSIBLE_ARGS", "_ANSIBLE_PROFILE"])
def test_a_module_that_takes_no_arguments(name: str) -> None:
    basic = SimpleNamespace(_ANSIBLE_ARGS=None, _ANSIBLE_PROFILE=None)
    target_compat.give_arguments(basic, b"{}")
    assert vars(basic) == {"_ANSIBLE_ARGS": b"{}", "_ANSIBLE_PROFILE": "legacy"}
    delattr(basic, name)
    with pytest.raises(AttributeError):
        target_compat.give_arguments(basic, b"{}")


_INTERNAL = "ansible.module_utils._internal"
#: What each module of Ansible and its wrapper import.
NEEDED_BY_ALL = {
    "runpy",
    f"{_INTERNAL}._ansiballz._loader",
    f"{_INTERNAL}._json._profiles._module_legacy_c2m",
    f"{_INTERNAL}._json._profiles._module_legacy_m2c",
}
IMPORTING = f"""
import sys
from {target_compat.__name__} import import_what_modules_need
before = set(sys.modules)
import_what_modules_need()
print(*set(sys.modules) - before)
"""


def test_what_all_modules_need_is_imported() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", IMPORTING], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert set(finished.stdout.split()) >= NEEDED_BY_ALL


@pytest.mark.parametrize("name", ["Direction", "get_module_encoder"])
def test_what_all_modules_need_may_be_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(f"ansible.module_utils.common.json.{name}")
    target_compat.import_what_modules_need()


FINDER = "ansible.utils.collection_loader._collection_finder._AnsibleCollectionFinder"
#: what may be missing on the controller -> what needs it
REFUSED: dict[str, Callable[[], Any]] = {
    "ansible.cli.init_plugin_loader": lambda: run_compat.prefer_collection("/nowhere"),
    "ansible.constants.COLLECTIONS_PATHS": lambda: run_compat.prefer_collection("/nowhere"),
    "ansible.plugins.loader.init_plugin_loader": lambda: run_compat.plugins().__enter__(),
    f"{FINDER}": lambda: run_compat.plugins().__enter__(),
    f"{FINDER}._remove": lambda: run_compat.plugins().__enter__(),
    "ansible.config.manager.ConfigManager": run_compat.configuration,
    "ansible_runner.utils.OutputEventFilter": lambda: run_compat.event_reader(
        None, print, is_event=bool
    ),
    "ansible_runner.utils.OutputEventFilter._emit_event": lambda: run_compat.event_reader(
        None, print, is_event=bool
    ),
}


@pytest.mark.parametrize(("name", "use"), REFUSED.items(), ids=REFUSED)
def test_a_missing_name_on_the_controller(
    name: str, use: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(name)
    with pytest.raises(Refusal) as refused:
        use()
    assert "is not supported: " in str(refused.value)
    assert name.rpartition(".")[2] in str(refused.value)


def test_missing_documentation_of_options(monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{ansible_compat.modules_folder()}/ping.py"
    assert "data" in (run_compat.documented_options("ansible.builtin.ping", path) or {})
    monkeypatch.delattr("ansible.utils.plugin_docs.get_docstring")
    assert run_compat.documented_options("ansible.builtin.ping", path) is None


def _with_imports() -> None:
    with zipfile.ZipFile(io.BytesIO(), "w") as archive:
        ansible_compat.add_imports(archive, "ansible.modules.x", "import json\n")


_LOADER = "ansible.plugins.loader.PluginLoader"
#: what may be missing in a plugin -> what needs it
STOPPED: list[tuple[str, Callable[[], Any]]] = [
    (f"{_LOADER}.find_plugin_with_context", lambda: ansible_compat.find_module("a.b.c")),
    (f"{_LOADER}.find_plugin_with_context", lambda: ansible_compat.has_action("a.b.c")),
    (
        "ansible.executor.module_common._get_ansible_module_fqn",
        lambda: ansible_compat.import_name("/x"),
    ),
    ("ansible.executor.module_common.recursive_finder", _with_imports),
    ("ansible.inventory.helpers.get_group_vars", lambda: ansible_compat.inventory_variables(None)),
    ("ansible.utils.vars.combine_vars", lambda: ansible_compat.inventory_variables(None)),
]


@pytest.mark.parametrize(("name", "use"), STOPPED)
def test_a_missing_name_in_a_plugin(
    name: str, use: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(name)
    with pytest.raises(AnsibleError, match="is not supported: .*" + name.rpartition(".")[2]):
        use()


def test_a_missing_manager_of_extensions(monkeypatch: pytest.MonkeyPatch) -> None:
    def finder(extension_manager: Any, **_given: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("ansible.executor.module_common.recursive_finder", finder)
    monkeypatch.delattr("ansible.executor.module_common._builder", raising=False)
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format(".*_builder")):
        _with_imports()


def test_missing_cleaning_of_results(action: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"stdout": '{"changed": false}', "stderr": "", "rc": 0}
    assert action.result_of(answer)["changed"] is False
    monkeypatch.setattr(ActionBase, "_parse_returned_data", lambda *_: {})
    monkeypatch.delattr("ansible.vars.clean.remove_internal_keys")
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format(".*remove_internal_keys")):
        action.result_of(answer)
    monkeypatch.setattr(ActionBase, "_parse_returned_data", lambda *_: object())
    with pytest.raises(AnsibleError, match=UNSUPPORTED.format("object.remove_internal_keys")):
        action.result_of(answer)


def test_variables_that_cannot_be_set() -> None:
    variables = {"a": 1}
    ansible_compat.use_for_polling(variables, {"a": 2})
    assert variables == {"a": 2}
    fixed = MappingProxyType({"a": 1})
    ansible_compat.use_for_polling(fixed, {"a": 2})
    assert dict(fixed) == {"a": 1}


def test_an_error_that_wraps_none() -> None:
    error: Any = SimpleNamespace(message="a")
    assert vars(ansible_compat.without_cause(error, "b")) == {"message": "b"}


def _answered() -> None:
    target_compat.answer_in("{}")


def _run() -> None:
    target_compat.run_as_module("a.b", "/x", {})


#: what may be missing on a target -> what needs it
MISSED: list[tuple[str, Callable[[], Any], type[Exception]]] = [
    (
        "ansible.module_utils.basic._ANSIBLE_ARGS",
        lambda: target_compat.own_arguments(basic),
        AttributeError,
    ),
    ("ansible.module_utils.json_utils._filter_non_json_lines", _answered, ImportError),
    ("ansible.module_utils._internal._ansiballz._loader", _run, ImportError),
]


@pytest.mark.parametrize(("name", "use", "raised"), MISSED)
def test_a_missing_name_on_a_target(
    name: str, use: Callable[[], Any], raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    importlib.import_module("ansible.module_utils._internal._ansiballz._loader")
    monkeypatch.delattr(name)
    if name in sys.modules:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(raised):
        use()


def test_a_module_class_that_does_not_ask_for_arguments() -> None:
    class Module(target_compat.TakesArguments):
        names_to_take = ("a",)

        def __init__(self) -> None:
            self.params = {"a": 1}

    assert (Module().taken, Module().params) == ({}, {"a": 1})


@pytest.mark.parametrize("module", [ansible_compat, target_compat, run_compat])
def test_each_is_tested(module: ModuleType) -> None:
    own = Path(__file__).read_text()
    functions = [
        name
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]
    untested = {name for name in functions if f"_compat.{name}" not in own}
    # The first replaces what is there, the second is what others end in.
    plain = {"answer_questions", "unsupported"}
    assert {name for name in untested if not name.startswith("_")} <= plain


#: `async` of the task -> whether arguments stay off the disk, and what is read of the output
BACKGROUND: list[tuple[int, bool, str]] = [(0, True, '{"own": 1}'), (60, False, '{"other": 1}')]


@pytest.mark.parametrize(("async_val", "pipelining", "read"), BACKGROUND)
def test_a_task_in_the_background(
    async_val: int, pipelining: bool, read: str, action: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its output is that of what starts the module, and its arguments are written to a file."""
    seen: list[str] = []

    original = ActionBase._parse_returned_data

    def parse(self: Any, res: dict[str, Any], profile: str) -> Any:
        seen.append(res["stdout"])
        return original(self, res, profile)

    monkeypatch.setattr(ActionBase, "_parse_returned_data", parse)
    action._task.async_val = async_val
    action.own_output = lambda output: '{"own": 1}'
    action.result_of({"stdout": '{"other": 1}', "stderr": "", "rc": 0})
    assert seen == [read]
    assert action.is_pipelining() is pipelining


def test_a_module_cannot_say_what_only_ansible_may(action: Any) -> None:
    facts = {"discovered_interpreter_python": "/evil", "other": 1}
    printed = json.dumps({"changed": False, "ansible_facts": facts})
    found = action.result_of({"stdout": printed, "stderr": "", "rc": 0})
    assert found["ansible_facts"] == {"other": 1}
