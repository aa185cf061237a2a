# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the hosts that the patterns of a command line select."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.traits import require_known
from vigo_bridge.app.hosts import Hosts
from vigo_bridge.emit.command import command_resource, write_command
from vigo_bridge.failures import Failure, Interrupted, Refusal, WrongUsage
from vigo_bridge.language.diagnostics import did_you_mean
from vigo_bridge.report.printing import echo
from vigo_bridge.report.progress import Lines, outcome
from vigo_bridge.report.terminal import listed
from vigo_bridge.resolve.globs import glob_matches, is_glob
from vigo_bridge.run.converge import RunOptions, converging
from vigo_bridge.run.results import EnvoyResult
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets

_FILTER = re.compile(r"([a-z_]+\.[a-z_.]+)=(.*)", re.DOTALL)


def select(targets: Sequence[str], found: Hosts, how: RunOptions, private: Path) -> tuple[str, ...]:
    """Return the hosts that match the targets, in the hosts' order.

    These are the hosts that a name or glob matches (without one, all), and of these, those that
    have all the traits. Ends the command when there are none, with a list of the possible ones.
    private: a folder to be created.
    """
    wanted = [match for target in targets if (match := _FILTER.fullmatch(target))]
    filters = [(match[1], match[2]) for match in wanted]
    for name, _ in filters:
        try:
            require_known(name)
        except ResourceError as error:
            raise WrongUsage(error.message) from error
    patterns = [target for target in targets if not _FILTER.fullmatch(target)]
    names = named(patterns, found.names) if patterns else found.names
    if not filters:
        return names
    known = traits_of(sorted({name for name, _ in filters}), names, found, how, private)
    chosen = tuple(
        host
        for host, traits in known.items()
        if all(_has(traits[name], value) for name, value in filters)
    )
    if not chosen:
        there = "; ".join(f"{name} is {_values(name, known.values())}" for name, _ in filters)
        raise Failure(
            f"no host has {' and '.join(f'{name}={value}' for name, value in filters)}; {there}."
            "\nNothing was run."
        )
    return chosen


def traits_of(
    names: Sequence[str], hosts: Sequence[str], found: Hosts, how: RunOptions, private: Path
) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the traits of all hosts that respond; others are reported, and omitted.

    Each trait is a list of texts; one that is not a list has one. private: a folder to be created.
    """
    questions = "".join(f"{{{{ toJson .Traits.{name} }}}}\n" for name in names)
    resource = command_resource("task/traits", "cat", stdin=questions)
    private.mkdir()
    write_command(private / "project", hosts, found.variables, resource, {})
    lines = Lines()
    inventory = [*found.sources, str(private / "project" / "inventory")]
    nothing = Secrets({}, lambda paths: {})
    with (
        Stop(lines.say, at_once=True) as stop,
        converging(
            private / "project" / "site.yml", inventory, nothing, how, private, stop, echo, None
        ) as ask,
    ):
        answers = ask(hosts, lambda host, envoy: None)
    if stop.cut:
        raise Interrupted
    known = {}
    for host, envoy in answers.items():
        values = _answer(envoy)
        if len(values) == len(names):
            known[host] = dict(zip(names, map(_texts, values), strict=True))
        else:
            lines.say(f"{host} does not report its traits and is skipped: {outcome(envoy)}")
    return known


def _answer(envoy: EnvoyResult) -> list[Any]:
    output = "".join(resource.output or "" for resource in envoy.resources)
    try:
        return [json.loads(line) for line in output.removesuffix("\n").split("\n")]
    except (ValueError, RecursionError):
        return []


def _has(trait: Sequence[str], value: str) -> bool:
    return any(glob_matches(value, text) for text in trait)


def _values(name: str, known: Iterable[Mapping[str, Sequence[str]]]) -> str:
    texts = sorted({text for traits in known for text in traits[name]})
    return ", ".join(texts) or "unknown on all hosts"


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else json.dumps(item) for item in items]


def named(patterns: Sequence[str], hosts: Sequence[str]) -> tuple[str, ...]:
    """Return the hosts that match a glob or name among the patterns, in the hosts' order.

    Ends the command when a pattern matches none.
    """
    for pattern in patterns:
        if not is_glob(pattern):
            raise Failure(
                f"{pattern!r} is not a host name or a glob; use one such as '*.app.example.com'"
            )
        if not any(glob_matches(pattern, host) for host in hosts):
            advice = did_you_mean(pattern, hosts) or f"the hosts are {listed(hosts)}"
            raise Refusal(f"{pattern} matches no host in the inventory; {advice}")
    return tuple(host for host in hosts if any(glob_matches(glob, host) for glob in patterns))
