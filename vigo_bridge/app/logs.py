# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``vigo-bridge logs`` does."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge.logs import (
    pattern,
    point_in_time,
)
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.masking.mask import Masker
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import as_bytes
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.times import rfc3339
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.app.hosts import Asked
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.app.plan_and_run import ready_stack
from vigo_bridge.app.run_setup import run_folder, run_options
from vigo_bridge.app.selectors import selected
from vigo_bridge.emit.module_call import write_call
from vigo_bridge.failures import Interrupted, Refusal
from vigo_bridge.report.exit_status import FAILED, OK
from vigo_bridge.report.logs import JsonLogs, TextLogs
from vigo_bridge.report.terminal import listed
from vigo_bridge.run.logs import LogRun, show_logs
from vigo_bridge.run.stop import Stop
from vigo_bridge.wording import counted

MODULE = "vigo.bridge.container_logs"
#: Lines of each container where the user asks for no number, time or pattern.
_TAIL, _TAIL_OF_FOLLOWED = 100, 10
#: How many seconds a call waits for new lines before the next one is made.
_WAIT = 10
_PRINTING = frozenset(name for name, kind in TYPES.items() if kind.on_demand)


@dataclass(frozen=True)
class LogOptions:
    """Which lines. tail: a number, or None for all. asked: whether the user has chosen it."""

    follow: bool
    tail: int | None
    asked: bool
    since: str
    until: str
    grep: str
    with_time: bool
    raw: bool


def logs(
    patterns: Sequence[str],
    wanted: LogOptions,
    stack: StackOptions,
    options: HostOptions,
    asked: Asked,
    output: str,
) -> int:
    """Show the logs of the stack's containers, and return the exit status.

    patterns: which resources; without any, also containers that are no longer in the stack.
    """
    arguments = _arguments(wanted)
    ready = ready_stack(stack, asked, output)
    only = selected(ready.plan, patterns, _PRINTING) if patterns else ()
    hosts = ready.hosts_with(only)
    if options.forks and options.forks < len(hosts):
        raise Refusal(
            f"--forks {options.forks}: logs of {counted(len(hosts), 'host')} are read at the same"
            " time; remove --forks, or select fewer hosts with --limit"
        )
    mask = _mask(ready.secrets.known.values())
    viewer: TextLogs | JsonLogs
    with run_folder(keep_artifacts=False) as private:
        how = run_options(options, output, {})
        project = private / "project"
        given = {**arguments, **({"only": list(only)} if only else {})}
        write_call(ready.plan, project, ready.hosts.variables, MODULE, given)
        ready.report_unmatched()
        inventory = [*ready.hosts.sources, str(project / "inventory")]
        run = LogRun(
            project / "site.yml",
            inventory,
            hosts,
            how,
            ready.secrets,
            private,
            wanted.follow,
            _empty(hosts, patterns, wanted.follow),
        )
        if output == "json":
            viewer = JsonLogs(mask, follow=wanted.follow)
        else:
            viewer = TextLogs(mask, with_time=wanted.with_time, raw=wanted.raw)
        with Stop(_say_nothing, at_once=True) as stop:
            errors = show_logs(run, viewer, stop)
    if stop.cut:
        raise Interrupted
    viewer.end(errors)
    return FAILED if errors else OK


def _arguments(wanted: LogOptions) -> dict[str, Any]:
    """Return the options of vigo.bridge.container_logs. Raise Refusal."""
    now = time.time_ns()
    arguments: dict[str, Any] = {}
    try:
        for name, text in (("since", wanted.since), ("until", wanted.until)):
            point = point_in_time(text, f"--{name}", now)
            if point is not None:
                arguments[name] = rfc3339(point)
        pattern(wanted.grep, "--grep")
    except ResourceError as error:
        raise Refusal(error.message) from error
    if wanted.grep:
        arguments["grep"] = wanted.grep
    tail = wanted.tail
    if not wanted.asked and not (wanted.since or wanted.until or wanted.grep):
        tail = _TAIL_OF_FOLLOWED if wanted.follow else _TAIL
    if tail is not None:
        arguments["tail"] = tail
    if wanted.follow:
        arguments["wait"] = _WAIT
    return arguments


def _empty(hosts: Sequence[str], patterns: Sequence[str], follow: bool) -> str:
    """Return the note for hosts that have no containers."""
    which = f"of {', '.join(patterns)}" if patterns else "of this stack"
    waiting = "; waiting for them" if follow else ""
    return f"no containers {which} on {listed(hosts)}; `vigo-bridge run` creates them{waiting}"


def _mask(secrets: Iterable[str]) -> Any:
    """Return a function that masks these secrets in a text, and leaves others as they are."""
    values = [value for value in secrets if value]
    if not values:
        return str
    masker = Masker(values)

    def mask(text: str) -> str:
        shown = masker.mask_text(text)
        return text if shown == as_bytes(text).decode("utf-8", "replace") else shown

    return mask


def _say_nothing(_text: str) -> None:
    """Do not announce what happens at once."""
