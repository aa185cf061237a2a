# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that is run on a target to connect the user's terminal to one of its containers."""

from __future__ import annotations

import base64
import inspect
import json
import re
import zlib
from typing import Any, Mapping

from ansible.errors import AnsibleActionFail

from ..module_utils.delivery import terminal
from .printable import one_line

_ID = re.compile(r"[0-9a-f]{12,64}")
_START = (
    "import base64,zlib;"
    "exec(compile(zlib.decompress(base64.b64decode('%s')),'terminal.py','exec'),"
    "{'__name__':'__main__'})"
)


def terminal_place(answer: str) -> dict[str, str]:
    """Return the ID of the container and its engine's socket, from the module's answer.

    Raise AnsibleActionFail for an answer of another form, and for an engine without a socket.
    """
    try:
        given = json.loads(answer)
        container, host = str(given["container"]), str(given["engine"])
    except (KeyError, TypeError, ValueError):
        container, host = "", ""
    if not _ID.fullmatch(container):
        raise AnsibleActionFail("the host did not return the ID of the container; run again")
    scheme, path = host[:7], host[7:]
    if scheme != "unix://" or not path.startswith("/") or "\0" in path:
        raise AnsibleActionFail(
            f"a terminal requires an engine at a Unix socket of the host, not at {one_line(host)};"
            f" use `docker -H {one_line(host)} exec -it {container[:12]} ...` on the host"
        )
    return {"container": container, "socket": path}


def terminal_program(python: str, given: Mapping[str, Any]) -> list[str]:
    """Return the command for the target. given: see `module_utils.delivery.terminal`."""
    source = base64.b64encode(zlib.compress(inspect.getsource(terminal).encode(), 9)).decode()
    return [python or "python3", "-I", "-c", _START % source, json.dumps(dict(given))]
