# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module from a bundle, which holds it and all that it imports.

This text reaches a target by itself, ahead of everything else of ours, and imports nothing but the
standard library. With the first call come the sources, which are compiled here (`first_call`). Then
text and bytecode stay on the target, and later calls run it as a program (`later_call`); see
``kept_module``. Either ends with the module's answer, or says that it had nothing to run, and then
nothing has been done.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import importlib.util
import json
import marshal
import os
import sys
import threading
import zlib
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, BinaryIO, Callable

#: The key of the answer of what has nothing to run.
MISSING = "module_missing"
#: How modules and Ansible write data to one another.
PROFILE = "legacy"
#: Where our files lie in a bundle.
COLLECTION = "ansible_collections/vigo/bridge/plugins"

_CODE = ".code"
#: Bytecode is for one Python: with this it begins.
_MAGIC = importlib.util.MAGIC_NUMBER


class Bundle:
    """Imports what it holds, by an absolute name. files: by path, bytecode or Python's text."""

    def __init__(self, files: dict[str, bytes | str]) -> None:
        self._files = files

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """As a finder in ``sys.meta_path``."""
        base = name.replace(".", "/")
        for file, is_package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
            if file in self._files:
                loader: Any = self
                spec = ModuleSpec(name, loader, origin=file, is_package=is_package)
                spec.has_location = True
                return spec
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """As a loader: a module as usual."""

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code(str(module.__file__)), module.__dict__)

    def compiled(self) -> bytes:
        """What stays: bytecode of all of ours, and of Ansible's as far as it was needed so far."""
        for file in self._files:
            if file.startswith(COLLECTION):
                self._code(file)
        return _MAGIC + marshal.dumps(self._files)

    def _code(self, file: str) -> CodeType:
        content = self._files[file]
        if isinstance(content, str):
            code: CodeType = compile(content, file, "exec", dont_inherit=True)
            self._files[file] = marshal.dumps(code)
        else:
            code = marshal.loads(content)
        return code


def first_call(program: bytes, stream: BinaryIO) -> None:
    """The call that a target needs first. program: this text.

    stream: a line of JSON, with the ``module``, the ``name`` to keep it under, or an empty one, and
    the ``size`` of what follows: the sources by path, as compressed JSON; then the arguments.
    """
    head = json.loads(stream.readline())
    bundle = Bundle(json.loads(zlib.decompress(stream.read(head["size"]))))

    def keep() -> None:
        if head["name"]:
            kept = importlib.import_module(_name("module_utils/kept_module"))
            kept.keep(head["name"], {".py": program, _CODE: bundle.compiled()})

    _run(bundle, head["module"], stream.read(), keep)


def later_call() -> None:
    """A call of what was kept. The arguments are on standard input."""
    arguments = sys.stdin.buffer.read()
    path = os.path.abspath(__file__)[: -len(".py")]
    try:
        with open(path + _CODE, "rb") as stream:
            if stream.read(len(_MAGIC)) != _MAGIC:
                raise ValueError("for another Python")
            bundle = Bundle(marshal.load(stream))
    except (OSError, EOFError, ValueError, TypeError):
        _has_nothing_to_run()
    else:
        _run(bundle, os.path.basename(path).partition("-")[0], arguments, lambda: None)


def _run(bundle: Bundle, module: str, arguments: bytes, loaded: Callable[[], None]) -> None:
    """What Python does at its start and its end takes as long as many a module's whole work.

    So there is no search for garbage among what is only just being loaded, and no taking down of
    all of it in the end.
    """
    try:
        os.getcwd()
    except OSError:
        os.chdir("/")
    gc.disable()
    finder: Any = bundle
    sys.meta_path.insert(0, finder)
    try:
        basic: Any = importlib.import_module("ansible.module_utils.basic")
        main = importlib.import_module(_name(f"modules/{module}")).main
        loaded()
    except Exception:
        _has_nothing_to_run()
        return
    basic._ANSIBLE_ARGS = arguments
    basic._ANSIBLE_PROFILE = PROFILE
    gc.freeze()
    gc.enable()
    try:
        main()
    except SystemExit as end:
        if threading.active_count() > 1 or not isinstance(end.code, int):
            raise
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)


def _name(path: str) -> str:
    return f"{COLLECTION}/{path}".replace("/", ".")


def _has_nothing_to_run() -> None:
    sys.stdout.write(json.dumps({MISSING: True}) + "\n")


if __name__ == "__main__":
    later_call()
