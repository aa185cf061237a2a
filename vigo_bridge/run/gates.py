# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands between two batches: an address that must answer, commands on the controller."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from vigo_bridge.run.environment import ansible_environment

#: How long an address may take to answer, in seconds.
_ANSWER_SECONDS = 10
_SHOWN_CHARACTERS = 500


def fetch(url: str) -> str:
    """What is wrong with the answer of an address; empty when its status is 2xx."""
    # Imported here: it takes long, with all of TLS, and few rollouts fetch anything.
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_SECONDS) as answer:
            return "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"
    except urllib.error.HTTPError as error:
        with error:
            return f"HTTP {error.code}: {_end(error.read(_SHOWN_CHARACTERS))}".rstrip(": ")
    except (OSError, ValueError) as error:
        return str(getattr(error, "reason", error))


def run_here(command: str, variables: Mapping[str, str]) -> str:
    """Runs a shell command on this machine; what went wrong, empty when it exited with 0.

    variables: what it gets beside our own environment, without the secrets in that.
    """
    finished = subprocess.run(
        ["/bin/sh", "-c", command],
        env={**ansible_environment(), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        # Ctrl-C on the terminal shall not end it: the running batch finishes.
        start_new_session=True,
    )
    if finished.returncode == 0:
        return ""
    return f"exit code {finished.returncode}: {_end(finished.stdout)}".rstrip(": ")


def _end(output: bytes) -> str:
    return output.decode("utf-8", errors="replace").strip()[-_SHOWN_CHARACTERS:]
