# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``vigo-bridge exec`` does: a command in the containers of a resource."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import paths
from vigo_bridge.app.hosts import Asked
from vigo_bridge.app.module_job import module_job
from vigo_bridge.app.options import REACH_THROUGH_A_NODE, HostOptions, StackOptions
from vigo_bridge.app.plan_and_run import Ready, on_the_hosts, ready_stack
from vigo_bridge.app.rollout_job import at_once
from vigo_bridge.app.run_setup import run_options
from vigo_bridge.app.selectors import selected
from vigo_bridge.failures import Refusal
from vigo_bridge.language.catalog import RUNNING
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.execution import print_execution
from vigo_bridge.report.exit_status import FAILED, OK, exit_status
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.terminal import listed
from vigo_bridge.run.results import RunResult
from vigo_bridge.run.terminal_program import run_in_terminal

MODULE = "vigo.bridge.container_exec"
#: The longest standard input, in bytes.
_LARGEST_INPUT = 16 * 1024 * 1024
#: The file with standard input in the project, which also a node gets.
_STDIN = "stdin"


@dataclass(frozen=True)
class Command:
    """The command. options: those of the module that are set. stdin: whether to pass on standard
    input; None: if there is one host, and standard input is a file or a pipe.
    """

    words: Sequence[str]
    options: Mapping[str, Any]
    timeout: float
    stdin: bool | None


def execute(
    pattern: str,
    command: Command,
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    output: str,
) -> int:
    """Run a command in the containers that a pattern selects, and return the exit status."""
    texts = [*command.words, *(command.options.get("env") or {}).values()]
    ready = ready_stack(stack, asked, output, texts)
    only, hosts = _chosen(pattern, ready)
    module = {"argv": list(command.words), "timeout": command.timeout, **command.options}
    given = _input(command.stdin, hosts)
    with (
        private_folder() as private,
        on_the_hosts(ready, options, {"only": only}, output) as how,
    ):
        variables = {"vigo_stdin": _STDIN} if given else {}
        job = module_job("exec", MODULE, module, hosts, stack, ready, how, private, variables)
        if given:  # In the playbook, it would take minutes: it may be long.
            (job.project / _STDIN).write_bytes(given)
        result = at_once(job, private, quiet=len(hosts) == 1, names_hosts=False)
    if output == "json":
        echo_json(run_as_data(result))
    else:
        is_whole = print_execution(result, Screen(), Screen(stderr=True))
        if not is_whole and exit_status(result) == OK:
            return FAILED
    # A command that ran on no host counts as failed.
    return exit_status(result) or (0 if _ran_somewhere(result) else FAILED)


def attach(
    pattern: str,
    command: Command,
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
) -> int:
    """Run a command in one container with the user's terminal, and return the exit status."""
    if options.mesh is not None:
        raise Refusal(f"-it: a terminal is not opened through a node; {REACH_THROUGH_A_NODE}.")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Refusal("-it requires a terminal; remove it to pass on files and pipes.")
    texts = [*command.words, *(command.options.get("env") or {}).values()]
    if paths(texts):
        raise Refusal(
            "-it: secrets cannot be used here, because they would be visible; remove -it."
        )
    ready = ready_stack(stack, asked, "text")
    only, hosts = _chosen(pattern, ready)
    if len(hosts) != 1:
        raise Refusal(f"-it requires one host; choose one with --limit: {listed(hosts)}.")
    module = {"argv": list(command.words), **command.options}
    with private_folder() as private:
        how = run_options(options, "text", {"only": only})
        terminal = {"vigo_terminal": True}
        job = module_job("exec", MODULE, module, hosts, stack, ready, how, private, terminal)
        result = at_once(job, private, quiet=True)
    found = [one for one in result.envoys[hosts[0]].resources if one.action == "ran"]
    if exit_status(result) or not found:
        print_execution(result, Screen(stderr=True), Screen(stderr=True))
        return exit_status(result) or FAILED
    if len(found) > 1:
        names = ", ".join(resource.id for resource in found)
        raise Refusal(f"-it requires one container; choose one of {names}.")
    code = run_in_terminal(json.loads(found[0].output or "[]"))
    if code:
        echo(f"{hosts[0]}: {found[0].id}: the command failed with exit code {code}", err=True)
    return FAILED if code else 0


def _chosen(pattern: str, ready: Ready) -> tuple[tuple[str, ...], list[str]]:
    """Return the IDs that a pattern selects, and the hosts that have one of them."""
    only = selected(ready.plan, [pattern], RUNNING)
    return only, ready.hosts_with(only)


def _ran_somewhere(result: RunResult) -> bool:
    resources = [one for envoy in result.envoys.values() for one in envoy.resources]
    return any(resource.action == "ran" for resource in resources)


def _input(wanted: bool | None, hosts: Sequence[str]) -> bytes:
    """Return standard input for the module. Raise Refusal if it cannot be passed on."""
    if wanted is False or (wanted is None and (len(hosts) != 1 or not _is_readable())):
        return b""
    if len(hosts) != 1:
        raise Refusal(
            f"standard input can be passed to one host only, not to {len(hosts)}; add --limit HOST."
        )
    data = sys.stdin.buffer.read(_LARGEST_INPUT + 1)
    if len(data) > _LARGEST_INPUT:
        raise Refusal(
            f"standard input has more than {_LARGEST_INPUT >> 20} MiB; copy it to the host, and"
            " load it from there."
        )
    return data


def _is_readable() -> bool:
    """Return whether standard input is a file or a pipe, not a terminal or /dev/null."""
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
