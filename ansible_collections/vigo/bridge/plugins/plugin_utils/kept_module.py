# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller sends so that a target runs a module that it keeps.

See ``module_utils/delivery/bundled_module.py`` for what happens there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
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
from .ansible_compat import module_encoder

_PLUGINS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_ANSIBLE = os.path.dirname(os.path.abspath(module_utils.__file__))
#: Parts of Ansible's that no module of ours needs.
_LEFT_OUT = ("csharp", "facts", "powershell")

#: Finds the first Python that runs. One that gives no answer is named, and has no more time than
#: the others; where a target has no `timeout`, nothing can limit it.
_PYTHON = """\
t="timeout -s KILL {limit}"; command -v timeout >/dev/null || t=; \
for c in {pythons}; do p=$(command -v "$c") || {{ p=; continue; }}; \
$t "$p" -IS -c {check} </dev/null >/dev/null 2>&1; r=$?; \
[ $r = 0 ] && break; [ $r = 137 ] && printf '\\n%s %s\\n' {hung} "$p"; p=; done;"""
_CHECK = "import sys; sys.exit(sys.version_info < (3, 8))"
_HUNG = "vigo-bridge-python-hangs"
#: Isolated, so that no file in the current folder, in a user's site-packages or in what PYTHONPATH
#: names is taken for one of the standard library.
_RUN = ' [ "$p" ] && exec "$p" -I -c {launch};'
#: What is not read from standard input could break the connection.
_NOTHING = " cat >/dev/null; printf %s {answer}"
_LAUNCH = """\
import sys
stream = sys.stdin.buffer
program = stream.read({size})
scope = {{"__name__": "bundled_module"}}
exec(compile(program, "bundled_module.py", "exec"), scope)
scope["{function}"](stream, {nothing!r})
"""
_FOUND = ' [ "$p" ] && printf \'\\n%s %s\\n\' {mark} "$p"; true'
_MARK = "vigo-bridge-python"


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

    def search(self) -> str:
        """Return the command that names the Python; see `found`."""
        return f"sh -c {shlex.quote(self._choice() + _FOUND.format(mark=_MARK))}"

    def _command(self, function: str, call: str) -> str:
        launch = _LAUNCH.format(
            size=len(_PROGRAM), function=function, nothing=_nothing(NO_MODULE, call)
        )
        script = "".join(
            [
                self._choice(),
                _RUN.format(launch=shlex.quote(launch)),
                _NOTHING.format(answer=shlex.quote(_nothing(NO_PYTHON, call))),
            ]
        )
        return f"sh -c {shlex.quote(script)}"

    def _choice(self) -> str:
        return _PYTHON.format(
            pythons=" ".join(map(shlex.quote, self.pythons)),
            limit=self.limit,
            check=shlex.quote(_CHECK),
            hung=_HUNG,
        )


def found(output: str) -> str:
    """Return the Python that `Start.search` has found, or an empty text."""
    return next(iter(_marked(output, _MARK)), "")


def hung(output: str) -> list[str]:
    """Return the Pythons that a command of `Start` has given up, in their order."""
    return _marked(output, _HUNG)[::-1]


def _marked(output: str, mark: str) -> list[str]:
    """What stands behind a mark, the last line first."""
    lines = (line.strip().partition(" ") for line in reversed(output.split("\n")))
    return [rest for word, _blank, rest in lines if word == mark and rest]


def reader(module: str, name: str) -> bytes:
    """Return what a target needs to run the module that is kept under a name."""
    files = {path: _SHARED[path] for path in _READER}
    return _packed(module, name, files)


def sources(module: str, name: str) -> bytes:
    """All that a target needs to run a module. name: to keep it under; empty for this call only."""
    files = {**_ansibles(), **_SHARED, **_texts(_PLUGINS, [_path(module)], COLLECTION)}
    return _packed(module, name, files)


def arguments(given: Mapping[str, Any]) -> bytes:
    """The arguments, with those that Ansible adds, as a module reads them."""
    return json.dumps({"ANSIBLE_MODULE_ARGS": given}, cls=_ENCODER).encode()


def name_of(module: str, pythons: Sequence[str]) -> str:
    """What a module is kept under: as it is here, for one Python. module: its full name."""
    digest = hashlib.sha256(_SHARED_DIGEST + repr(tuple(pythons)).encode())
    with open(os.path.join(_PLUGINS, _path(module)), "rb") as stream:
        digest.update(stream.read())
    return f"{_short(module)}-{digest.hexdigest()[:32]}"


def _nothing(missing: str, call: str) -> str:
    answer = {MISSING: missing, "invocation": {"module_args": {CALL: {call: True}}}}
    return f"\n{json.dumps(answer)}\n"


def _packed(module: str, name: str, files: dict[str, str]) -> bytes:
    for path in list(files):
        while path := os.path.dirname(path):
            files.setdefault(f"{path}/__init__.py", "")
    packed = zlib.compress(json.dumps(files).encode(), 1)
    head = {"module": _short(module), "name": name, "size": len(packed)}
    return b"".join([_PROGRAM, json.dumps(head).encode(), b"\n", packed])


def _short(module: str) -> str:
    return module.rpartition(".")[2]


def _path(module: str) -> str:
    return f"modules/{_short(module)}.py"


def _ansibles() -> dict[str, str]:
    """Ansible's own, by path."""
    found = _python_files(_ANSIBLE, _LEFT_OUT)
    return _texts(_ANSIBLE, found, "ansible/module_utils")


def _texts(folder: str, names: Iterator[str] | Sequence[str], shown: str) -> dict[str, str]:
    texts = {}
    for name in names:
        with open(os.path.join(folder, name), encoding="utf-8") as stream:
            texts[f"{shown}/{name}"] = stream.read()
    return texts


def _python_files(folder: str, left_out: Sequence[str] = ()) -> Iterator[str]:
    """By path from the folder, in an order that is always the same."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in left_out)
        for name in sorted(names):
            if name.endswith(".py"):
                yield os.path.relpath(os.path.join(path, name), folder)


def _digest(texts: Mapping[str, str]) -> bytes:
    return hashlib.sha256(json.dumps([__version__, texts]).encode()).digest()


# Found out where Ansible loads its plugins, once, and not in each of its workers.
_ENCODER = module_encoder()
_SHARED = _texts(
    os.path.join(_PLUGINS, "module_utils"),
    _python_files(os.path.join(_PLUGINS, "module_utils")),
    f"{COLLECTION}/module_utils",
)
_SHARED_DIGEST = _digest(_SHARED)
_READER = [
    f"{COLLECTION}/module_utils/{name}.py"
    for name in ("delivery/kept_module", "host/private_files")
]
_PROGRAM = _SHARED[f"{COLLECTION}/module_utils/delivery/bundled_module.py"].encode()
