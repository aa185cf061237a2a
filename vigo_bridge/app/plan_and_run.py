# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job: what ``vigo-bridge plan``, ``run`` and ``envoys push`` do.

Their options are in run.py, which imports this file when Ansible has begun to read the inventory.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click

from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError, ask
from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import (
    UnknownSecrets,
    look_up,
    weak,
)
from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.ansible.login_passwords import login_passwords
from vigo_bridge.ansible.pipelining import obstacles
from vigo_bridge.app.hosts import Asked, Hosts
from vigo_bridge.app.report_page import write_report
from vigo_bridge.app.rollout_job import Job, carry_out, predict
from vigo_bridge.app.selectors import hosts_of
from vigo_bridge.app.stack_loading import load_valid, planned, refuse_errors
from vigo_bridge.cli.naming import refuse_prune_of_unnamed
from vigo_bridge.cli.options import HostOptions, ReportOptions, StackOptions
from vigo_bridge.cli.rollout_flags import Rollout
from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.language import load
from vigo_bridge.language.fingerprint import fingerprint
from vigo_bridge.language.position import Position
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.exit_status import exit_status
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.report.printing import echo_json
from vigo_bridge.report.progress import Lines
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.terminal import listed, print_run
from vigo_bridge.resolve.plan import Plan
from vigo_bridge.resolve.secret_uses import secret_uses, users_of_secrets
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.results import RunResult
from vigo_bridge.run.state import stack_key
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.secrets.stores import stores_of


@contextlib.contextmanager
def run_folder(keep_artifacts: bool) -> Iterator[Path]:
    """A run's private folder; where it is kept, it is named."""
    with private_folder(keep_artifacts) as private:
        if keep_artifacts:
            Lines().say(f"the run's files are kept in {private}")
        yield private


def show_plan(
    stack: StackOptions,
    hosts: HostOptions,
    asked: Asked,
    only: Sequence[str],
    shown: ReportOptions,
) -> int:
    """Shows what the hosts would get; the exit status."""
    loaded = load_valid(stack, shown.output)
    found = asked()
    planned_hosts = planned(loaded, stack, found.names, shown.output)
    secrets = secrets_of(secret_uses(planned_hosts, loaded), stack.folder)
    refuse_arguments_on_disk(users_of_secrets(planned_hosts), found)
    with run_folder(shown.keep_artifacts) as private:
        how = run_options(hosts, shown.output, {"check_mode": True, "only": tuple(only)})
        job = _job("plan", stack, planned_hosts, found, secrets, how, private)
        result = predict(job, private)
    report(result, shown.output, diffs=True, everything=hosts.verbosity > 0)
    title = f"vigo-bridge plan of {stack.folder}"
    write_report(shown.page, result, title, job.clock, loaded, planned_hosts, stack.settings)
    return exit_status(result)


def converge(
    command: str,
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    rollout: Rollout,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Brings the hosts to what the stack says; the exit status.

    What is wrong with the hosts is told before what is wrong with the stack.
    """
    loaded = load(stack.folder)
    found = asked()
    refuse_errors(loaded.diagnostics, stack.folder, shown.output)
    if changes.get("prune"):
        refuse_prune_of_unnamed(loaded)
    plan = planned(loaded, stack, found.names, shown.output)
    health = rollout.options.health_check
    uses = {**dict.fromkeys(secret_references.paths(health), ()), **secret_uses(plan, loaded)}
    secrets = secrets_of(uses, stack.folder)
    checked = found.names if secret_references.paths(health) else ()
    refuse_arguments_on_disk((*users_of_secrets(plan), *checked), found)
    with run_folder(shown.keep_artifacts) as private:
        how = run_options(options, shown.output, changes)
        job = _job(command, stack, plan, found, secrets, how, private)
        result = carry_out(job, rollout, private)
    report(result, shown.output, diffs=False, everything=options.verbosity > 0)
    title = f"vigo-bridge {command} of {stack.folder}"
    write_report(shown.page, result, title, job.clock, loaded, plan, stack.settings)
    return exit_status(result)


def run_options(options: HostOptions, output: str, changes: Mapping[str, object]) -> RunOptions:
    """Return how to run, with the passwords, which the user may have to type now.

    ``-v`` shows more details; ``-vv`` and more also show Ansible's own output.
    """
    ansible_environment()  # A vault password is asked for now, and not when hosts are worked on.
    shows_ansible = options.verbosity >= 2 and output == "text"
    settings: dict[str, object] = {
        "forks": options.forks,
        "become": options.become,
        "ansible_verbosity": options.verbosity - 2 if shows_ansible else None,
        "passwords": login_passwords(
            options.connection_password, options.become_password, options.local
        ),
    }
    return RunOptions(**{**settings, **changes})  # type: ignore[arg-type]


def report(result: RunResult, output: str, *, diffs: bool, everything: bool) -> None:
    if output == "json":
        echo_json(run_as_data(result))
    else:
        print_run(result, Screen(), diffs=diffs, everything=everything)


def _job(
    command: str,
    stack: StackOptions,
    plan: Plan,
    hosts: Hosts,
    secrets: Secrets,
    how: RunOptions,
    private: Path,
) -> Job:
    project = private / "project"
    write_bundle(plan, project, hosts.variables)
    if plan.unmatched:
        Lines().say(f"no match entry for {listed(plan.unmatched)}: left alone")
    chosen = hosts_of(plan, how.only)
    settings = {"set": stack.settings, "prune": how.prune, "only": how.only}
    return Job(
        command=command,
        subject=str(stack.folder.absolute()),
        project=project,
        sources=hosts.sources,
        # In the inventory's order: a batch has hosts of all kinds.
        hosts=[host for host in hosts.names if host in chosen],
        secrets=secrets,
        how=how,
        key=stack_key(stack.folder, plan.identity.id),
        fingerprint=fingerprint(stack.folder, settings),
        stack=stack.folder,
    )


def secrets_of(uses: Mapping[str, Iterable[Position]], folder: Path) -> Secrets:
    """The values of all these secrets; ends, naming each use, if no store has one."""
    try:
        stores = stores_of(folder)
        values = look_up(uses, stores)
    except StoreError as error:
        raise click.ClickException(f"{error}\nNothing was touched.") from error
    except UnknownSecrets as error:
        lines = [str(error), *_places(uses, folder), "Nothing was touched."]
        raise click.ClickException("\n".join(lines)) from error
    warning = weak(values)
    if warning is not None:
        Lines().say(f"warning: {warning}")
    return Secrets(values, lambda paths: ask(paths, stores))


def refuse_arguments_on_disk(hosts: Iterable[str], found: Hosts) -> None:
    """Ends the command where secrets for these hosts would be written to files on them."""
    users = list(dict.fromkeys(hosts))
    problems = list(obstacles(os.environ, users, found.given)) if users else []
    if problems:
        head = "without pipelining, Ansible would write secrets to files on the targets:"
        raise click.ClickException("\n  ".join([head, *problems]) + "\nNothing was touched.")


def _places(uses: Mapping[str, Iterable[Position]], folder: Path) -> Sequence[str]:
    return [
        f"{folder / str(position) if position.line else position}: uses secret:{path}"
        for path, positions in uses.items()
        for position in positions
    ]
