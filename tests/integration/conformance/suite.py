# SPDX-License-Identifier: GPL-3.0-or-later
"""Small stacks, run in both styles on hosts that are folders of this machine.

All stacks of a batch are run by one call of ansible-playbook for each style: a match entry of each
is one host. ``HERE`` in a stack is that host's folder, which differs between the styles.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.vigo.bridge.plugins.module_utils.host.processes import running
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from tests.integration.ansible_program import TARGET_PYTHON
from tests.yaml_files import read_yaml
from vigo_bridge.ansible.user_variables import reserved_names
from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.emit.tasks.project import write_tasks
from vigo_bridge.emit.tasks.refusal import CannotExpress
from vigo_bridge.emit.tasks.roles import roles_of
from vigo_bridge.emit.tasks.variables import Variables
from vigo_bridge.language import load
from vigo_bridge.resolve import resolve
from vigo_bridge.resolve.plan import Plan

FOLDER = Path(__file__).parent
STYLES = ("bundle", "tasks")
#: A Python that sees a copy of /etc, where services are scripts: without systemd.
PRIVATE_ETC = """\
#!/bin/sh
exec unshare --mount sh -ec '
mount -t overlay overlay -o lowerdir=/etc,upperdir={upper},workdir={work} /etc
test ! -d /run/systemd || mount -t tmpfs tmpfs /run/systemd
exec {python} "$@"' sh "$@"
"""
#: How many hosts are converged at once.
_FORKS = 8
#: How ansible-playbook ends after failures of hosts.
_HOSTS_FAILED = 2


@dataclass(frozen=True)
class Case:
    """One row of a table.

    crates: by name, what a configcrate's file holds. entry: what the match entry has beside
    ``match``; all crates, unless it names some. files: more files of the stack. user: variables
    that the Ansible user gave the host. prepare, disturb: shell commands in the host's folder,
    before the first run, and before a third one. fresh, again, then: the actions of the three
    runs, in the order of the graph. Where one has failed, those after it need it: tasks go no
    further. refused: what task style says of what it cannot express; only bundle style runs then.
    engines: the beginning of the names of engines on which it works. is_here: whether the engine
    must be on this machine.
    """

    name: str
    crates: Mapping[str, Mapping[str, Any]]
    entry: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    prepare: str = ""
    disturb: str = ""
    fresh: str = ""
    again: str = ""
    then: str = ""
    quick: bool = False
    refused: str = ""
    engines: str = ""
    is_here: bool = False

    @property
    def styles(self) -> tuple[str, ...]:
        return STYLES[:1] if self.refused else STYLES

    def fails(self, run: str) -> bool:
        return "failed" in getattr(self, run).split()

    @property
    def runs(self) -> tuple[str, ...]:
        return ("fresh", "again", "then") if self.disturb else ("fresh", "again")


def cases(table: str) -> dict[str, Case]:
    """Return the rows of a table, by name."""
    rows = read_yaml(FOLDER / "cases" / f"{table}.yml")
    return {row["name"]: Case(**row) for row in rows}


@dataclass(frozen=True)
class Seen:
    """What one run did: the action of each resource, in the order of the graph, and the state
    that it left: path to content and mode."""

    actions: dict[str, str]
    state: dict[str, str]


class Batch:
    """Runs cases. seen: by case name and style, one for each run.

    environment: of Ansible. observe: more of the state of a case. finish: called after a style.
    private_etc: whether each host sees a copy of /etc of its own.
    """

    def __init__(
        self,
        rows: Sequence[Case],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        observe: Callable[[Case], Mapping[str, str]] = lambda case: {},
        finish: Callable[[], object] = lambda: None,
        *,
        private_etc: bool = False,
    ) -> None:
        self._private_etc = private_etc
        self._observe = observe
        self._finish = finish
        self._rows = {f"case{number}": case for number, case in enumerate(rows, start=1)}
        self._folder = folder
        self._environment = environment or {}
        self._is_reserved = reserved_names()
        self.seen: dict[tuple[str, str], list[Seen]] = {}

    def run(self) -> None:
        try:
            self._run_styles()
        finally:
            _end_processes(self._folder)

    def _run_styles(self) -> None:
        for style in STYLES:
            rows = {host: case for host, case in self._rows.items() if style in case.styles}
            for host, case in self._rows.items():
                self.seen[case.name, style] = []
                self._here(style, host).mkdir(parents=True)
                self._write_stack(style, host, case)
                self._shell(style, host, case.prepare)
            for run in ("fresh", "again", "then"):
                for number, hosts in enumerate(_calls(style, run, rows), start=1):
                    self._run(style, run, hosts, f"{style}-{run}-{number}")
            self._finish()

    def _run(self, style: str, run: str, hosts: Sequence[str], record: str) -> None:
        if run == "then":
            for host in hosts:
                self._shell(style, host, self._rows[host].disturb)
        act = self._run_bundle if style == "bundle" else self._run_tasks
        failing = {host for host in hosts if self._rows[host].fails(run)}
        for host, actions in act(hosts, failing, self._folder / record).items():
            here = self._here(style, host)
            done = {one.replace(str(here), "HERE"): action for one, action in actions.items()}
            state = {**_state(here, here), **self._observe(self._rows[host])}
            if self._private_etc:
                etc = _state(self._etc(style, host), here)
                state |= {f"/etc/{name}": is_ for name, is_ in etc.items()}
            self.seen[self._rows[host].name, style].append(Seen(done, state))

    def _here(self, style: str, host: str) -> Path:
        return self._folder / "hosts" / style / host

    def _etc(self, style: str, host: str) -> Path:
        """Return the folder with what differs from the machine's /etc."""
        return self._folder / "etc" / style / host / "upper"

    def _python(self, style: str, host: str) -> str:
        """Return the Python of a host: where /etc is private, one that sees a copy of it."""
        if not self._private_etc:
            return TARGET_PYTHON
        upper = self._etc(style, host)
        work, python = upper.with_name("work"), upper.with_name("python")
        for folder in (upper, work):
            folder.mkdir(parents=True)
        python.write_text(PRIVATE_ETC.format(upper=upper, work=work, python=TARGET_PYTHON))
        python.chmod(0o755)
        return str(python)

    def _write_stack(self, style: str, host: str, case: Case) -> None:
        stack = self._folder / "stacks" / style / host
        entry = {"match": host, "configcrates": list(case.crates), **case.entry}
        files = {
            "envoys.vgo": yaml.safe_dump({"envoys": [entry]}, sort_keys=False),
            **{
                f"configcrates/{name}.vgo": yaml.safe_dump({"name": name, **crate}, sort_keys=False)
                for name, crate in case.crates.items()
            },
            **case.files,
        }
        for name, text in files.items():
            path = stack / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("HERE", str(self._here(style, host))))
        plan, diagnostics = resolve(load(stack), [host], case.settings)
        assert not [str(d) for d in diagnostics if d.severity == "error"], (case.name, diagnostics)
        self._write_project(style, host, case, plan, stack)

    def _write_project(self, style: str, host: str, case: Case, plan: Plan, stack: Path) -> None:
        project = self._folder / "projects" / style / host
        python = self._python(style, host)
        # Hosts that have one together wait for each other; each gets all modules once.
        state = self._folder / "state" / str(list(self._rows).index(host) % _FORKS)
        known = {
            "ansible_connection": "local",
            "ansible_python_interpreter": python,
            "vigo_state_dir": str(state),
        }
        user = {host: {**known, **case.user}}
        if style == "bundle":
            write_bundle(plan, project, user)
            return
        refusal = ""
        try:
            write_tasks(plan, project, self._is_reserved, [], stack, user)
        except CannotExpress as problem:
            refusal = str(problem)
        assert case.refused in refusal, case.name
        assert bool(case.refused) == bool(refusal), (case.name, refusal)

    def _shell(self, style: str, host: str, command: str) -> None:
        here = self._here(style, host)
        command = command.replace("HERE", str(here)).replace("ETC", str(self._etc(style, host)))
        subprocess.run(
            ["sh", "-ec", command],
            cwd=here,
            env={**os.environ, **self._environment},
            check=True,
        )

    def _run_bundle(
        self, hosts: Sequence[str], failing: Set[str], record: Path
    ) -> dict[str, dict[str, str]]:
        record.mkdir()
        playbook = self._folder / "projects" / "bundle" / hosts[0] / "site.yml"
        environment = {"VIGO_BRIDGE_RESULTS": str(record)}
        self._play("bundle", hosts, [playbook], environment, fails=bool(failing))
        found = {}
        for host in hosts:
            results = json.loads((record / f"{host}.json").read_text())
            has_failed = bool(results.get("failed"))
            assert has_failed == (host in failing), (self._rows[host].name, results.get("msg"))
            found[host] = {
                result["id"]: _comparable(result["type"], result["action"])
                for result in results["resources"]
            }
        return found

    def _run_tasks(
        self, hosts: Sequence[str], failing: Set[str], record: Path
    ) -> dict[str, dict[str, str]]:
        playbooks = [self._folder / "projects" / "tasks" / host / "site.yml" for host in hosts]
        environment = {"VIGO_TEST_RECORD": str(record)}
        self._play("tasks", hosts, playbooks, environment, fails=bool(failing))
        results = [json.loads(line) for line in record.read_text().splitlines()]
        return {host: self._actions(host, results, fails=host in failing) for host in hosts}

    def _actions(
        self, host: str, results: Sequence[Mapping[str, Any]], *, fails: bool
    ) -> dict[str, str]:
        """Return the action of each resource: what its task did, and then its handler."""
        done: dict[str, str] = {}
        for result in results:
            if result["host"] == host:
                assert fails or result["status"] != "failed", (self._rows[host].name, result)
                done[result["task"]] = _action(result)
        plan, _ = resolve(
            load(self._folder / "stacks" / "tasks" / host), [host], self._rows[host].settings
        )
        titles = roles_of(plan, Variables(plan, self._is_reserved)).titles
        types = {
            resource.id: resource.type
            for group in plan.groups
            for crate in group.crates
            for resource in crate.resources
        }
        return {
            one: _comparable(types[one], _merged(done.get(task, "skipped"), done.get(handler)))
            for (_, one), (task, handler) in titles.items()
        }

    def _play(
        self,
        style: str,
        hosts: Sequence[str],
        playbooks: Sequence[Path],
        record: Mapping[str, str],
        *,
        fails: bool,
    ) -> None:
        inventories = [self._folder / "projects" / style / host / "inventory" for host in hosts]
        finished = subprocess.run(
            [
                *(sys.executable, "-m", "ansible", "playbook", "--forks", str(_FORKS)),
                *(f"--inventory={path}" for path in inventories),
                *map(str, playbooks),
            ],
            cwd=self._folder,
            env={
                **os.environ,
                "ANSIBLE_PIPELINING": "true",
                "ANSIBLE_CALLBACK_PLUGINS": str(FOLDER / "callback"),
                "ANSIBLE_CALLBACKS_ENABLED": "recorder",
                "VIGO_TEST_RECORD": os.devnull,
                "VIGO_SECRET_SHOP_PASSWORD": "a secret for the conformance suite",
                **self._environment,
                **record,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        expected = _HOSTS_FAILED if fails else 0
        assert finished.returncode == expected, finished.stdout[-6000:] + finished.stderr[-3000:]


def _calls(style: str, run: str, rows: Mapping[str, Case]) -> list[list[str]]:
    """Return the hosts of each call of a run.

    After a playbook with a failure, Ansible starts no other one.
    """
    hosts = [host for host, case in rows.items() if run in case.runs]
    alone = [host for host in hosts if style == "tasks" and rows[host].fails(run)]
    together = [host for host in hosts if host not in alone]
    return [calls for calls in (together, *([host] for host in alone)) if calls]


def _action(result: Mapping[str, Any]) -> str:
    """Return the action of a task; other modules only report whether they changed something."""
    if result["status"] == "failed":
        return result["action"] or "failed"
    if result["action"] or result["status"] != "ok":
        return result["action"] or "skipped"
    return "updated" if result["changed"] else "none"


def _comparable(kind: str, action: str) -> str:
    """Return the action in the form of both styles: a task with a module reports no more than
    this.
    """
    return "updated" if TYPES[kind].modules and action in ("created", "deleted") else action


def _merged(earlier: str, later: str | None) -> str:
    """Return two actions of one resource as converge reports them."""
    unchanged = ("none", "skipped")
    if later is None or (later in unchanged and earlier not in unchanged):
        return earlier
    return later


def _end_processes(folder: Path) -> None:
    """End the processes whose programs are below a folder; they would run for hours."""
    for process in running():
        if any(name.startswith(f"{folder}/") for name in process.names):
            with suppress(ProcessLookupError):
                os.kill(process.number, signal.SIGKILL)


def _state(folder: Path, here: Path) -> dict[str, str]:
    """Return all files below a folder, without those that differ between styles or moments."""
    return {
        str(path.relative_to(folder)): _described(path).replace(str(here), "HERE")
        for path in sorted(folder.rglob("*"))
        if ".git" not in path.parts
    }


def _described(path: Path) -> str:
    if path.is_symlink():
        return f"leads to {path.readlink()}"
    content = path.read_bytes().decode(errors="replace") if path.is_file() else ""
    return f"{path.stat().st_mode & 0o7777:o} {content}"
