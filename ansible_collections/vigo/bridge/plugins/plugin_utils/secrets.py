# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where secrets come from, on the controller.

Under ``vigo-bridge`` its process holds the secrets and answers on a socket, so that they are in no
environment that a tool might print. In an ordinary playbook the stores are queried directly.
"""

from __future__ import annotations

import json
import os
import socket
from typing import Iterable, Iterator, Mapping, Sequence

from ..module_utils.secrets.references import environment_name, mistake, weakness
from .secret_stores import Store, StoreError, ask

#: Names the socket of a running ``vigo-bridge``.
SOCKET_VARIABLE = "VIGO_BRIDGE_SECRETS"


class UnknownSecrets(Exception):
    """No store has these secrets. The message says where to put them."""


def look_up(paths: Iterable[str], stores: Sequence[Store]) -> dict[str, str]:
    """Return the values of all these paths. Raise UnknownSecrets naming every missing one.

    Raise StoreError when a store cannot be used, or a secret is empty.
    """
    wanted = sorted(paths)
    if not wanted:
        return {}
    for path in wanted:
        problem = mistake(path)
        if problem:
            raise UnknownSecrets(f"{path!r} is not the path of a secret: {problem}")
    address = os.environ.get(SOCKET_VARIABLE)
    values = _ask_socket(address, wanted) if address else ask(wanted, stores)
    empty = [path for path in wanted if values.get(path) == ""]
    if empty:
        raise StoreError(f"the secret {', '.join(empty)} is empty; set a value")
    missing = [path for path in wanted if path not in values]
    if missing:
        raise UnknownSecrets("\n".join([_missing(missing, stores), *_refusals(missing, stores)]))
    return values


def weak(values: Mapping[str, str]) -> str | None:
    """Return a warning about secrets that look like other text, or None."""
    found = {path: weakness(value) for path, value in sorted(values.items())}
    listed = ", ".join(f"{path} ({reason})" for path, reason in found.items() if reason)
    if not listed:
        return None
    return (
        f"weak secret: {listed}; the same text is masked everywhere in the output of commands"
        " and engines, but not in messages; choose a longer secret"
    )


def _missing(paths: Sequence[str], stores: Sequence[Store]) -> str:
    """Return the message about secrets that no store has."""
    if not stores:
        return (
            f"missing secrets: {', '.join(paths)}; secrets.yml lists no store; add one to"
            " `stores:`, such as env"
        )
    places = ", ".join(f"{path} ({environment_name(path)})" for path in paths)
    asked = ", ".join(store.description for store in stores)
    return (
        f"missing secrets: {places}; set the environment variable in parentheses, or add it to"
        f" one of the stack's stores ({asked})"
    )


def _refusals(paths: Sequence[str], stores: Sequence[Store]) -> Iterator[str]:
    for store in stores:
        for path in paths:
            if path in store.refusals:
                yield f"{store.description} on {path}: {store.refusals[path]}"


def _ask_socket(address: str, paths: list[str]) -> dict[str, str]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        connection.sendall(json.dumps(paths).encode() + b"\n")
        with connection.makefile("rb") as stream:
            answer = json.loads(stream.readline())
    if "error" in answer:
        raise StoreError(answer["error"])
    return dict(answer["values"])
