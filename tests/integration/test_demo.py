# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo` and `make demo-down`, where the engine is the testbed's own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.free_ports import free_port
from tests.testbed import Engine

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.integration


def demo(*arguments: str) -> str:
    command = [sys.executable, "-m", "tests.testbed.demo", *arguments]
    finished = subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout
    return finished.stdout


def names(engine: Engine) -> set[str]:
    with closing(engine.client()) as client:
        return {
            str(container.name)
            for container in client.containers.list(ignore_removed=True, all=True)
        }


def test_demo(engine: Engine) -> None:
    if not engine.ours:
        pytest.skip("the demo goes to the engine of this machine, which tests leave alone")
    shown = demo("--set", f"app_port={free_port()}", "--set", f"redis_port={free_port()}")
    assert "no errors" in shown
    assert "1 envoy: 1 pending" in shown
    assert "1 envoy: 1 changed" in shown
    assert "1 envoy: 1 converged" in shown
    assert "traefik/whoami:v1.10.1" in shown
    assert {"redis", "webapp"} <= names(engine)
    demo("--down")
    assert not {"redis", "webapp"} & names(engine)
