# SPDX-License-Identifier: GPL-3.0-or-later
"""A node runs a unit with a real Ansible, on hosts that are the node itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.work_units import packed_unit, shell
from vigo_bridge.mesh.answer import (
    Answer,
    Ended,
    Event,
    HostResult,
    Noise,
    SecretsAsked,
    Started,
    read_answer,
)
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.secrets.units import unit_secrets

SECRETS = Secrets({"web/key": "hunter22", "web/other": "hunter23"}, lambda paths: {})


#: Looking for a Python takes Ansible as long as the rest of a run.
PYTHON = f"ansible_python_interpreter={sys.executable}"


class Node:
    """Starts a worker as a program."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, command: str, *options: str, **settings: Any) -> subprocess.Popen[bytes]:
        unit = packed_unit(
            self.folder, shell(command), variables=PYTHON, environment={"MARK": "mark"}, **settings
        )
        program = [sys.executable, "-m", "vigo_bridge", "mesh", "worker", *options]
        self.process = process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "HIDDEN": "of the node"},
        )
        assert process.stdin
        process.stdin.write(unit)
        process.stdin.flush()
        return process


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path)
    yield node
    assert node.process
    with node.process as process:
        process.wait(10)
    assert not list(Path("/dev/shm").glob(f"vigo-bridge-run-{process.pid}-*"))


def parts(process: subprocess.Popen[bytes]) -> Iterator[Answer]:
    assert process.stdout
    return read_answer(process.stdout)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_unit_without_secrets(node: Node) -> None:
    process = node.start(f'sh -c "echo $MARK >> {node.folder}/said"')
    assert process.stdin
    process.stdin.close()
    found = list(parts(process))
    assert process.wait(10) == 0
    assert [part for part in found if isinstance(part, Noise)] == []
    assert isinstance(found[0], Started)
    end = found[-1]
    assert isinstance(end, Ended)
    assert end.status == "successful"
    results = [part for part in found if isinstance(part, HostResult)]
    assert {part.file for part in results} == {"h1.json", "h2.json"}
    assert (node.folder / "said").read_text() == "mark\nmark\n", results
    for host in ("h1", "h2"):
        ok = next(
            number
            for number, part in enumerate(found)
            if isinstance(part, Event)
            and part.data["event"] == "runner_on_ok"
            and part.data["event_data"] == {"host": host}
        )
        result = next(part for part in results if part.file == f"{host}.json")
        assert found.index(result) < ok
    assert "of the node" not in repr(found)


def test_secrets_over_a_service(node: Node) -> None:
    path = node.folder / "mesh.sock"
    with unit_secrets(path) as units, units.unit(SECRETS, ["web/key"]) as token:
        process = node.start(
            f'sh -c "echo secret:web/key >> {node.folder}/said"',
            *("--secrets-socket", str(path)),
            token=token,
        )
        assert process.stdin
        process.stdin.close()
        found = list(parts(process))
    assert (node.folder / "said").read_text() == "hunter22\nhunter22\n", found
    assert "hunter22" not in repr(found)


def test_a_secret_that_is_not_allowed(node: Node) -> None:
    path = node.folder / "mesh.sock"
    with unit_secrets(path) as units, units.unit(SECRETS, ["web/key"]) as token:
        process = node.start("echo secret:web/other", "--secrets-socket", str(path), token=token)
        assert process.stdin
        process.stdin.close()
        found = list(parts(process))
    results = [part.content for part in found if isinstance(part, HostResult)]
    assert len(results) == 2
    assert all("do not use web/other" in text for text in results)


def test_a_secret_without_permission(node: Node) -> None:
    process = node.start("echo secret:web/key")
    assert process.stdin
    process.stdin.close()
    results = [part.content for part in parts(process) if isinstance(part, HostResult)]
    assert len(results) == 2
    assert all("cannot ask for web/key" in text for text in results)


def test_secrets_over_standard_input(node: Node) -> None:
    process = node.start(f'sh -c "echo secret:web/key >> {node.folder}/said"', attached=True)
    assert process.stdin
    found = []
    for part in parts(process):
        found.append(part)
        if isinstance(part, SecretsAsked):
            assert part.paths == ["web/key"]
            answer = {"id": part.id, "values": {"web/key": "hunter22"}}
            process.stdin.write(json.dumps(answer).encode() + b"\n")
            process.stdin.flush()
    assert process.wait(10) == 0
    assert (node.folder / "said").read_text() == "hunter22\nhunter22\n", found
    assert "hunter22" not in repr(found)


def start_sleeping(node: Node, attached: bool) -> subprocess.Popen[bytes]:
    """Start a unit, and wait until its hosts sleep."""
    pids = node.folder / "pids"
    process = node.start(f'sh -c "echo $$ >> {pids}; exec sleep 600"', attached=attached)
    wait_for(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    return process


def running(node: Node) -> list[str]:
    pids = (node.folder / "pids").read_text().split()
    return [pid for pid in pids if Path("/proc", pid).exists()]


def test_an_interrupted_unit_leaves_nothing(node: Node) -> None:
    process = start_sleeping(node, attached=False)
    process.send_signal(signal.SIGINT)  # Receptor cancels a unit in this way.
    found = list(parts(process))
    assert process.wait(10) == 0
    end = found[-1]
    assert isinstance(end, Ended)
    assert end.status == "canceled"
    assert not running(node)


def test_a_controller_that_vanishes(node: Node) -> None:
    process = start_sleeping(node, attached=True)
    assert process.stdin
    assert process.stdout
    process.stdout.close()
    process.stdin.close()
    process.wait(10)
    assert not running(node)


def test_a_refused_unit(tmp_path: Path) -> None:
    unit = packed_unit(tmp_path, shell("true"))
    text = unit.replace(b'"ansible_core": "', b'"ansible_core": "1')
    program = [sys.executable, "-m", "vigo_bridge", "mesh", "worker"]
    finished = subprocess.run(program, input=text, capture_output=True, check=False)
    assert finished.returncode == 3
    end = json.loads(finished.stdout.splitlines()[0])
    assert end["status"] == "error"
    assert "install the same version on both" in end["job_explanation"]
