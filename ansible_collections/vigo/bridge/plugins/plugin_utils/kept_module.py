# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the controller runs a module that a target has kept; see ``module_utils.kept_module``."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from typing import Any, Iterator, Mapping

from ansible.module_utils.common.json import Direction, get_module_encoder
from ansible.release import __version__

from ..module_utils.kept_module import MISSING

_PLUGINS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
#: How modules and Ansible write data to one another.
PROFILE = "legacy"

#: Only what belongs to the user who runs it is run.
_COMMAND = """\
d=/var/lib/vigo-bridge;\
 [ "$(id -u)" = 0 ] || d=${{XDG_STATE_HOME:-$HOME/.local/state}}/vigo-bridge;\
 d=$d/modules/{name};\
 if [ -O "$d" ] && [ -f "$d/start" ]; then exec sh "$d/start"; fi;\
 echo '{{"{missing}": true}}'"""


def command(name: str) -> str:
    """What the target's shell runs; it reads the arguments. name: see `name_of`."""
    return f"sh -c {shlex.quote(_COMMAND.format(name=name, missing=MISSING))}"


def standard_input(arguments: Mapping[str, Any]) -> bytes:
    """The arguments, with those that Ansible adds, as a module reads them."""
    return json.dumps({"ANSIBLE_MODULE_ARGS": arguments}, cls=_ENCODER).encode()


def name_of(module: str, interpreter: str) -> str:
    """What a module is kept under: as it is here, for one Python.

    module: its full name. interpreter: the setting that says which Python runs it.
    """
    short = module.rpartition(".")[2]
    digest = hashlib.sha256(f"{__version__}\0{interpreter}\0".encode())
    digest.update(_SHARED)
    with open(os.path.join(_PLUGINS, "modules", f"{short}.py"), "rb") as stream:
        digest.update(stream.read())
    return f"{short}-{digest.hexdigest()[:32]}"


def _shared_sources() -> bytes:
    digest = hashlib.sha256()
    for path in sorted(_python_files(os.path.join(_PLUGINS, "module_utils"))):
        with open(path, "rb") as stream:
            content = stream.read()
        digest.update(f"{os.path.relpath(path, _PLUGINS)}\0{len(content)}\0".encode() + content)
    return digest.digest()


def _python_files(folder: str) -> Iterator[str]:
    for path, _folders, names in os.walk(folder):
        yield from (os.path.join(path, name) for name in names if name.endswith(".py"))


# Found out where Ansible loads its plugins, once, and not in each of its workers.
_ENCODER = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
_SHARED = _shared_sources()
