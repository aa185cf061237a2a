# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module from a bundle, which contains the module and all its imports.

This file is sent with each call, before all other code of the collection, and imports only the
standard library. The first call also sends all sources (`first_call`). What the module imports is
compiled here. The bytecode and the other sources stay on the target, and later calls send only the
code that reads them (`later_call`); see ``kept_module``. What a later call compiles is stored, too.
Both print the module's result, or that the module is missing. In the latter case, nothing has been
done.

The input has three parts. The first is a line of JSON with the ``module``, the ``name`` under which
it is stored, whether to ``keep`` what is compiled, and the ``size`` of the second part. The second
has the sources by path, as compressed JSON. The third has the arguments, as a line of JSON. The
module can read the input after that.
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
from typing import Any, BinaryIO

#: The key of the result if the module is missing, and its value.
MISSING = "module_missing"
NO_MODULE = "module"
NO_PYTHON = "python"
#: The argument that identifies a call, as the only key of a mapping. A module returns it with its
#: other arguments. Keys are never masked, even if a secret has the same text.
CALL = "_call"
#: The folder of our files in a bundle.
COLLECTION = "ansible_collections/vigo/bridge/plugins"


class Bundle:
    """Imports what it holds, by an absolute name.

    files: by path, bytecode or Python's text; what is imported becomes bytecode. has_compiled:
    whether something was text.
    """

    has_compiled = False

    def __init__(self, files: dict[str, bytes | str]) -> None:
        self.files = files

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Find a module of the bundle, as a finder in ``sys.meta_path``."""
        base = name.replace(".", "/")
        for file, is_package in ((f"{base}/__init__.py", True), (f"{base}.py", False)):
            if file in self.files:
                loader: Any = self
                spec = ModuleSpec(name, loader, origin=file, is_package=is_package)
                spec.has_location = True
                return spec
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """Return None, so that Python creates the module, as a loader does."""

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code(str(module.__file__)), module.__dict__)

    def _code(self, file: str) -> CodeType:
        content = self.files[file]
        if isinstance(content, str):
            code: CodeType = compile(content, file, "exec", dont_inherit=True)
            self.files[file] = marshal.dumps(code)
            self.has_compiled = True
        else:
            code = marshal.loads(content)
        return code


def first_call(stream: BinaryIO, nothing: str) -> None:
    """Run a module from its sources, and keep it under its name.

    nothing: printed if the module cannot be run.
    """
    head, bundle = _received(stream)
    _run(bundle, head, stream.readline(), nothing)


def later_call(stream: BinaryIO, nothing: str) -> None:
    """Run the module that is kept under a name. nothing: see `first_call`."""
    head, reader = _received(stream)
    arguments = stream.readline()
    try:
        _install(reader)
        kept = Bundle(_kept_module().read(head["name"]))
    except Exception:
        sys.stdout.write(nothing)
    else:
        _run(kept, head, arguments, nothing)


def _received(stream: BinaryIO) -> tuple[dict[str, Any], Bundle]:
    head = json.loads(stream.readline())
    return head, Bundle(json.loads(zlib.decompress(stream.read(head["size"]))))


def _install(bundle: Bundle) -> None:
    finder: Any = bundle
    sys.meta_path.insert(0, finder)


def _kept_module() -> Any:
    return importlib.import_module(_name("module_utils/delivery/kept_module"))


def _run(bundle: Bundle, head: dict[str, Any], arguments: bytes, nothing: str) -> None:
    """Run a module, keep what was compiled, and end the process.

    Starting and ending Python takes as long as the whole work of many modules. So garbage
    collection is off while modules are loaded, and the process ends without clean-up.
    """
    try:
        os.getcwd()
    except OSError:
        os.chdir("/")
    gc.disable()
    _install(bundle)
    try:
        main = importlib.import_module(_name(f"modules/{head['module']}")).main
        called: Any = importlib.import_module(_name("module_utils/delivery/called_module"))
        called.give_arguments(arguments)
    except Exception:
        sys.stdout.write(nothing)
        return
    gc.freeze()
    gc.enable()
    this = os.getpid()
    try:
        main()
    except SystemExit as end:
        if head["keep"] and bundle.has_compiled and os.getpid() == this:
            sys.stdout.flush()
            _kept_module().keep(head["name"], bundle.files)
        if threading.active_count() > 1 or not isinstance(end.code, int):
            raise
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code)


def _name(path: str) -> str:
    return f"{COLLECTION}/{path}".replace("/", ".")
