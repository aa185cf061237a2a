# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller sends so that a target runs a module that it keeps.

See ``module_utils.bundled_module`` for what happens there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import zlib
from typing import Any, Iterator, Mapping, Sequence

from ansible import module_utils
from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.release import __version__

from ..module_utils.bundled_module import COLLECTION, MISSING, PROFILE

_PLUGINS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_ANSIBLE = os.path.dirname(os.path.abspath(module_utils.__file__))
#: Parts of Ansible's that no module of ours needs.
_LEFT_OUT = ("csharp", "facts", "powershell")

#: The first Python that there is.
_PYTHON = 'p=; for c in {pythons}; do p=$(command -v "$c") && break; done;'
#: Isolated, so that no file in the current folder, in a user's site-packages or in what PYTHONPATH
#: names is taken for one of the standard library.
_RUN = ' [ "$p" ] && exec "$p" -I -c {launch};'
#: What is not read from standard input could break the connection.
_NOTHING = " cat >/dev/null; printf '\\n%s\\n' {answer}"
#: For Pythons that are too old, Ansible has an explanation.
_LAUNCH = """\
import sys
stream = sys.stdin.buffer
if sys.version_info < (3, 8):
    stream.read()
    print('\\n{{"{missing}": true}}')
    sys.exit()
program = stream.read({size})
scope = {{"__name__": "bundled_module"}}
exec(compile(program, "bundled_module.py", "exec"), scope)
scope["{function}"](stream)
"""

#: Names the first Python that runs.
_REPLACEMENT = """\
n=0; for c in {pythons}; do p=$(command -v "$c") || continue; n=$((n+1));\
 "$p" -I -c {check} </dev/null >/dev/null 2>&1 || continue;\
 printf '\\n%s %s %s\\n' {mark} $n "$p"; break; done; true"""
_CHECK = "import sys; sys.exit(sys.version_info < (3, 8))"
_MARK = "vigo-bridge-python"


def later_call(pythons: Sequence[str]) -> str:
    """Return the command that reads `reader`, and then the arguments."""
    return _command("later_call", pythons)


def first_call(pythons: Sequence[str]) -> str:
    """Return the command that reads `sources`, and then the arguments.

    pythons: programs, of which the first existing one is used.
    """
    return _command("first_call", pythons)


def search(pythons: Sequence[str]) -> str:
    """The command that looks for a Python that runs; see `found`."""
    script = _REPLACEMENT.format(
        pythons=" ".join(map(shlex.quote, pythons)), check=shlex.quote(_CHECK), mark=_MARK
    )
    return f"sh -c {shlex.quote(script)}"


def found(output: str) -> tuple[int, str]:
    """The first Python that runs, and which it is of those that are there, counted from 1.

    0, where none runs.
    """
    for line in reversed(output.split("\n")):
        mark, _blank, rest = line.strip().partition(" ")
        number, _blank, path = rest.partition(" ")
        if mark == _MARK and number.isdigit() and path:
            return int(number), path
    return 0, ""


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


def _command(function: str, pythons: Sequence[str]) -> str:
    launch = _LAUNCH.format(missing=MISSING, size=len(_PROGRAM), function=function)
    answer = shlex.quote(json.dumps({MISSING: True}))
    script = "".join(
        [
            _PYTHON.format(pythons=" ".join(map(shlex.quote, pythons))),
            _RUN.format(launch=shlex.quote(launch)),
            _NOTHING.format(answer=answer),
        ]
    )
    return f"sh -c {shlex.quote(script)}"


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
_ENCODER = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
_SHARED = _texts(
    os.path.join(_PLUGINS, "module_utils"),
    _python_files(os.path.join(_PLUGINS, "module_utils")),
    f"{COLLECTION}/module_utils",
)
_SHARED_DIGEST = _digest(_SHARED)
_READER = [f"{COLLECTION}/module_utils/{name}.py" for name in ("kept_module", "private_files")]
_PROGRAM = _SHARED[f"{COLLECTION}/module_utils/bundled_module.py"].encode()
