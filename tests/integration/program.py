# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the program as a user does, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECRET = "postgres://canary-4711@db/webapp"
SECRETS = {"VIGO_SECRET_VIGO_WEBAPP_DATABASE_URL": SECRET}


@dataclass(frozen=True)
class Finished:
    """A call that ended. document: standard output as JSON, or None if it is not JSON."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    def actions(self, host: str) -> dict[str, str]:
        """Return the action of each resource of an envoy, by id."""
        resources = self.document["envoys"][host]["resources"]
        return {resource["id"]: resource["action"] for resource in resources}

    def reasons(self, host: str) -> dict[str, str]:
        resources = self.document["envoys"][host]["resources"]
        return {resource["id"]: resource["reason"] for resource in resources}


def vigo_bridge(
    *arguments: str | Path,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    prefix: Sequence[str] = (),
) -> Finished:
    """Run ``vigo-bridge`` with these arguments; never raise for its exit status.

    prefix: a command that runs it.
    """
    finished = subprocess.run(
        [*prefix, sys.executable, "-m", "vigo_bridge", *map(str, arguments)],
        env={**os.environ, **SECRETS, **(environment or {})},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert "Traceback" not in finished.stderr, finished.stderr
    return Finished(finished.returncode, finished.stdout, finished.stderr)
