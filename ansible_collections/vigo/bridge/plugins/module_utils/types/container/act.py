# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out the steps of a decision."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Mapping, cast

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...host.background import Background
from ..base import Decision, Outcome, Pending
from ..target import Target
from . import label, older_images, pull, start_first
from .decide import capabilities, steps
from .described_names import described_names
from .engine import Engine
from .needed import needs
from .observed import Existing, Image, Observed
from .own_volumes import create_missing
from .owners import owners
from .replace import create_config, names, port_holders, recover, repair, situation
from .replace.followers import to_follow
from .replace.marks import labels_for, start_first_labels_for
from .replace.replace import create, replace
from .replace.start_beside import start_beside
from .run_memory import run_memory
from .settle import Settling, await_health
from .spec import FAILED, OLD, ContainerSpec
from .values import mounts


@dataclass(frozen=True)
class Work:
    """The data for acting on one container."""

    engine: Engine
    spec: ContainerSpec
    observed: Observed
    target: Target

    @property
    def container(self) -> Existing:
        """The container for which the decision was made."""
        return cast(Existing, self.observed.container)

    @property
    def image(self) -> Image:
        """The image to create a container from."""
        return cast(Image, self.observed.image)


#: The steps that create a container.
_CREATING = (steps.Create, steps.Replace, steps.StartBeside)
#: Waits until what a step has begun is settled. Raises ResourceError.
Wait = Callable[[], object]


def act(work: Work, decision: Decision) -> Outcome | Pending:
    """Carry out all steps in order. Raise ResourceError.

    The last step continues in the background until it is settled or undone. Everything that can be
    checked is checked first.
    """
    for step in decision.steps:
        _CHECK.get(type(step), _no_check)(work, step)
    wait: Wait | None = None
    for step in decision.steps:
        if wait is not None:
            wait()
        wait = _DO[type(step)](work, step)
    if wait is None:
        return _finished(work, decision, None)
    settling = Background(lambda: _finished(work, decision, wait))
    run_memory(work.engine, work.target).add_background(work.spec.name, settling)
    return Pending(settling.result, settling.ended)


def _finished(work: Work, decision: Decision, wait: Wait | None) -> Outcome:
    with work.target.concealing():
        if wait is not None:
            wait()
        is_new = any(isinstance(step, _CREATING) for step in decision.steps)
        if is_new and work.target.former is None:
            _remove_older_images(work)
        if work.spec.expect == "exited":
            return _outcome_of_one_shot(work)
        return Outcome()


def _remove_older_images(work: Work) -> None:
    """Remove surplus images. The container is already running, so a failure is only a note."""
    former = work.observed.container
    try:
        removed = older_images.remove_surplus(
            work.engine, work.spec, work.image.id, former.image_id if former else ""
        )
    except ResourceError as error:
        message = work.target.secrets.conceal(error.message)
        work.target.note(f"keep_images of container {work.spec.name}: {message}")
        return
    if removed:
        work.target.note(f"container {work.spec.name}: removed older images {', '.join(removed)}")


def _no_check(work: Work, step: Any) -> None:
    """Check nothing: errors of this step cannot be detected in advance."""


def _check_create(work: Work, step: steps.Create) -> None:
    names.refuse_foreign(work.engine, work.spec.name, (OLD, FAILED))
    _check_sources(work)
    if step.start:
        _check_start(work, None)


def _check_replace(work: Work, step: steps.Replace) -> None:
    _commit_earlier(work)
    names.refuse_foreign(work.engine, work.spec.name)
    _check_sources(work)
    if step.start:
        _check_start(work, work.container)


def _check_start_beside(work: Work, step: steps.StartBeside) -> None:
    _commit_earlier(work)
    names.refuse_foreign(work.engine, work.spec.name)
    _check_sources(work)


def _commit_earlier(work: Work) -> None:
    """Remove the former container that was kept when this one replaced it.

    That replacement can no longer be rolled back.
    """
    memory = run_memory(work.engine, work.target)
    if work.spec.name not in memory.uncommitted:
        return
    known = owners(work.target)
    left = situation.look(
        work.engine, work.spec.name, work.container, known.refuse_foreign, known.is_ours
    )
    needed = recover.decide(left)
    if needed is not None:
        repair.carry_out(work.engine, work.spec, needed, work.target.note)
        memory.uncommitted.difference_update(needed.left)


def _check_sources(work: Work) -> None:
    """Check the sources of mounts and the containers whose volumes are mounted, and pull missing
    images.

    Docker itself would create the folder for a mount with ``z`` or ``Z``.
    """
    sources = [mount.source for mount in work.spec.settings.volumes or () if mount.needs_path]
    capabilities.refuse_missing_source(work.engine.missing_source(sources))
    for need in needs(work.spec.settings):
        if not need.is_running and need.name not in work.observed.donors:
            need.refuse(work.spec.name, "does not exist")
    pull.ensure_mounted(work.engine, work.spec, work.target)


def _check_start(work: Work, replaced: Existing | None) -> None:
    """Check ports, and the containers whose namespaces are shared: engines check both only at the
    start.
    """
    port_holders.refuse_taken(work.engine, work.spec, replaced)
    for need in needs(work.spec.settings):
        if need.is_running:
            shared = work.engine.container(need.name)
            if shared is None or not shared.is_up:
                need.refuse(work.spec.name, "is not running" if shared else "does not exist")
            elif need.attribute == "network_mode":
                await_health(work.engine, shared, work.spec)


def _check_network(work: Work, step: steps.CreateNetwork) -> None:
    owner = described_names(work.target, "network").resource(work.engine.host, step.name)
    if owner:
        raise ResourceError(
            f"network {step.name} does not exist yet: resource {owner} describes it and was not"
            " applied before",
            f"add a dependency on {owner}, and make sure that it is applied",
        )


def _create_network(work: Work, step: steps.CreateNetwork) -> None:
    labels = {label.NETWORK: work.spec.scope or "true"}
    if work.spec.stack_id:
        labels[label.STACK_ID] = work.spec.stack_id
    work.engine.create_network(step.name, labels)


def _create(work: Work, step: steps.Create) -> Wait | None:
    engine, spec = work.engine, work.spec
    create_missing(engine, spec)
    body = create_config.payload(
        spec, work.image, work.observed.file_env, work.target.secrets.reveal
    )
    new_id = create(engine, spec, spec.name, body, work.target.note)
    if not step.start:
        return None
    try:
        settling = Settling(engine, spec, new_id, lambda: engine.start(new_id), fresh=True)
    except ResourceError as error:
        # It may have been started although the response was lost.
        with contextlib.suppress(ResourceError):
            engine.stop(new_id, 0)
            engine.remove(new_id, volumes=True)
        raise port_holders.explain(engine, spec, error) from error

    def wait() -> None:
        try:
            settling.wait()
        except ResourceError as error:
            failed = engine.container(new_id)
            if failed is not None:
                names.keep_failed(engine, spec.name, failed)
            error.message += f"; it was stopped and kept as {spec.name}{FAILED}"
            raise
        names.drop_failed(engine, spec.name)

    return wait


def _replace(work: Work, step: steps.Replace) -> Wait | None:
    engine, spec, old = work.engine, work.spec, work.container
    known, described = owners(work.target), described_names(work.target)
    followers = _ready_followers(work)
    body = _successor(work, labels_for(old, followers))

    def owner_labels(follower: Existing) -> Mapping[str, str]:
        return known.labels(follower, described.resource(engine.host, follower.name))

    memory = run_memory(engine, work.target)
    # A new container that is not started would count as an interrupted replacement.
    keeps_old = work.target.former is not None and step.start
    finish = replace(
        engine,
        spec,
        old,
        followers,
        body,
        step.start,
        work.target.note,
        owner_labels,
        keeps_old=keeps_old,
    )
    if keeps_old:
        memory.uncommitted.update([spec.name, *(follower.name for follower in followers)])
    leaders = {follower.name: spec.name for follower in followers}
    memory.replaced_with(leaders)
    for follower in followers:
        work.target.note(
            f"container {follower.name} shares the network of {spec.name}, and was recreated with"
            " it"
        )
    return finish


def _start_beside(work: Work, step: steps.StartBeside) -> Wait:
    engine, spec, old = work.engine, work.spec, work.container
    body = _successor(work, start_first_labels_for(old))
    keeps_old = work.target.former is not None
    if keeps_old:
        run_memory(engine, work.target).uncommitted.add(spec.name)
    return start_beside(engine, spec, old, body, work.target.note, keeps_old=keeps_old)


def _successor(work: Work, labels: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the create call's body of the container that replaces the present one."""
    create_missing(work.engine, work.spec)
    return create_config.payload(
        work.spec,
        work.image,
        work.observed.file_env,
        work.target.secrets.reveal,
        carried=create_config.carried_over(
            work.spec, work.container, work.image, work.observed.donors
        ),
        further_labels=labels,
    )


def _ready_followers(work: Work) -> list[Existing]:
    """Return the followers, after repairing what earlier runs left of them."""
    engine, known = work.engine, owners(work.target)
    found = _followers(work, lambda remark: None)
    for name in dict.fromkeys(names.proper(follower.name) for follower in found):
        current = engine.container(name)
        left = situation.look(engine, name, current, known.refuse_foreign, known.is_ours)
        needed = recover.decide(left)
        if needed is not None:
            done = repair.carry_out(engine, work.spec, needed, work.target.note)
            work.target.note(f"container {name}: {done}")
    ready = []
    for follower in _followers(work, work.target.note):
        if follower.name == names.proper(follower.name) + FAILED:
            engine.remove(follower.id)  # Without its network it can never be started again.
        else:
            ready.append(follower)
    return ready


def _followers(work: Work, note: Callable[[str], None]) -> list[Existing]:
    engine, known, described = work.engine, owners(work.target), described_names(work.target)

    def is_adopted(container: Existing) -> bool:
        is_described = bool(described.resource(engine.host, container.name))
        return is_described or known.owns(container.id, container.labels)

    return to_follow(engine, work.spec.name, work.container, note, is_adopted, known.is_foreign)


def confirm(work: Work, decision: Decision) -> None:
    """Raise ResourceError if other containers would lose the network of a replaced one."""
    for step in decision.steps:
        if isinstance(step, (steps.Replace, steps.StartBeside)):
            followers = _followers(work, lambda remark: None)
            if isinstance(step, steps.StartBeside):
                start_first.refuse_followers(work.spec.name, [each.name for each in followers])


def _update(work: Work, step: steps.Update) -> None:
    work.engine.update(work.container.id, step.payload)


def _connect(work: Work, step: steps.Connect) -> None:
    work.engine.connect(step.attachment, work.container.id)


def _disconnect(work: Work, step: steps.Disconnect) -> None:
    work.engine.disconnect(step.network, work.container.id)


def _unpause(work: Work, step: steps.Unpause) -> None:
    work.engine.unpause(work.container.id)


def _start(work: Work, step: steps.Start) -> Wait:
    try:
        return _brought_up(work, lambda: work.engine.start(work.container.id))
    except ResourceError as error:
        raise port_holders.explain(work.engine, work.spec, error) from error


def _restart(work: Work, step: steps.Restart) -> Wait:
    container = work.container
    return _brought_up(
        work, lambda: work.engine.restart(container.id, container.grace, step.timeout)
    )


def _await(work: Work, step: steps.Await) -> Wait:
    return _brought_up(work, lambda: None)


def _brought_up(work: Work, bring_up: Callable[[], None]) -> Wait:
    return Settling(work.engine, work.spec, work.container.id, bring_up).wait


def _stop(work: Work, step: steps.Stop) -> None:
    work.engine.stop(work.container.id, work.container.grace, step.timeout)


def _kill(work: Work, step: steps.Kill) -> None:
    work.engine.kill(work.container.id)


def _remove(work: Work, step: steps.Remove) -> None:
    work.engine.remove(work.container.id, volumes=step.volumes)
    names.drop_failed(work.engine, work.spec.name)
    if step.volumes:
        # The engine treats anonymous volumes that were carried over as named.
        for mount in work.container.volumes:
            if mount.is_volume and mounts.is_anonymous_name(mount.source):
                work.engine.remove_volume(mount.source)


def _outcome_of_one_shot(work: Work) -> Outcome:
    ended = work.engine.container(work.spec.name)
    if ended is None or ended.status != "exited":
        return Outcome()
    return Outcome(ended.exit_code, work.engine.log_tail(ended.id))


_DO: dict[type, Callable[[Work, Any], Any]] = {
    steps.CreateNetwork: _create_network,
    steps.Create: _create,
    steps.Replace: _replace,
    steps.StartBeside: _start_beside,
    steps.Update: _update,
    steps.Connect: _connect,
    steps.Disconnect: _disconnect,
    steps.Unpause: _unpause,
    steps.Start: _start,
    steps.Restart: _restart,
    steps.Await: _await,
    steps.Stop: _stop,
    steps.Kill: _kill,
    steps.Remove: _remove,
}

_CHECK: dict[type, Callable[[Work, Any], None]] = {
    steps.CreateNetwork: _check_network,
    steps.Create: _check_create,
    steps.Replace: _check_replace,
    steps.StartBeside: _check_start_beside,
}
