# SPDX-License-Identifier: GPL-3.0-or-later
"""The program, certificates and configurations of Receptor: those of the documentation."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.testbed import debian
from tests.testbed.common import cache_folder, run

_EXAMPLES = Path(__file__).parents[2] / "docs/examples/mesh"
_SUITE = "trixie"
#: The receptor of this machine.
CONTROLLER = "controller"
#: The name of the tls-client of each receptor.
TLS_CLIENT = "mesh-client"
SECRETS_SERVICE = "secrets"
WORK_TYPE = "vigo-bridge"
PORT = 27199
#: Where nodes have their configuration and their data.
ETC = "/etc/receptor"
DATA = "/var/lib/receptor"

Entries = list[dict[str, dict[str, Any]]]


def receptor() -> Path:
    """Return the program, downloaded once."""
    folder = cache_folder() / f"receptor-{_SUITE}"
    program = folder / "usr/bin/receptor"
    if not program.exists():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        debian.unpack_from(_SUITE, "receptor", unfinished)
        unfinished.rename(folder)
    return program


def certify(folder: Path, addresses: Mapping[str, str]) -> None:
    """Write the certificates of receptors to subfolders of these names, with one authority.

    addresses: by name.
    """
    path = f"{receptor().parent}:{os.environ['PATH']}"
    script = str(_EXAMPLES / "certify.sh")
    names = [f"{name}={address}" for name, address in addresses.items()]
    run(["sh", script, str(folder), *names], env={"PATH": path})


def node_entries(
    name: str, folder: Path | None = None, port: int = PORT, python: str = sys.executable
) -> Entries:
    """Return the configuration of a node, which runs this clone of vigo-bridge.

    folder: for all its files, if it is a process of this machine. port: that it listens on.
    python: what runs its worker.
    """
    paths = {"/run/vigo-bridge": str(folder), ETC: str(folder), DATA: f"{folder}/data"}
    entries = _entries("node.conf", {"node1": name, **(paths if folder else {})})
    _values(entries, "tcp-listener")["port"] = port
    command = _values(entries, "work-command")
    command["command"] = python
    command["params"] = f"-m vigo_bridge {command['params']}"
    return entries


def controller_entries(
    folder: Path, socket: Path, secrets_socket: Path, peers: Sequence[str]
) -> Entries:
    """Return the configuration of the controller.

    folder: with its certificate and data. peers: addresses and ports of nodes.
    """
    paths = {
        ETC: str(folder / CONTROLLER),
        DATA: str(folder / "data"),
        "/run/receptor/control.sock": str(socket),
        "/run/vigo-bridge/mesh-secrets.sock": str(secrets_socket),
    }
    entries = _entries("controller.conf", paths)
    _values(entries, "work-signing")["privatekey"] = str(folder / "work.key")
    others = [entry for entry in entries if "tcp-peer" not in entry]
    return [*others, *map(_peer, peers)]


def stranger_entries(name: str, folder: Path, socket: Path, peer: str) -> Entries:
    """Return the configuration of a receptor with a certificate of another name."""
    own = {"node1": name, ETC: str(folder), DATA: str(folder / "data")}
    entries = [
        entry
        for entry in _entries("node.conf", own)
        if entry.keys() & {"node", "tls-server", "tls-client", "control-service"}
    ]
    del _values(entries, "node")["firewallrules"]
    for kind in ("tls-server", "tls-client"):
        _values(entries, kind)["skipreceptornamescheck"] = True
    _values(entries, "control-service")["filename"] = str(socket)
    command = {"worktype": WORK_TYPE, "command": "/bin/true"}
    return [*entries, _peer(peer), {"work-command": command}]


def write(entries: Entries, path: Path) -> None:
    """Write a configuration in one step."""
    unfinished = path.with_suffix(".part")
    unfinished.write_text(yaml.safe_dump(entries, sort_keys=False))
    unfinished.rename(path)


def _peer(address: str) -> dict[str, dict[str, Any]]:
    return {"tcp-peer": {"address": address, "tls": TLS_CLIENT}}


def _entries(name: str, replaced: Mapping[str, str]) -> Entries:
    text = (_EXAMPLES / name).read_text()
    for old, new in replaced.items():
        assert old in text, f"{name} does not have {old}"
        text = text.replace(old, new)
    entries: Entries = yaml.safe_load(text)
    return entries


def _values(entries: Entries, kind: str) -> dict[str, Any]:
    return next(entry[kind] for entry in entries if kind in entry)
