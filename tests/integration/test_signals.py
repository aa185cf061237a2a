# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGTERM and SIGHUP end the program at once, whatever it is doing, and leave nothing."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.local_fleet import LocalFleet
from tests.integration.test_interrupt import Running, await_no_process_with

#: Says that it has begun, and goes on for longer than any test waits. HERE: the test's folder.
LONG = "touch HERE/begun; HERE/sleep 300; true"


@dataclass(frozen=True)
class Moment:
    """What the program is doing when the signal comes.

    files: written into the folder, programs if they begin with #!. recorded: whether a rollout has
    begun, which the history then shows as interrupted.
    """

    arguments: str
    converge: str = "true"
    files: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    recorded: bool = True


RUN = "run --stacks HERE/stack -i HERE/hosts.ini -o json"
MOMENTS = {
    "a batch": Moment(RUN, converge=LONG),
    "a batch that ignores SIGINT and SIGTERM": Moment(RUN, converge=f"trap '' INT TERM; {LONG}"),
    "plan": Moment(
        RUN.replace("run", "plan", 1),
        files={
            "stack/configcrates/site.vgo": f"""\
name: site
resources: [{{name: go, type: exec, command: "true", onlyif: "{LONG}"}}]
"""
        },
        recorded=False,
    ),
    "task run": Moment(f"task run '{LONG}' --target '*' -i HERE/hosts.ini"),
    "task run, asking for traits": Moment(
        "task run true --target os.distro=debian -i HERE/slow.ini",
        files={
            "slow.ini": "h1 ansible_connection=local ansible_python_interpreter=HERE/python",
            "python": f"#!/bin/sh\n{LONG}\n",
        },
        recorded=False,
    ),
    "a health check": Moment(f"{RUN} --health-check '{LONG}'"),
    "the interval between two health checks": Moment(
        f"{RUN} --health-check 'touch HERE/begun; false' --health-interval 300"
    ),
    "the address of a health check": Moment(f"{RUN} --health-check-url http://127.0.0.1:PORT/"),
    "a pause": Moment(f"{RUN} --batch-size 1 --after-batch 'touch HERE/begun' --pause 300"),
    "a command before a batch": Moment(f"{RUN} --before-batch '{LONG}'"),
    "a command that ignores SIGINT": Moment(f"{RUN} --before-batch \"trap '' INT; {LONG}\""),
    "a command after a batch": Moment(f"{RUN} --after-batch '{LONG}'"),
    "reading the inventory": Moment(
        "run --stacks HERE/stack -i HERE/inventory",
        files={"inventory": f"#!/bin/sh\n{LONG}\n"},
        recorded=False,
    ),
    "envoys list": Moment(
        "envoys list --stacks HERE/stack -i HERE/inventory",
        files={"inventory": f"#!/bin/sh\n{LONG}\n"},
        recorded=False,
    ),
    "a secret store": Moment(
        "task run 'echo secret:a/b' --target '*' --stacks HERE/stack -i HERE/hosts.ini",
        files={
            "stack/secrets.yml": 'stores: [{command: [HERE/store, "{path}"], timeout: 300}]',
            "store": f"#!/bin/sh\n{LONG}\n",
        },
        recorded=False,
    ),
    "a vault password program": Moment(
        "secrets list --stacks HERE/stack",
        files={
            "stack/secrets.vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n00\n",
            "password": f"#!/bin/sh\n{LONG}\n",
        },
        environment={"ANSIBLE_VAULT_PASSWORD_FILE": "HERE/password"},
        recorded=False,
    ),
}

#: What the everyday tests take; the others differ by little.
EVERYDAY = (
    "a batch",
    "reading the inventory",
)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        pytest.param(
            moment,
            signal.SIGHUP if name == "a pause" else signal.SIGTERM,
            marks=() if name in EVERYDAY else pytest.mark.sweep,
            id=name,
        )
        for name, moment in MOMENTS.items()
    ],
)
def test_a_signal_ends_it_at_once(tmp_path: Path, moment: Moment, number: signal.Signals) -> None:
    fleet = LocalFleet(tmp_path, [], moment.converge, count=2)
    _write(moment.files, tmp_path)
    with _listening() as (server, port):
        running = Running(
            ["/bin/sh", "-c", f"exec {sys.executable} -m vigo_bridge "
             + moment.arguments.replace("HERE", str(tmp_path)).replace("PORT", str(port))],
            {**os.environ, **fleet.environment, **_placed(moment.environment, tmp_path)},
        )  # fmt: skip
        if "PORT" in moment.arguments:
            server.accept()
        else:
            running.wait_for(tmp_path / "begun")
        os.kill(running.process.pid, number)
        out = running.end()

    assert running.process.returncode == 130, running.told()
    assert "Traceback" not in running.told()
    await_no_process_with(str(tmp_path))
    state = tmp_path / "state" / "vigo-bridge" / "controller"
    for lock in state.glob("locks/*.lock"):
        with lock.open() as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    records = [json.loads(path.read_text()) for path in state.glob("history/*.json")]
    assert [record["result"]["status"] for record in records] == ["interrupted"] * moment.recorded
    if moment.arguments.startswith(RUN):
        assert json.loads(out)["status"] == "interrupted"


def test_the_end_of_the_terminal_is_the_end_of_the_run(tmp_path: Path) -> None:
    fleet = LocalFleet(tmp_path, [], LONG, count=1)
    _write({}, tmp_path)
    ours, its = pty.openpty()
    program = subprocess.Popen(
        # The tests themselves may run under nohup, which is inherited.
        ["env", "--default-signal=HUP", "setsid", "--ctty", "--wait", sys.executable,
         "-m", "vigo_bridge", *fleet.command("--batch-size", "1")],
        env={**os.environ, **fleet.environment},
        stdin=its, stdout=its, stderr=its,
    )  # fmt: skip
    os.close(its)
    ended = threading.Event()
    reader = threading.Thread(target=_read, args=[ours, ended], daemon=True)
    reader.start()
    deadline = time.monotonic() + 60
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    ended.set()  # While a read waits, the terminal would outlive its descriptor.
    reader.join(60)
    os.close(ours)
    assert program.wait(60) == 130
    await_no_process_with(str(tmp_path))
    state = tmp_path / "state" / "vigo-bridge" / "controller"
    (record,) = [json.loads(path.read_text()) for path in state.glob("history/*.json")]
    assert record["ended"]
    assert record["result"]["status"] == "interrupted"


@pytest.mark.sweep
def test_nohup(tmp_path: Path) -> None:
    wait = "touch HERE/begun; until test -e HERE/go; do sleep 0.1; done"
    fleet = LocalFleet(tmp_path, [], wait, count=1)
    running = Running(
        ["nohup", sys.executable, "-m", "vigo_bridge", *fleet.command()],
        {**os.environ, **fleet.environment},
    )
    running.wait_for(tmp_path / "begun")
    os.kill(running.process.pid, signal.SIGHUP)
    (tmp_path / "go").touch()
    assert json.loads(running.end())["status"] == "converged"
    assert running.process.returncode == 0


def _write(files: Mapping[str, str], folder: Path) -> None:
    (folder / "sleep").symlink_to("/bin/sleep")  # so that its command line names the folder
    for name, text in files.items():
        path = folder / name
        path.write_text(text.replace("HERE", str(folder)))
        path.chmod(0o700 if text.startswith("#!") else 0o600)


def _placed(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    return {name: value.replace("HERE", str(folder)) for name, value in environment.items()}


@contextlib.contextmanager
def _listening() -> Iterator[tuple[socket.socket, int]]:
    """Run a server that accepts connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, server.getsockname()[1]


def _read(terminal: int, ended: threading.Event) -> None:
    """Read what a terminal shows, until the event is set."""
    with contextlib.suppress(OSError):
        while not ended.is_set():
            if select.select([terminal], [], [], 0.05)[0]:
                os.read(terminal, 4096)
