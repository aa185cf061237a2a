# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge task``: one command on many hosts. Needs no stack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from ansible_collections.vigo.bridge.plugins.module_utils.common import durations
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from vigo_bridge.app.hosts import Hosts, find_hosts
from vigo_bridge.app.plan_and_run import refuse_arguments_on_disk, run_options, secrets_of
from vigo_bridge.app.rollout_job import Job, batches_of, carry_out
from vigo_bridge.app.stack_loading import refuse_errors
from vigo_bridge.app.targets import select
from vigo_bridge.cli.completion import complete_hosts
from vigo_bridge.cli.options import (
    HostOptions,
    StackOptions,
    host_options,
    output_option,
    stack_options,
)
from vigo_bridge.cli.rollout_flags import Rollout, defaulted, rollout_options
from vigo_bridge.emit.command import command_resource, write_command
from vigo_bridge.language import load
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean
from vigo_bridge.language.model import Task
from vigo_bridge.language.position import Position
from vigo_bridge.language.tasks import check_command
from vigo_bridge.language.values import Scalar
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.columns import print_rows
from vigo_bridge.report.exit_status import exit_status
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.task import print_task
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.wording import counted

_TIMEOUT = "60"


@dataclass(frozen=True)
class _Work:
    """What to run. options: defaults that a named task gives."""

    name: str
    command: str
    params: Mapping[str, Any]
    target: Sequence[str]
    options: Mapping[str, str]


@click.group()
def task() -> None:
    """Run single commands on many hosts."""


@task.command("list")
@output_option
@stack_options
def list_(stack: StackOptions, output: str) -> None:
    """List the tasks of the stack, which `task run` knows by name."""
    loaded = load(stack.folder)
    refuse_errors(loaded.diagnostics, stack.folder, output)
    tasks = sorted(loaded.tasks.values(), key=lambda known: known.name)
    if output == "json":
        echo_json([_as_data(known) for known in tasks])
        return
    rows = [(known.name, ", ".join(known.params), known.command.text) for known in tasks]
    print_rows(Screen(), "", rows)
    echo(counted(len(tasks), "task"))


@task.command()
@click.argument("command", metavar="CMD")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="HOST|GLOB|TRAIT=VALUE",
    shell_complete=complete_hosts,
    help="Where to run it; repeatable: names and globs add hosts, traits such as"
    " os.distro=debian leave only hosts that have them.",
)
@click.option("--timeout", metavar="TIME", help="Such as 90 or 5m.  [default: 60 seconds]")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="KEY=VALUE",
    help="What .Vars.KEY stands for in the command. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Print the batches, and run nothing.")
@rollout_options
@output_option
@host_options
@stack_options
@click.pass_context
def run(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    output: str,
    rollout: Rollout,
    command: str,
    targets: Sequence[str],
    timeout: str | None,
    params: Sequence[str],
    dry_run: bool,
) -> None:
    """Run CMD, a shell command or the name of a task of the stack, on the --target hosts."""
    work = _work(command, stack, dict(map(_param, params)), output)
    wanted = targets or work.target
    if not wanted:
        raise click.UsageError(
            "say where to run it: --target with a host, a glob such as '*.app.example.com', or a"
            " trait such as os.distro=debian"
        )
    seconds = _seconds(timeout or work.options.get("timeout") or _TIMEOUT)
    rollout = defaulted(rollout, work.options)
    texts = [work.command, *work.params.values(), rollout.options.health_check]
    paths = () if dry_run else secret_references.paths(texts)
    secrets = secrets_of(dict.fromkeys(paths, ()), stack.folder)
    found = find_hosts(hosts)
    how = run_options(hosts, output, {})
    with private_folder() as private:
        found = replace(found, names=select(wanted, found, how, private / "traits"))
        refuse_arguments_on_disk(found.names if paths else (), found)
        job = _job(work, seconds, found, secrets, how, private)
        if dry_run:
            _print_batches(job, rollout, output)
            return
        result = carry_out(job, rollout, private)
    if output == "json":
        echo_json(run_as_data(result))
    else:
        print_task(result, Screen())
    context.exit(exit_status(result))


def _work(command: str, stack: StackOptions, params: Mapping[str, str], output: str) -> _Work:
    """The stack's task of that name, or the command itself."""
    known = _tasks(stack, output)
    if command not in known:
        scalar = Scalar(command, command, Position("CMD", 1, 1), command)
        found = Diagnostics()
        check_command(scalar, params, "give it with --param KEY=VALUE", found)
        refuse_errors(found.sorted(), Path(), output)
        return _Work("command", command, params, (), {})
    task = known[command]
    defaults = {name: value.data for name, value in task.params.items()}
    for name in params:
        if name not in defaults:
            advice = did_you_mean(name, defaults) or f"it has {', '.join(defaults) or 'none'}"
            raise click.UsageError(f"task {command} has no parameter {name!r}; {advice}")
    values = {**defaults, **params}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise click.UsageError(f"task {command} needs --param {missing[0]}=VALUE")
    targets = [target.text for target in task.target]
    return _Work(task.name, task.command.text, values, targets, task.options)


def _tasks(stack: StackOptions, output: str) -> Mapping[str, Task]:
    """Those of the stack, if there is one. What is wrong elsewhere in it does not matter here."""
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
        key=f"task-{digest}",
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


def _as_data(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "command": task.command.text,
        "params": {name: value.data for name, value in task.params.items()},
        "target": [target.text for target in task.target],
        **task.options,
    }


def _param(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"--param {text}: write KEY=VALUE")
    return name.strip(), value


def _seconds(text: str) -> float:
    try:
        return durations.seconds(text, "--timeout")
    except ResourceError as error:
        raise click.UsageError(str(error)) from error


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]
