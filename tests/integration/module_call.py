# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls one of our modules with Ansible, and counts how often it was sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One module call. sent: how many times the module was sent for it, by us or by Ansible."""

    result: dict[str, Any]
    sent: int
    printed: str


def call(
    module: str, arguments: dict[str, Any], inventory: str, *options: str, **environment: str
) -> Answer:
    """Run one task on the only host of an inventory, and return its result."""
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "ansible", "adhoc", "all", "-i", inventory, "-vvv", *options),
            *("--module-name", f"vigo.bridge.{module}", "--args", json.dumps(arguments)),
        ],
        env={**os.environ, "ANSIBLE_PIPELINING": "true", "ANSIBLE_NOCOLOR": "true", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    _head, _, answer = finished.stdout.partition(" => ")
    assert answer, finished.stdout + finished.stderr
    result, _ = json.JSONDecoder().raw_decode(answer)
    sent = finished.stdout.count(f"Using module file {_module_file(module)}")
    sent += finished.stdout.count(f"Sending {module}-")
    return Answer(result, sent, finished.stdout + finished.stderr)


def _module_file(module: str) -> Path:
    root = Path(__file__).parents[2]
    return root / f"ansible_collections/vigo/bridge/plugins/modules/{module}.py"
