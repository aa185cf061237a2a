# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the docker program, and reads what it reports about an image."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from vigo_bridge.ansible.environment import is_secret
from vigo_bridge.builds.command import Call

#: How much of a program's output is kept, in bytes: its end.
_KEPT = 64 << 10
#: The last line of `docker push`.
_PUSHED = re.compile(r"^\S+: digest: (sha256:[0-9a-f]{64}) size: \d+\s*$", re.MULTILINE)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Finished:
    """A call that ended. log: the end of what it printed, without secrets."""

    status: int
    log: str


def is_installed() -> bool:
    """Return whether the docker program exists."""
    return shutil.which("docker") is not None


def has_buildx() -> bool:
    """Return whether the docker program has its plugin buildx."""
    found = subprocess.run(
        ["docker", "buildx", "version"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=_environment(Call(())),
        check=False,
    )
    # Without the plugin, docker takes `buildx` for an unknown command, and fails.
    return found.returncode == 0


def run(call: Call, folder: Path, secrets: Secrets, show: Callable[[str], None]) -> Finished:
    """Run a call in a folder until it ends, and return its result.

    show: called with each line of output; with secrets, only when all of it can be masked, at the
    end.
    """
    kept = bytearray()
    with tempfile.TemporaryFile() as given:
        given.write(call.stdin.encode())
        given.seek(0)
        try:
            process = subprocess.Popen(
                call.words,
                cwd=folder,
                env=_environment(call),
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            return Finished(127, f"docker cannot be started: {explained(error)}")
    with process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                kept += line
                del kept[: -(_KEPT + secrets.reach)]
                if not secrets.values:
                    show(line.decode("utf-8", "replace").rstrip("\r\n"))
        except BaseException:
            process.terminate()
            raise
    log = secrets.conceal_output(bytes(kept), _KEPT)
    if secrets.values:
        for text in log.removesuffix("\n").split("\n"):
            show(text.rstrip("\r"))
    return Finished(process.returncode, log)


def digest_of(call: Call, log: str) -> str:
    """Return the digest of a pushed image; empty if docker does not report it. log: of the call."""
    if call.metadata is None:
        found = _PUSHED.findall(log)
        return found[-1] if found else ""
    try:
        reported = json.loads(call.metadata.read_text(encoding="utf-8"))
        digest = str(reported["containerimage.digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return digest if _DIGEST.fullmatch(digest) else ""


def _environment(call: Call) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not is_secret(name)}
    return {**kept, **call.environment}
