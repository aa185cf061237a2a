# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges this machine from the plain arguments of a module call."""

from __future__ import annotations

import datetime
import math
from typing import Any, Callable, Iterable, Mapping

from ..common.errors import ResourceError
from ..delivery.pull_turns import PULLS
from ..host import private_files
from ..host.facts import Facts
from ..language.go_template.errors import OPEN
from ..secrets.references import texts
from ..state import state_folder
from ..state.former import Former
from ..state.journal import Journal
from ..state.last_run import LastRun
from ..state.owners_file import OwnersFile
from ..state.ownership import Stack
from ..state.reverts import Reverts
from ..state.stops import Stops
from ..state.written_files import WrittenFiles
from ..types.base import Behaviour, Call
from ..types.file.written import written_files
from ..types.registry import TYPES
from ..types.result import Result
from ..types.target import Target
from ..types.typed_attributes import refuse_nul
from . import former_states
from .graph import GraphError
from .input import CrateInput, Resource, parse_crates, parse_resources, pulled_again
from .passes import Convergence, Wanted
from .stopped import note_started

#: The scope of playbooks that set none.
DEFAULT_SCOPE = "default"
#: Options that are checked for NUL characters.
_PLAIN = ("state_dir", "docker_host", "scope", "stack_id", "former_scopes")


def check_options(arguments: Mapping[str, Any]) -> None:
    """Raise ResourceError if an option contains a NUL character."""
    for name in _PLAIN:
        refuse_nul(name, arguments.get(name))


def converge(arguments: Mapping[str, Any], target: Target) -> list[Result]:
    """Apply ``resources``, or predict that in check mode, and return their results.

    arguments: ``resources``, ``crates``, ``vars``, ``scope``, ``stack_id``, ``former_scopes``,
    ``scope_is_default``, ``state_dir``, ``prune``, ``pull``, ``only``, ``lock_timeout``,
    ``min_healthy_time``, ``former``, ``rollout``, ``started_by`` as the module documents them;
    ``_pulls`` as in ``delivery/pull_turns``.
    Raise ResourceError when nothing could be started at all.
    """
    entries = arguments.get("crates") or {}
    resources = parse_resources(arguments.get("resources") or [], entries)
    if arguments.get("pull") == "always":
        resources = [pulled_again(resource) for resource in resources]
    crates = parse_crates(entries)
    check_options(arguments)
    path = arguments.get("state_dir") or private_files.default_folder()
    folder = state_folder.StateFolder(path, target.check_mode, target.note)
    stack = stack_of(arguments)
    ids = [resource.id for resource in resources]
    mode = _mode(arguments)
    healthy_time = float(arguments.get("min_healthy_time") or 0)
    if not 0 <= healthy_time < math.inf:
        raise ResourceError(f"min_healthy_time: {healthy_time:g} is not a number of seconds")
    given = arguments.get("lock_timeout")
    with folder.locked(state_folder.LOCK_TIMEOUT if given is None else float(given)):
        record = OwnersFile.load(folder)
        wants_prune = bool(arguments.get("prune"))
        if wants_prune:
            refuse_removal(stack, record, "prune", "run once without prune")
        former = record.former_name(stack)
        if former:
            target.note(
                f"on this host, the stack with the ID {stack.id} was named {former!r} until now; if"
                " its folder was copied, set a different id in the copy"
            )
        call = Call(stack, record, frozenset(ids), wants_prune, healthy_time)
        types = _behaviours(resources, with_orphans=wants_prune or target.check_mode)
        for behaviour in types.values():
            behaviour.start(call, target)
        states = Former(folder, stack.scope, stack.id, str(arguments.get("rollout") or ""))
        if mode == former_states.RESTORE:
            return former_states.restore(states, resources, target)
        if mode == former_states.DISCARD:
            return former_states.discard(states, resources, target)
        if not target.check_mode:
            states.begin()
            target.former = states if mode == former_states.KEEP else None
        journal = Journal.load(folder, stack.scope, stack.id)
        reverts = Reverts.load(folder, stack.scope, stack.id)
        stops = Stops.load(folder, stack.scope, stack.id)
        written = WrittenFiles.load(folder, stack.scope, stack.id)
        try:
            convergence = Convergence(
                Wanted(
                    resources,
                    crates,
                    arguments.get("vars") or {},
                    stack,
                    arguments.get("only") or (),
                ),
                types,
                target,
                journal,
                Facts(traits_named(resources, crates.values()), secrets=target.secrets),
                reverts,
            )
        except GraphError as error:
            raise ResourceError("\n".join(map(str, error.problems))) from error
        convergence.refuse()
        pulls = arguments.get(PULLS)
        step = convergence.pull_step(pulls) if pulls and not target.check_mode else None
        if step:
            target.returned[PULLS] = step
            return []
        record.take_over(stack, lambda scope: journal.take_over(Journal.load(folder, scope), ids))
        try:
            results = convergence.run()
        finally:
            _keep(lambda: written.update(written_files(target)), target)
        for behaviour in types.values():
            results = _with(results, behaviour.finish(call, results, target))
        _keep(lambda: note_started(stops, results, target), target)
        by = str(arguments.get("started_by") or "")
        if by:
            last = _last_run(by, results)
            _keep(lambda: last.save(folder, stack.scope, stack.id), target)
        return results


def _last_run(by: str, results: Iterable[Result]) -> LastRun:
    """Return the record of a run that ends now. by: who started it."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    results = list(results)
    changed = sum(result.changed for result in results)
    outcome = "changed" if changed else "converged"
    if any(result.failed for result in results):
        outcome = "failed"
    return LastRun(now, by, outcome, changed)


def _keep(write: Callable[[], object], target: Target) -> None:
    """Write state at the end of a run; a failure is a note, so that no result is lost."""
    try:
        write()
    except ResourceError as error:
        target.note(error.message)


def _mode(arguments: Mapping[str, Any]) -> str:
    """Return what to do with former states; empty where they are not kept. Raise ResourceError."""
    mode = str(arguments.get("former") or "")
    if mode and not arguments.get("rollout"):
        raise ResourceError(f"former: {mode} requires the option rollout")
    return mode


def _with(results: Iterable[Result], others: Iterable[Result]) -> list[Result]:
    """Return all results; of two for the same resource, the one of ``others``."""
    return list({result.id: result for result in (*results, *others)}.values())


def _behaviours(resources: Iterable[Resource], with_orphans: bool) -> dict[str, Behaviour]:
    """Return the behaviours of the resources' types. with_orphans: also of types that find
    orphans.
    """
    orphans = (name for name, kind in TYPES.items() if with_orphans and kind.leaves_orphans)
    used = dict.fromkeys([*orphans, *(resource.type for resource in resources)])
    names = [*(name for name in TYPES if name in used), *used]
    return {name: TYPES[name].behaviour() for name in dict.fromkeys(names)}


def stack_of(arguments: Mapping[str, Any]) -> Stack:
    """Return the stack that the arguments of a call name."""
    scope, stack_id = arguments.get("scope") or DEFAULT_SCOPE, arguments.get("stack_id") or ""
    is_shared = scope == DEFAULT_SCOPE and not stack_id
    return Stack(
        scope,
        stack_id,
        tuple(arguments.get("former_scopes") or ()),
        is_named=not (is_shared or arguments.get("scope_is_default")),
    )


def refuse_removal(stack: Stack, record: OwnersFile, what: str, otherwise: str) -> None:
    """Raise ResourceError if containers of another stack could be mistaken for this one's.

    what: what is refused. otherwise: what to do if the stack has a new name.
    """
    if not stack.is_named:
        raise ResourceError(
            f"refusing to {what}: the scope {stack.scope!r} is a default, and another stack may"
            " have the same one. Nothing was changed; set a name in stack.vgo (scope in a"
            " playbook, stack_scope with the role)"
        )
    former = record.former_name(stack)
    if former:
        raise ResourceError(
            f"refusing to {what}: on this host, the ID {stack.id} belongs to the stack {former!r}."
            f" Nothing was changed; if {stack.scope!r} is its new name, {otherwise}. If"
            " its folder was copied, set a different id in the copy"
        )


def traits_named(resources: Iterable[Resource], crates: Iterable[CrateInput]) -> set[str]:
    """Return the traits that templates and conditions ask for; no others are collected."""
    conditions = [
        *(crate.condition for crate in crates),
        *(resource.condition for resource in resources),
    ]
    templates = [
        (text, resource.item is not None)
        for resource in resources
        for text in (texts(resource.attributes) if resource.template else ())
        if OPEN in text
    ]
    if not templates and not any(conditions):
        return set()
    from ..language.trait_names import trait_names  # imports the whole template interpreter

    return trait_names(filter(None, conditions), templates)
