# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller sends so that a target runs a module that is stored there.

See ``module_utils/delivery/bundled_module.py`` for what happens there.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Sequence

from ansible import module_utils
from ansible.release import __version__

from ..module_utils.delivery.bundled_module import (
    CALL,
    COLLECTION,
    MISSING,
    NO_MODULE,
    NO_PYTHON,
)
from . import python_start
from .ansible_compat import module_encoder

_PLUGINS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_ANSIBLE = os.path.dirname(os.path.abspath(module_utils.__file__))
#: Parts of Ansible's ``module_utils`` that no module of ours needs.
_LEFT_OUT = ("csharp", "facts", "powershell")

_LAUNCH = """\
stream = sys.stdin.buffer
program = stream.read({size})
scope = {{"__name__": "bundled_module"}}
exec(compile(program, "bundled_module.py", "exec"), scope)
scope["{function}"](stream, {nothing!r})
"""


@dataclass(frozen=True)
class Start:
    """How a target finds its Python.

    pythons: programs, of which the first one that runs is used. limit: how many seconds each has
    to show that.
    """

    pythons: tuple[str, ...]
    limit: int = 10

    def later_call(self, call: str) -> str:
        """Return the command that reads `reader`, and then the arguments.

        call: identifies the call in the answer.
        """
        return self._command("later_call", call)

    def first_call(self, call: str) -> str:
        """Return the command that reads `sources`, and then the arguments."""
        return self._command("first_call", call)

    def beginning(self) -> bytes:
        """Return the beginning of a call's input, before `reader` or `sources`."""
        return python_start.beginning(self.pythons)

    def search(self) -> str:
        """Return the command that names the Python; see `python_start.found`."""
        return python_start.search(self.pythons, self.limit)

    def _command(self, function: str, call: str) -> str:
        launch = _LAUNCH.format(
            size=len(_PROGRAM), function=function, nothing=_nothing(NO_MODULE, call)
        )
        return python_start.run(self.pythons, self.limit, launch, _nothing(NO_PYTHON, call))


def reader(module: str, name: str, keep: bool) -> bytes:
    """Return the program that a target needs to run a kept module. keep: see `sources`."""
    return _program(module, name, keep, _PACKED_READER)


def sources(module: str, name: str, keep: bool) -> bytes:
    """Return the program that a target needs to run a module.

    name: to keep it under. keep: whether the target may keep what it compiles.
    """
    files = {**_ansibles(), **_SHARED, **_contents(_PLUGINS, [_path(module)], COLLECTION)}
    return _program(module, name, keep, _packed(files))


def arguments(given: Mapping[str, Any]) -> bytes:
    """Return the arguments, with those that Ansible adds, in the form that a module reads."""
    return json.dumps({"ANSIBLE_MODULE_ARGS": given}, cls=_ENCODER).encode()


def name_of(module: str, pythons: Sequence[str]) -> str:
    """Return the name under which a module is kept: it depends on the module's content.

    module: its full name. pythons: those of the target that may run it.
    """
    digest = hashlib.sha256(_SHARED_DIGEST + repr(tuple(pythons)).encode())
    with open(os.path.join(_PLUGINS, _path(module)), "rb") as stream:
        digest.update(stream.read())
    return f"{_short(module)}-{digest.hexdigest()[:32]}"


def _nothing(missing: str, call: str) -> str:
    answer = {MISSING: missing, "invocation": {"module_args": {CALL: {call: True}}}}
    return f"\n{json.dumps(answer)}\n"


def _packed(files: Mapping[str, bytes]) -> bytes:
    texts = {path: content.decode() for path, content in files.items()}
    for path in files:
        while path := os.path.dirname(path):
            texts.setdefault(f"{path}/__init__.py", "")
    return zlib.compress(json.dumps(texts).encode(), 1)


def _program(module: str, name: str, keep: bool, packed: bytes) -> bytes:
    head = {"module": _short(module), "name": name, "keep": keep, "size": len(packed)}
    return b"".join([_PROGRAM, json.dumps(head).encode(), b"\n", packed])


def _short(module: str) -> str:
    return module.rpartition(".")[2]


def _path(module: str) -> str:
    return f"modules/{_short(module)}.py"


def _ansibles() -> dict[str, bytes]:
    """Return Ansible's own files, by path."""
    found = _python_files(_ANSIBLE, _LEFT_OUT)
    return _contents(_ANSIBLE, found, "ansible/module_utils")


def _contents(folder: str, names: Iterator[str] | Sequence[str], shown: str) -> dict[str, bytes]:
    contents = {}
    for name in names:
        with open(os.path.join(folder, name), "rb") as stream:
            contents[f"{shown}/{name}"] = stream.read()
    return contents


def _python_files(folder: str, left_out: Sequence[str] = ()) -> Iterator[str]:
    """Yield files by path from the folder, always in the same order."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in left_out)
        below = path[len(folder) + 1 :]
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.join(below, name)


def _digest(files: Mapping[str, bytes]) -> bytes:
    digest = hashlib.sha256(__version__.encode())
    for path, content in files.items():
        digest.update(f"\0{path}\0{len(content)}\0".encode() + content)
    return digest.digest()


# Computed once, when Ansible loads its plugins, and not in each of its workers.
_ENCODER = module_encoder()
_SHARED = _contents(
    os.path.join(_PLUGINS, "module_utils"),
    _python_files(os.path.join(_PLUGINS, "module_utils")),
    f"{COLLECTION}/module_utils",
)
_SHARED_DIGEST = _digest(_SHARED)
_READER = [
    f"{COLLECTION}/module_utils/{name}.py"
    for name in ("delivery/kept_module", "host/private_files")
]
_PACKED_READER = _packed({path: _SHARED[path] for path in _READER})
_PROGRAM = _SHARED[f"{COLLECTION}/module_utils/delivery/bundled_module.py"]
