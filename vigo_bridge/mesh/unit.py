# SPDX-License-Identifier: GPL-3.0-or-later
"""The work unit that a controller sends to a node: one call of ansible-playbook, with its files.

It is in ansible-runner's streaming format, after one line of ours. Receptor stores it on the disks
of both machines, so it contains no secret.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from vigo_bridge.ansible import ansible_compat

_HEADER = "vigo_bridge"
_LONGEST_LINE = 1 << 22


class UnitError(Exception):
    """A unit cannot be used. The message says why, and what to do."""


@dataclass(frozen=True)
class Unit:
    """One call of ansible-playbook on a node.

    ident: its name. playbook: relative to the folder `project` of the unit, in which Ansible runs.
    inventory: relative to the unit's folder. arguments: of ansible-playbook. environment:
    variables in addition to the node's own. attached: whether standard input stays open as long as
    the controller waits for the unit. token: what the unit asks for secrets with; None if it may
    not ask, or is attached.
    """

    ident: str
    playbook: str
    inventory: Sequence[str]
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    attached: bool = False
    token: str | None = field(default=None, repr=False)


def _versions() -> dict[str, str]:
    """Return what must be equal on controller and node, so that hosts get the same from each."""
    core = version("ansible-core").split(".")
    return {
        "version": version("vigo-bridge"),
        "ansible_core": ".".join(core[:2]),
    }


def write_unit(unit: Unit, folder: Path, output: IO[bytes]) -> None:
    """Write a unit with all files of a folder to a file or a pipe."""
    header = {**_versions(), "attached": unit.attached, "token": unit.token}
    output.write(json.dumps({_HEADER: header}).encode() + b"\n")
    settings = {
        "ident": unit.ident,
        "playbook": unit.playbook,
        "inventory": list(unit.inventory),
        "cmdline": shlex.join(unit.arguments),
        "envvars": dict(unit.environment),
    }
    ansible_compat.transmit(folder, settings, output)


def read_unit(source: IO[bytes], folder: Path) -> Unit:
    """Return the unit that a controller sends, after unpacking its files to the folder.

    Raise UnitError, before anything is unpacked if controller and node do not match.
    """
    header = _line(source).get(_HEADER)
    if not isinstance(header, Mapping):
        raise UnitError(
            "standard input is not a work unit of vigo-bridge; this command is started by"
            " `vigo-bridge run --mesh`, not by users"
        )
    _check_versions(header)
    settings: Mapping[str, Any] = {}
    while "eof" not in (line := _line(source)):
        if "kwargs" in line:
            settings = line["kwargs"]
        elif "zipfile" in line:
            _unpack(source, line["zipfile"], folder)
    try:
        return Unit(
            ident=str(settings["ident"]),
            playbook=str(settings["playbook"]),
            inventory=[str(path) for path in settings["inventory"]],
            arguments=shlex.split(settings["cmdline"]),
            environment={str(name): str(text) for name, text in settings["envvars"].items()},
            attached=header.get("attached") is True,
            token=header.get("token"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnitError(f"the work unit is incomplete ({error!r}); send it again") from error


def _check_versions(header: Mapping[str, Any]) -> None:
    """Raise UnitError unless both machines have the same versions."""
    for name, title in (("version", "vigo-bridge"), ("ansible_core", "ansible-core")):
        theirs, ours = header.get(name), _versions()[name]
        if theirs != ours:
            raise UnitError(
                f"the controller has {title} {theirs}, and this node has {ours}; install the same"
                " version on both"
            )


def _line(source: IO[bytes]) -> Mapping[str, Any]:
    """Return the next line of a unit. Raise UnitError."""
    text = source.readline(_LONGEST_LINE)
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        state = "ended early" if not text else "is damaged"
        raise UnitError(f"the work unit {state}; send it again")
    return found


def _unpack(source: IO[bytes], length: Any, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        ansible_compat.receive(source, int(length), folder)
    except Exception as error:  # zipfile and base64 have many errors for damaged data
        raise UnitError(f"the files of the work unit cannot be unpacked: {error}") from error
