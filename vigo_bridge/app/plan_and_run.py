# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``vigo-bridge plan``, ``run``, ``envoys push`` and ``rollout undo`` do.

The command line imports this file when Ansible has begun to read the inventory.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from vigo_bridge.app.hosts import Asked, Hosts
from vigo_bridge.app.options import HostOptions, ReportOptions, Rollout, StackOptions
from vigo_bridge.app.report_page import write_report
from vigo_bridge.app.rollout_job import Job, at_once, carry_out, roll_back
from vigo_bridge.app.run_setup import (
    on_its_nodes,
    refuse_arguments_on_disk,
    run_folder,
    run_options,
    secrets_of,
)
from vigo_bridge.app.selectors import hosts_of
from vigo_bridge.app.stack_loading import load_stack, load_valid, planned, refuse_wrong
from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.failures import Refusal
from vigo_bridge.language.fingerprint import fingerprint
from vigo_bridge.language.identity import FILE, lines, new_id, valid_name
from vigo_bridge.language.model import Stack
from vigo_bridge.report.exit_status import exit_status
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.report.printing import echo_json
from vigo_bridge.report.progress import Lines
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.terminal import listed, print_run
from vigo_bridge.resolve.plan import Plan
from vigo_bridge.resolve.secret_uses import secret_uses, secrets_by_host, users_of_secrets
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.history import Record
from vigo_bridge.run.results import RunResult
from vigo_bridge.run.state import stack_key
from vigo_bridge.secrets.server import Secrets


@dataclass(frozen=True)
class Ready:
    """A checked stack, its plan for the hosts, and its secrets.

    uses: the paths of the secrets that each host uses.
    """

    loaded: Stack
    plan: Plan
    hosts: Hosts
    secrets: Secrets
    uses: Mapping[str, Collection[str]]

    def hosts_with(self, only: Sequence[str]) -> list[str]:
        """Return the hosts that have one of these resources; without any, all that match.

        They are in the order of the inventory, independent of match entries.
        """
        chosen = hosts_of(self.plan, only)
        return [host for host in self.hosts.names if host in chosen]

    def report_unmatched(self) -> None:
        """Print which hosts are skipped because they have no match entry."""
        if self.plan.unmatched:
            Lines().say(f"skipping {listed(self.plan.unmatched)}: no match entry")


def show_plan(
    stack: StackOptions,
    hosts: HostOptions,
    asked: Asked,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Show what would change on the hosts, and return the exit status.

    changes: the options of `run_options` that a plan uses.
    """
    ready = ready_stack(stack, asked, shown.output)
    given = {**changes, "check_mode": True}
    return _executed("plan", ready, stack, hosts, given, shown, at_once, diffs=True)


def converge(
    command: str,
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    rollout: Rollout,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Converge the hosts to the stack, and return the exit status.

    Errors of the hosts are reported before errors of the stack.
    """
    if changes.get("prune") and rollout.options.rolls_back:
        raise Refusal(
            "--prune cannot be undone, so it cannot be used with"
            f" --on-failure {rollout.options.on_failure}; run --prune afterwards."
        )
    loaded = load_stack(stack)
    found = asked()
    refuse_wrong(loaded, shown.output)
    if changes.get("prune"):
        refuse_unnamed(loaded, stack, "--prune")
    plan = planned(loaded, stack, found.names, shown.output)
    ready = with_secrets(loaded, plan, stack, found, rollout.options.health_check)

    def execute(job: Job, private: Path) -> RunResult:
        return carry_out(job, rollout, private)

    return _executed(command, ready, stack, options, changes, shown, execute)


def undo(
    rollout: Record,
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Undo what a rollout changed, as far as possible; return the exit status."""
    ready = ready_stack(stack, asked, shown.output)
    given = {**changes, "rollout": rollout.name}

    def execute(job: Job, private: Path) -> RunResult:
        return roll_back(job, rollout, private)

    command = f"rollout undo {rollout.number}"
    return _executed(command, ready, stack, options, given, shown, execute)


def ready_stack(stack: StackOptions, asked: Asked, output: str, texts: object = ()) -> Ready:
    """Return a stack without errors, with its plan and secrets.

    texts: other texts that may use secrets on all hosts, such as a health check.
    """
    loaded = load_valid(stack, output)
    found = asked()
    return with_secrets(loaded, planned(loaded, stack, found.names, output), stack, found, texts)


def with_secrets(
    loaded: Stack,
    plan: Plan,
    stack: StackOptions,
    found: Hosts,
    texts: object,
    warn: Callable[[str], None] | None = None,
) -> Ready:
    """Return a planned stack with the secrets that it and the texts use. Raise Refusal.

    warn: called with messages about them; otherwise they are printed.
    """
    paths = secret_references.paths(texts)
    uses = {**dict.fromkeys(paths, ()), **secret_uses(plan, loaded)}
    secrets = secrets_of(uses, stack.stores, warn or Lines().say)
    checked = found.names if paths else ()
    refuse_arguments_on_disk((*users_of_secrets(plan), *checked), found)
    by_host = secrets_by_host(plan)
    used = {host: by_host.get(host, frozenset()).union(paths) for host in found.names}
    return Ready(loaded, plan, found, secrets, used)


def _executed(
    command: str,
    ready: Ready,
    stack: StackOptions,
    options: HostOptions,
    given: Mapping[str, object],
    shown: ReportOptions,
    execute: Callable[[Job, Path], RunResult],
    *,
    diffs: bool = False,
) -> int:
    """Carry out a command on the hosts, report its result, and return the exit status.

    given: as `run_options` takes it. diffs: whether the report shows them.
    """
    with (
        run_folder(shown.keep_artifacts) as private,
        on_the_hosts(ready, options, given, shown.output) as how,
    ):
        job = stack_job(command, stack, ready, how, private)
        ready.report_unmatched()
        result = execute(job, private)
    show_result(result, command, job, ready, stack, options, shown, diffs=diffs)
    return exit_status(result)


def on_the_hosts(
    ready: Ready, options: HostOptions, given: Mapping[str, object], output: str
) -> AbstractContextManager[RunOptions]:
    """Return a context with the options of a run on the hosts of a stack, or on their nodes.

    given: as `run_options` takes it.
    """
    how = run_options(options, output, given)
    return on_its_nodes(how, options, ready.hosts, ready.uses, output)


def show_result(
    result: RunResult,
    command: str,
    job: Job,
    ready: Ready,
    stack: StackOptions,
    options: HostOptions,
    shown: ReportOptions,
    *,
    diffs: bool = False,
) -> None:
    """Print the result of a command, and write its page. diffs: whether they are shown."""
    _report(result, shown.output, diffs=diffs, everything=options.verbosity > 0)
    title = f"vigo-bridge {command} of {stack.folder}"
    write_report(shown.page, result, title, job.clock, ready.loaded, ready.plan, stack.settings)


def _report(result: RunResult, output: str, *, diffs: bool, everything: bool) -> None:
    if output == "json":
        echo_json(run_as_data(result))
    else:
        print_run(result, Screen(), diffs=diffs, everything=everything)


def stack_job(
    command: str, stack: StackOptions, ready: Ready, how: RunOptions, private: Path
) -> Job:
    """Write the project of a stack, and return the job that converges its hosts with it.

    private: the folder of the call.
    """
    project = private / "project"
    write_bundle(ready.plan, project, ready.hosts.variables)
    settings = {"set": stack.settings, "prune": how.prune, "only": how.only}
    return Job(
        command=command,
        subject=stack.subject,
        project=project,
        sources=ready.hosts.sources,
        hosts=ready.hosts_with(how.only),
        secrets=ready.secrets,
        how=how,
        key=stack_key(stack.folder, ready.plan.identity.id),
        fingerprint=fingerprint(stack.files, settings),
        stack=stack,
    )


def refuse_unnamed(stack: Stack, options: StackOptions, what: str) -> None:
    """Raise Refusal if the stack is named after its folder, because another stack may have the same
    name.

    options: where it was read from. what: the option or command that removes objects.
    """
    if stack.identity.is_named:
        return
    written = textwrap.indent(lines(valid_name(stack.identity.name), new_id()), "  ")
    raise Refusal(
        f"{what} requires a named stack: {stack.identity.name!r} is only the name of a folder,"
        f" which another stack may share. Create {FILE} in {options.label} with these lines:\n"
        f"{written}If it had a {FILE} before, restore that file, for example from version"
        " control: hosts that know this stack refuse a different ID for the same name."
    )
