# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``vigo-bridge restart``, ``stop``, ``start``, ``pull`` and ``down`` do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.on_demand import (
    PULLED,
    RESTARTED,
    STARTED,
    STOPPED,
)
from vigo_bridge.app.hosts import Asked
from vigo_bridge.app.module_job import module_job
from vigo_bridge.app.options import HostOptions, ReportOptions, Rollout, StackOptions
from vigo_bridge.app.plan_and_run import (
    Ready,
    on_the_hosts,
    ready_stack,
    refuse_unnamed,
    show_result,
)
from vigo_bridge.app.questions import confirmed
from vigo_bridge.app.rollout_job import Job, at_once, carry_out
from vigo_bridge.app.run_setup import run_folder
from vigo_bridge.app.selectors import selected
from vigo_bridge.emit.module_call import CONVERGE
from vigo_bridge.failures import Ended, Refusal
from vigo_bridge.language.catalog import RUNNING
from vigo_bridge.language.fingerprint import fingerprint
from vigo_bridge.report.clock import Clock
from vigo_bridge.report.exit_status import FAILED, INVALID, OK, exit_status
from vigo_bridge.report.printing import echo
from vigo_bridge.report.terminal import listed
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.results import EnvoyStatus, RunResult
from vigo_bridge.run.rollout_options import RolloutOptions
from vigo_bridge.run.state import STATE_CHANGE, stack_key
from vigo_bridge.wording import counted

MODULE = "vigo.bridge.stack_state"
_STATES = {"restart": RESTARTED, "start": STARTED, "stop": STOPPED, "pull": PULLED}


def change_state(
    command: str,
    patterns: Sequence[str],
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    rollout: Rollout,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Restart, stop or start containers, batch by batch, and return the exit status.

    command: one of these. patterns: which resources.
    """
    if rollout.options.rolls_back:
        raise Refusal(f"--on-failure: a {command} cannot be undone; remove this option.")
    ready = ready_stack(stack, asked, shown.output, rollout.options.health_check)
    only = selected(ready.plan, patterns, RUNNING)
    given = {**changes, "only": only}
    with (
        run_folder(shown.keep_artifacts) as private,
        on_the_hosts(ready, options, given, shown.output) as how,
    ):
        job = _job(command, stack, ready, how, private, {"state": _STATES[command]})
        result = carry_out(job, rollout, private)
    show_result(result, command, job, ready, stack, options, shown)
    return exit_status(result)


def pull(
    patterns: Sequence[str],
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Pull the images of containers on all hosts, and return the exit status."""
    ready = ready_stack(stack, asked, shown.output)
    only = selected(ready.plan, patterns, RUNNING)
    given = {**changes, "only": only}
    with (
        run_folder(shown.keep_artifacts) as private,
        on_the_hosts(ready, options, given, shown.output) as how,
    ):
        job = _job("pull", stack, ready, how, private, {"state": PULLED})
        result = at_once(job, private)
    show_result(result, "pull", job, ready, stack, options, shown)
    return exit_status(result)


def down(
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    changes: Mapping[str, object],
    removed: Mapping[str, bool],
    yes: bool,
    shown: ReportOptions,
) -> int:
    """Remove the stack's objects from the hosts, after showing them and asking; return the exit
    status.

    removed: whether ``volumes`` and ``files`` are removed, too. yes: do not ask.
    """
    if shown.output == "json" and not yes:
        raise Refusal("down asks before it removes anything; with -o json, add --yes.")
    ready = ready_stack(stack, asked, shown.output)
    refuse_unnamed(ready.loaded, stack, "down")
    module = {"state": "absent", **{name: True for name, wanted in removed.items() if wanted}}
    with (
        run_folder(shown.keep_artifacts) as private,
        on_the_hosts(ready, options, changes, shown.output) as how,
    ):
        job = _job("down", stack, ready, how, private, module)
        if not yes:
            predicting = replace(job, how=replace(how, check_mode=True), clock=Clock())
            (private / "preview").mkdir()
            preview = at_once(predicting, private / "preview", names_hosts=False)
            show_result(preview, "down", job, ready, stack, options, replace(shown, page=None))
            if not _is_confirmed(preview):
                return FAILED if exit_status(preview) == FAILED else OK
        rollout = Rollout(RolloutOptions(), resume=False, given=frozenset())
        result = carry_out(job, rollout, private)
    show_result(result, "down", job, ready, stack, options, shown)
    return exit_status(result)


def _is_confirmed(preview: RunResult) -> bool:
    """Return whether there is something to remove, and the user wants that. Raise Refusal."""
    hosts = [host for host, envoy in preview.envoys.items() if envoy.status is EnvoyStatus.PENDING]
    if not hosts:
        echo("Nothing to remove.")
        return False
    if confirmed(f"Remove this from {counted(len(hosts), 'host')} ({listed(hosts)})?"):
        return True
    raise Ended(INVALID)


def _job(
    command: str,
    stack: StackOptions,
    ready: Ready,
    how: RunOptions,
    private: Path,
    module: Mapping[str, Any],
) -> Job:
    """Return the job. module: the options of the module."""
    ready.report_unmatched()
    hosts = ready.hosts_with(how.only)
    job = module_job(command, MODULE, module, hosts, stack, ready, how, private)
    settings = {"set": stack.settings, "only": how.only, **module}
    return replace(
        job,
        key=f"{STATE_CHANGE}{stack_key(stack.folder, ready.plan.identity.id)}",
        fingerprint=fingerprint(stack.files, settings),
        stack=stack,
        keeps_files=False,
        check=job.project / CONVERGE,
    )
