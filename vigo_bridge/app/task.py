# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one command, or a task of a stack, on many hosts. Does not need a stack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common import durations
from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from vigo_bridge.app.hosts import Hosts, finding_hosts
from vigo_bridge.app.options import HostOptions, Rollout, StackOptions, defaulted
from vigo_bridge.app.rollout_job import Job, batches_of, carry_out
from vigo_bridge.app.run_setup import (
    on_its_nodes,
    refuse_arguments_on_disk,
    run_options,
    secrets_of,
)
from vigo_bridge.app.stack_loading import refuse_errors
from vigo_bridge.app.targets import select
from vigo_bridge.emit.command import command_resource, write_command
from vigo_bridge.failures import WrongUsage
from vigo_bridge.language import load
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean
from vigo_bridge.language.model import Task
from vigo_bridge.language.position import Position
from vigo_bridge.language.tasks import check_command
from vigo_bridge.language.values import Scalar
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.exit_status import exit_status
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.progress import Lines
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.task import print_task
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.state import TASK
from vigo_bridge.secrets.server import Secrets

_TIMEOUT = "60"


@dataclass(frozen=True)
class TaskRun:
    """The command and its hosts.

    command: a shell command, or the name of a task of the stack. targets: names, globs and traits
    of hosts; if there are none, those of the task. timeout: in seconds.
    """

    command: str
    params: Mapping[str, str]
    targets: Sequence[str]
    timeout: float | None
    dry_run: bool


@dataclass(frozen=True)
class _Work:
    """The command to run. options: the defaults of a named task."""

    name: str
    command: str
    params: Mapping[str, Any]
    target: Sequence[str]
    options: Mapping[str, str]


def run_task(
    asked: TaskRun, stack: StackOptions, hosts: HostOptions, rollout: Rollout, output: str
) -> int:
    """Run the command on its hosts, batch by batch; return the exit status. Raise Failure."""
    work = _work(asked.command, stack, asked.params, output)
    wanted = asked.targets or work.target
    if not wanted:
        raise WrongUsage(
            "add --target with a host, a glob such as '*.app.example.com', or a"
            " trait such as os.distro=debian"
        )
    seconds = asked.timeout
    if seconds is None:
        seconds = durations.seconds(work.options.get("timeout", _TIMEOUT), "timeout")
    rollout = defaulted(rollout, work.options)
    if rollout.options.min_healthy_time and not rollout.options.health_check:
        raise WrongUsage("--min-healthy-time requires --health-check")
    if rollout.options.rolls_back:
        raise WrongUsage("--on-failure: a command cannot be undone; remove this option")
    texts = [work.command, *work.params.values(), rollout.options.health_check]
    paths = () if asked.dry_run else secret_references.paths(texts)
    secrets = secrets_of(dict.fromkeys(paths, ()), stack.folder, Lines().say)
    with finding_hosts(hosts) as read, private_folder() as private:
        found = read()
        how = run_options(hosts, output, {})
        found = replace(found, names=select(wanted, found, how, private / "traits"))
        refuse_arguments_on_disk(found.names if paths else (), found)
        uses = dict.fromkeys(found.names, paths)
        with on_its_nodes(how, hosts, found, uses, output) as how:
            job = _job(work, seconds, found, secrets, how, private)
            if asked.dry_run:
                _print_batches(job, rollout, output)
                return 0
            result = carry_out(job, rollout, private)
    if output == "json":
        echo_json(run_as_data(result))
    else:
        print_task(result, Screen())
    return exit_status(result)


def _work(command: str, stack: StackOptions, params: Mapping[str, str], output: str) -> _Work:
    """Return the stack's task of that name, or the command itself."""
    known = _tasks(stack, output)
    if command not in known:
        scalar = Scalar(command, command, Position("CMD", 1, 1), command)
        found = Diagnostics()
        check_command(scalar, params, "set it with --param KEY=VALUE", found)
        refuse_errors(found.sorted(), Path(), output)
        return _Work("command", command, params, (), {})
    task = known[command]
    defaults = {name: value.data for name, value in task.params.items()}
    for name in params:
        if name not in defaults:
            advice = did_you_mean(name, defaults) or f"it has {', '.join(defaults) or 'none'}"
            raise WrongUsage(f"task {command} has no parameter {name!r}; {advice}")
    values = {**defaults, **params}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise WrongUsage(f"task {command} requires --param {missing[0]}=VALUE")
    targets = [target.text for target in task.target]
    return _Work(task.name, task.command.text, values, targets, task.options)


def _tasks(stack: StackOptions, output: str) -> Mapping[str, Task]:
    """Return the tasks of the stack, if there is one; only errors in its tasks are reported."""
    if not (stack.folder / "tasks").is_dir():
        return {}
    loaded = load(stack.folder)
    ours = [
        finding
        for finding in loaded.diagnostics
        if finding.position is not None and finding.position.file.startswith("tasks/")
    ]
    refuse_errors(ours, stack.folder, output)
    return loaded.tasks


def _job(
    work: _Work,
    timeout: float,
    hosts: Hosts,
    secrets: Secrets,
    how: RunOptions,
    private: Path,
) -> Job:
    resource = command_resource(f"task/{work.name}", work.command, timeout=timeout)
    project = private / "project"
    write_command(project, hosts.names, hosts.variables, resource, work.params)
    digest = _digest(work.name, work.command)
    return Job(
        command="task run",
        subject=work.command if work.name == "command" else work.name,
        project=project,
        sources=hosts.sources,
        hosts=hosts.names,
        secrets=secrets,
        how=how,
        key=f"{TASK}{digest}",
        fingerprint=_digest(work.command, dict(work.params), timeout),
    )


def _print_batches(job: Job, rollout: Rollout, output: str) -> None:
    batches = batches_of(job, rollout)
    if output == "json":
        document = {"batches": [{"hosts": list(batch.hosts)} for batch in batches]}
        echo_json(document)
        return
    for batch in batches:
        echo(f"batch {batch.number} of {batch.count}: {', '.join(batch.hosts)}")
    echo("Nothing was run.")


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]
