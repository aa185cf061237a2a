# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are interrupted on a host, at any step and in any way: the next run finishes the work.

Each resource of the stack that takes time tells when it has begun, and goes on when it may.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Fleet, Host
from tests.testbed.common import TestbedError

pytestmark = pytest.mark.integration

NAME = "web1.app.example.com"
HERE = "/srv/faults"
STEPS = ["prepare", "app", "reload"]
STACK = {
    "envoys.vgo": 'envoys:\n  - match: "*.app.example.com"\n    configcrates: [site]\n',
    "configcrates/site.vgo": """\
name: site
vars:
  round: "0"
resources:
  - name: config
    type: file
    target_path: /srv/faults/config
    content: "{{ .Vars.round }}"
    notify: [after, reload]
  - name: prepare
    type: exec
    command: |
      /srv/faults/point prepare {{ .Vars.round }} && touch prepared-{{ .Vars.round }}
    cwd: /srv/faults
    creates: "prepared-{{ .Vars.round }}"
    depends_on: config
  - name: app
    type: container
    container: faults-app
    image: redis:7-alpine
    env: "ROUND={{ .Vars.round }}"
    volumes: "/srv/faults:/srv/faults"
    healthcheck:
      test: "touch /srv/faults/at-app-$ROUND; test -e /srv/faults/go -o -e /srv/faults/go-app"
      interval: 1s
      retries: 1000
    depends_on: prepare
  - name: after
    type: exec
    command: "cp /srv/faults/config /srv/faults/after"
    unless: "true"
    depends_on: app
  - name: reload
    type: exec
    command: "/srv/faults/point reload {{ .Vars.round }} && cp config reloaded"
    cwd: /srv/faults
    when: changed
    subscribes: app
""",
}
POINT = """\
#!/bin/sh
touch /srv/faults/at-$1-$2
until [ -e /srv/faults/go ] || [ -e /srv/faults/go-$1 ]; do sleep 0.1; done
"""


class Site:
    """The stack and its one host. Each round changes everything that can change."""

    def __init__(self, folder: Path, host: Host) -> None:
        self.host = host
        self.stack = folder / f"faults-{os.getpid()}"
        self.inventory = folder / "hosts.ini"
        self.inventory.write_text(host.inventory_line() + "\n")
        for name, text in STACK.items():
            path = self.stack / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        host.run(f"mkdir -p {HERE}; printf '%s' '{POINT}' > {HERE}/point; chmod +x {HERE}/point")

    def arguments(self, command: str, number: int) -> list[str]:
        return [command, "--stacks", str(self.stack), "-i", str(self.inventory), "-o", "json",
                "--set", f"round='{number}'"]  # fmt: skip

    def __call__(self, command: str, number: int) -> Finished:
        return vigo_bridge(*self.arguments(command, number))

    def start(self, number: int) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "vigo_bridge", *self.arguments("run", number)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_for(self, process: subprocess.Popen[str], name: str) -> None:
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(TestbedError):
                self.host.run(f"test -e {HERE}/{name}")
                return
            time.sleep(0.1)
        process.kill()  # or it would hold back the runs of the tests that follow
        pytest.fail(f"{name} was never reached: {process.communicate(timeout=300)}")

    def release(self, *steps: str) -> None:
        self.host.run("; ".join(f"touch {HERE}/go-{step}" for step in steps))


@pytest.fixture(scope="module")
def site(fleet3: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("faults"), fleet3[NAME])
    site.host.run(f"touch {HERE}/go")
    assert site("run", 0).status == 0
    yield site
    site.host.run(f"docker rm -fv faults-app; rm -rf {HERE}")


def _module(site: Site, number: str) -> None:
    """End our process on the host; the state folder's lock names it."""
    holder = json.loads(site.host.run("cat /var/lib/vigo-bridge/lock"))
    site.host.run(f"kill -{number} {holder['pid']}")


def terminate_module(site: Site, process: subprocess.Popen[str]) -> None:
    _module(site, "TERM")


def kill_module(site: Site, process: subprocess.Popen[str]) -> None:
    _module(site, "KILL")


def cut_connection(site: Site, process: subprocess.Popen[str]) -> None:
    site.host.run("kill -9 $(pgrep -f '^sshd: root')")


def drop_packets(site: Site, process: subprocess.Popen[str]) -> None:
    """Drop packets, so that nobody notices until the user has waited long enough."""
    site.host.run("iptables -I INPUT -p tcp --dport 22 -j DROP")
    _interrupt_twice(process)
    process.wait(timeout=300)
    site.release(*STEPS)
    site.host.run("iptables -D INPUT -p tcp --dport 22 -j DROP")


def kill_engine(site: Site, process: subprocess.Popen[str]) -> None:
    site.host.run("kill -9 $(cat /var/run/docker.pid)")
    site.release(*STEPS)
    process.wait(timeout=300)
    site.host.run("nohup dockerd >> /var/log/dockerd.log 2>&1 &")


def cut_power(site: Site, process: subprocess.Popen[str]) -> None:
    site.host.stop()
    process.wait(timeout=300)
    site.host.start()


def terminate_program(site: Site, process: subprocess.Popen[str]) -> None:
    process.terminate()


def _interrupt_twice(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C twice: the first lets the running batch finish, the second ends it at once."""
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)


Fault = Callable[[Site, "subprocess.Popen[str]"], None]
FAULTS: list[Fault] = [
    terminate_module,
    kill_module,
    cut_connection,
    drop_packets,
    kill_engine,
    cut_power,
    terminate_program,
]


def test_the_next_run_converges_after_a_cut_connection(site: Site) -> None:
    _assert_repaired(site, "prepare", cut_connection)


@pytest.mark.sweep
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_it_does_after_any_fault_at_any_step(site: Site, step: str, fault: Fault) -> None:
    _assert_repaired(site, step, fault)


def _assert_repaired(site: Site, step: str, fault: Fault) -> None:
    host = site.host
    host.run(f"rm -f {HERE}/at-* {HERE}/go*")
    number = time.monotonic_ns()  # a round that never was
    process = site.start(number)
    earlier = STEPS[: STEPS.index(step)]
    site.release(*earlier)
    site.wait_for(process, f"at-{step}-{number}")
    fault(site, process)
    out, err = process.communicate(timeout=300)
    assert process.returncode in (0, 3, 130), out + err

    host.wait()
    host.run(f"touch {HERE}/go")
    again = site("run", number)
    assert again.status == 0, again.out + again.err
    told = host.run(f"cd {HERE}; for f in config after reloaded; do cat $f; echo; done").split()
    assert told == [str(number)] * 3, again.out
    assert host.docker("ps", "-a", "--format", "{{.Names}} {{.State}}").split("\n")[:-1] == [
        "faults-app running"
    ]
    assert f"ROUND={number}" in host.docker("inspect", "faults-app")
    plan = site("plan", number)
    assert plan.status == 0, plan.out
    assert host.run(f"find {HERE} /var/lib/vigo-bridge -name '.*.vigo-*'") == ""
    assert '"owed": {}' in host.run("cat /var/lib/vigo-bridge/journal/faults-*.json")
