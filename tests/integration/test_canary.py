# SPDX-License-Identifier: GPL-3.0-or-later
"""Searches for a secret with a distinctive value in all places where it must not be.

Each run is watched here and on a host that is reached by SSH; `pytest -s` shows the table of
places and runs.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.integration.canary import (
    BROKEN,
    CRATE,
    LINES,
    SECRETS,
    VALUE,
    found_in,
    watching,
    write_stack,
)
from tests.integration.program import Finished, vigo_bridge
from tests.testbed import Fleet, Host

# One after the other: all look for the same value on this machine.
pytestmark = [pytest.mark.integration, pytest.mark.testbed, pytest.mark.hosts]

HERE = "/srv/canary"
CONTAINERS = (
    *("canary", "canary-checked", "canary-dying", "canary-dying.vigo-failed"),
    "canary-unstartable",
)

#: Where to look on the target, the folder in which the stack asks for secrets aside.
WATCHED = ["/tmp", "/var/tmp", "/dev/shm", "/root", "/var/lib/vigo-bridge"]
SEARCHED = ["/etc", "/home", "/run", "/var/log"]
#: The engine's own: a container's environment, the error of a process that could not start.
ENGINE = [r"^/run/(docker|containerd)/", r"^/var/log/dockerd\.log$"]
#: What an exec was given, for as long as it runs.
GIVEN = [r"^/dev/shm/\.vigo-secret-"]

#: Keeps the lines that programs send to the system's log, until its input ends.
SYSLOG = """
import os, select, socket, sys
if os.path.lexists("/dev/log"): os.unlink("/dev/log")
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
print("ready", flush=True)
while sys.stdin not in select.select([log, sys.stdin], [], [])[0]:
    with open("/var/log/canary-syslog", "ab") as file: file.write(log.recv(1 << 20) + b"\\n")
os.unlink("/dev/log")
os.unlink("/var/log/canary-syslog")
"""


@dataclass(frozen=True)
class Run:
    """One kind of run. broken: with resources that fail; status: what it must exit with."""

    command: str
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    broken: bool = False
    status: int = 0


LOUD = ("-vvvvvv",)
RUNS = {
    "check": Run("plan", ("-o", "json"), status=2),
    "success": Run("run", ("-v",)),
    "verbose": Run("run", LOUD),
    "failure": Run("run", ("-o", "json"), broken=True, status=3),
    "failure, verbose": Run("run", LOUD, {"ANSIBLE_DEBUG": "true"}, broken=True, status=3),
}


class Table:
    """places x runs -> the number of hits."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, int]] = {}

    def enter(self, place: str, run: str, hits: int) -> None:
        row = self.rows.setdefault(place, {})
        row[run] = row.get(run, 0) + hits

    def __str__(self) -> str:
        width = max(map(len, self.rows), default=0)
        head = "  ".join([" " * width, *RUNS])
        lines = [
            "  ".join(
                [place.ljust(width), *(str(row.get(run, "-")).ljust(len(run)) for run in RUNS)]
            )
            for place, row in sorted(self.rows.items())
        ]
        return "\n".join([head, *lines])


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    table = Table()
    yield table
    print(f"\n{table}")


@pytest.fixture(scope="module")
def host(fleet3: Fleet) -> Iterator[Host]:
    """Yield a host that keeps its system's log."""
    host = fleet3.hosts[0]
    listener = host.start_program("python3", "-c", SYSLOG)
    assert listener.stdout is not None
    assert listener.stdout.readline() == "ready\n"
    yield host
    listener.communicate("over", timeout=60)
    host.docker("rm", "--force", "--volumes", *CONTAINERS[:4])
    host.run(f"rm -rf {HERE} /var/lib/vigo-bridge")


@dataclass(frozen=True)
class Desk:
    """Everything that a run may leave on the controller is below one folder."""

    folder: Path
    host: Host

    def run(self, run: Run) -> Finished:
        crates = [CRATE, BROKEN] if run.broken else [CRATE]
        stack = write_stack(self.folder / "stack", crates, HERE)
        (self.folder / "tmp").mkdir()
        inventory = self.folder / "hosts.ini"
        inventory.write_text(self.host.inventory_line() + "\n")
        return vigo_bridge(
            *(run.command, "--stacks", stack, "-i", inventory, "--keep-artifacts"),
            *("--report", str(self.folder / "report.html"), *run.options),
            environment={**SECRETS, **self.environment(), **run.environment},
        )

    def environment(self) -> dict[str, str]:
        """Return variables that make Ansible keep everything it can."""
        cache = "ansible.builtin.jsonfile"
        return {
            "HOME": str(self.folder / "home"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "TMPDIR": str(self.folder / "tmp"),
            "ANSIBLE_LOG_PATH": str(self.folder / "log"),
            "ANSIBLE_CACHE_PLUGIN": cache,
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.folder / "facts"),
            "ANSIBLE_INVENTORY_CACHE": "true",
            "ANSIBLE_INVENTORY_CACHE_PLUGIN": cache,
            "ANSIBLE_INVENTORY_CACHE_CONNECTION": str(self.folder / "inventories"),
            "ANSIBLE_RETRY_FILES_ENABLED": "true",
            "ANSIBLE_RETRY_FILES_SAVE_PATH": str(self.folder / "retry"),
        }


#: What a place is called in the table: the first that fits.
NAMES = {
    r"^argv": "process list",
    r"^environment": "environment of Ansible's programs",
    r"/tmp/vigo-bridge-.*/artifacts/": "ansible-runner's artifacts",
    r"/tmp/vigo-bridge-.*/project/": "generated project",
    r"/tmp/vigo-bridge-.*/results/": "results of hosts",
    r"^/dev/shm": "shared memory",
    r"/tmp/vigo-bridge-": "the run's private folder, the rest",
    r"/(facts|inventories)/": "caches of facts and inventories",
    r"/retry/": "retry files",
    r"/log$": "Ansible's log file",
    r"/report\.html$": "HTML report",
    r"/vigo-bridge/controller/": "resume and history files",
    r"syslog$": "system log",
    r"^/var/lib/vigo-bridge": "journal, lock and state",
    r"/home/|/root/": "home folder",
    r"^/(var/)?tmp": "temporary files",
    r"": "other files",
}


def name_of(place: str) -> str:
    return next(name for pattern, name in NAMES.items() if re.search(pattern, place))


#: What these show, the others show as well; so they have their turn in the long tests.
LONG = ("success", "failure, verbose")


@pytest.mark.parametrize(
    ("kind", "run"),
    [
        pytest.param(kind, run, id=kind, marks=[pytest.mark.sweep] * (kind in LONG))
        for kind, run in RUNS.items()
    ],
)
def test_nothing_leaks(
    kind: str, run: Run, host: Host, tmp_path_factory: pytest.TempPathFactory, table: Table
) -> None:
    # The path of a socket is limited to about 100 characters: SSH's is below the home folder.
    tmp_path = tmp_path_factory.mktemp("desk")
    desk = Desk(tmp_path, host)
    here = [f"{tmp_path}/tmp", "/dev/shm/vigo-bridge-*"]
    with (
        watching(WATCHED, SEARCHED, [*ENGINE, *GIVEN], host) as target,
        watching(here, [str(tmp_path), "/var/lib/vigo-bridge"], []) as controller,
    ):
        finished = desk.run(run)

    shown = finished.out + finished.err
    hits: dict[str, list[str]] = {f"controller: {p}": forms for p, forms in controller.hits.items()}
    hits |= {f"target: {place}": forms for place, forms in target.hits.items()}
    for side, watch in (("controller", controller), ("target", target)):
        for place in watch.seen:
            found = len([hit for hit in watch.hits if hit.startswith(place)])
            table.enter(f"{side}: {name_of(place)}", kind, found)
    for place, text in {
        "controller: output": shown,
        "target: containers, all but what their processes get": _inspected(host),
    }.items():
        table.enter(place, kind, len(found_in(text)))
        if found_in(text):
            hits[place] = found_in(text)
    assert hits == {}, shown[-5000:]
    assert finished.status == run.status, shown[-3000:]

    _was_looked_at(kind, table)
    if run.status == 2:
        assert host.run(f"ls {HERE} 2>&1 || true").endswith("No such file or directory\n")
    else:
        assert host.run(f"cat {HERE}/page").endswith(f"https://user:{VALUE}@example.com\n{LINES}")
        assert host.run(f"stat -c %a {HERE}/page") == "600\n"
        assert VALUE in host.docker(
            "inspect", "canary", "--format", "{{json .Config.Env}}"
        ).encode().decode("unicode_escape")
    assert host.run("ls -A /dev/shm | grep vigo || true") == "", "a secret_file was left"
    if run.broken:
        _check_failures(shown)


def _was_looked_at(kind: str, table: Table) -> None:
    """Check that each place was searched: one that was not proves nothing."""
    looked = {place for place, row in table.rows.items() if kind in row}
    expected = {
        "controller: process list",
        "controller: environment of Ansible's programs",
        "controller: ansible-runner's artifacts",
        "controller: generated project",
        "controller: results of hosts",
        "controller: Ansible's log file",
        "controller: HTML report",
        "target: process list",
        "target: system log",
    }
    assert expected <= looked, looked
    if kind != "check":
        assert {"target: journal, lock and state", "controller: resume and history files"} <= looked


def _inspected(host: Host) -> str:
    """Return all that the engine reports of the containers, except what their processes are
    given.
    """
    ids = host.docker("ps", "--all", "--quiet").split()
    told = json.loads(host.docker("inspect", *ids)) if ids else []
    for container in told:
        for name in ("Env", "Cmd", "Entrypoint", "Healthcheck"):
            container["Config"].pop(name, None)
        for name in ("Path", "Args"):
            container.pop(name)
        container["State"].pop("Error")  # the engine's own, of a process that could not start
    return json.dumps(told, ensure_ascii=False)


def _check_failures(shown: str) -> None:
    """Check that everything failed in the intended way, so that it was the secret that was
    masked.
    """
    for told in ("********", "validate rejected", "stream_edit", "is a directory", "exit code 3"):
        assert told in shown


def test_the_tripwire_sees(tmp_path: Path) -> None:
    (tmp_path / "watched").mkdir()
    (tmp_path / "searched").mkdir()
    with watching([f"{tmp_path}/watched"], [f"{tmp_path}/searched"], ["spared"]) as watch:
        (tmp_path / "watched" / "passing").write_text(json.dumps(json.dumps(VALUE)))
        (tmp_path / "watched" / "spared").write_text(VALUE)
        subprocess.run(["sh", "-c", "sleep 1; :", LINES], check=True)
        (tmp_path / "watched" / "passing").unlink()
        (tmp_path / "searched" / "left").write_text(base64.b64encode(VALUE.encode()).decode())
    places = {re.sub(r"^(argv).*", r"\1", place): forms for place, forms in watch.hits.items()}
    assert places == {
        f"{tmp_path}/watched/passing": ["JSON in JSON", "as it is"],
        "argv": ["as it is"],
        f"{tmp_path}/searched/left": ["base64"],
    }


def test_a_generated_project_and_plain_ansible_leak_nothing(tmp_path: Path) -> None:
    crates = [_files_alone(CRATE), _files_alone(BROKEN)]
    stack = write_stack(tmp_path / "stack", crates, str(tmp_path / "here"))
    project = tmp_path / "project"
    local = ("--local", "--as", "web1.example.com")
    made = vigo_bridge("generate", project, "--stacks", stack, *local, environment=SECRETS)
    assert made.status == 0, made.err
    texts = [path.read_text() for path in project.rglob("*") if path.is_file()]
    assert [found_in(text) for text in texts if found_in(text)] == []
    finished = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "site.yml", "-vvvv", "--diff"],
        cwd=project,
        env={**os.environ, **SECRETS, "ANSIBLE_DEBUG": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2, finished.stdout
    assert found_in(finished.stdout + finished.stderr) == []
    assert (tmp_path / "here" / "page").read_text().startswith(f"value={VALUE}\n")


def _files_alone(crate: str) -> str:
    """Return the crate without what needs an engine."""
    head, *resources = re.split(r"^(?=  - name)", crate, flags=re.M)
    kept = [resource for resource in resources if "type: container" not in resource]
    return textwrap.dedent(head + "".join(kept)).replace("    notify: server\n", "")
