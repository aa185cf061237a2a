# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the commands between two batches, on the controller."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from typing import IO

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.ansible.environment import ansible_environment

_SHOWN_CHARACTERS = 500
#: A character has up to four bytes.
_SHOWN_BYTES = 4 * _SHOWN_CHARACTERS


def run_here(command: str, variables: Mapping[str, str]) -> str:
    """Run a shell command on this machine; return the error, empty if it exited with 0.

    Programs that it starts in the background are not waited for. variables: added to the
    environment of this process, from which secrets are removed.
    """
    try:
        # A pipe would stay open until all programs that the command has started have ended.
        with tempfile.TemporaryFile() as output:
            program = subprocess.Popen(
                ["/bin/sh", "-c", command],
                env={**ansible_environment(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C on the terminal must not end it: the running batch finishes.
                start_new_session=True,
            )
            code = program.wait()
            return ": ".join(filter(None, [f"exit code {code}", _end(output)])) if code else ""
    except OSError as error:
        return f"cannot be run: {explained(error)}"


def _end(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - _SHOWN_BYTES))
    return output.read().decode(errors="replace").strip()[-_SHOWN_CHARACTERS:]
