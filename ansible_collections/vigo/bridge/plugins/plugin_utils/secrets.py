# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets come from, on the controller.

Under ``vigo-bridge`` its process holds the secrets and answers on a socket, so that they are
in no environment that a tool might print. In an ordinary playbook they come from the ``env``
store: ``VIGO_SECRET_`` and the path in capitals.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Iterable

from ..module_utils.secret_references import environment_name

#: Names the socket of a running ``vigo-bridge``.
SOCKET_VARIABLE = "VIGO_BRIDGE_SECRETS"


class UnknownSecrets(Exception):
    """No store has these secrets. The message says where to put them."""


def look_up(paths: Iterable[str]) -> dict[str, str]:
    """The values of all these paths. Raises UnknownSecrets naming every missing one."""
    wanted = sorted(paths)
    if not wanted:
        return {}
    address = os.environ.get(SOCKET_VARIABLE)
    values = _ask(address, wanted) if address else _environment(wanted)
    missing = [path for path in wanted if path not in values]
    if missing:
        places = ", ".join(f"{path} ({environment_name(path)})" for path in missing)
        raise UnknownSecrets(
            f"no secret store has: {places}; set the environment variable in brackets"
        )
    return values


def _environment(paths: list[str]) -> dict[str, str]:
    names = {path: environment_name(path) for path in paths}
    return {path: os.environ[name] for path, name in names.items() if os.environ.get(name)}


def _ask(address: str, paths: list[str]) -> dict[str, str]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        connection.sendall(json.dumps(paths).encode() + b"\n")
        with connection.makefile("rb") as stream:
            return dict(json.loads(stream.readline()))
