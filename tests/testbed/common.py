# SPDX-License-Identifier: GPL-3.0-or-later
"""Names, folders, addresses and messages that all parts of the testbed share."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# The prefix of all names, and the label of all containers and networks, that we make on an engine.
NAME = "vigo-bridge-testbed"

# The network of the testbed. The registry has a fixed address there, known before any engine
# starts; hosts draw theirs from what `HOST_ADDRESSES` leaves.
SUBNET = ipaddress.IPv4Network(os.environ.get("VIGO_BRIDGE_TESTBED_SUBNET", "10.213.0.0/16"))
REGISTRY_ADDRESS = str(SUBNET[2])
REGISTRY_NAME = "myregistry.example.com"


class TestbedError(Exception):
    """A part of the testbed is not available; the message gives the reason and the remedy."""

    __test__ = False  # The name starts with Test, but pytest must not collect it.


def say(text: str) -> None:
    """Print what takes time, in one line on stderr."""
    print(f"testbed: {text}", file=sys.stderr, flush=True)


def cache_folder() -> Path:
    """Return the folder where built images and downloads stay between runs."""
    chosen = os.environ.get("VIGO_BRIDGE_TESTBED_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(chosen) if chosen else home / NAME
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def state_folder() -> Path:
    """Return the folder of sockets, pid files, logs and locks of the running testbed.

    The path is short, because a socket's path may have 107 characters only.
    """
    chosen = os.environ.get("VIGO_BRIDGE_TESTBED_STATE")
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if chosen:
        folder = Path(chosen)
    elif os.geteuid() == 0:
        folder = Path("/run") / NAME
    elif runtime:
        folder = Path(runtime) / NAME
    else:
        folder = Path("/tmp") / f"{NAME}-{os.geteuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None) -> str:
    """Run a program and return its standard output.

    Raises:
        TestbedError: it is not there or it failed; the message has the end of its output.
    """
    try:
        done = subprocess.run(
            command, env={**os.environ, **(env or {})}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise TestbedError(f"the program {command[0]!r} is missing; install it") from error
    if done.returncode != 0:
        output = (done.stdout + done.stderr).strip()[-2000:]
        raise TestbedError(f"{' '.join(command)} failed ({done.returncode}):\n{output}")
    return done.stdout
