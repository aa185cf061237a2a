# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a call of a playbook on the nodes of a mesh, each with its part of the hosts."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

from ansible_collections.vigo.bridge.plugins.plugin_utils.host_result import HostResult as Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.result_file import file_name
from vigo_bridge.files import write_text
from vigo_bridge.mesh.answer import ERROR, Answer, Event, HostResult
from vigo_bridge.mesh.link import Link, Outcome
from vigo_bridge.mesh.nodes import Mesh
from vigo_bridge.mesh.sharding import Facts, Shard, shards
from vigo_bridge.run.call import Call
from vigo_bridge.run.playbook import Event as RunnerEvent
from vigo_bridge.run.playbook import is_event
from vigo_bridge.run.stop import Stop

#: Seconds without a sign of life after which a node is lost.
_SILENCE = 30.0
_TICK = 0.1
#: Seconds for a link to end after its node was given up.
_PATIENCE = 5.0
#: How many parts of answers may wait, so that nodes are not faster than the controller.
_WAITING = 1000

#: Makes the link to a node, with the unit that it carries. Gets the call, the shard and a folder.
MakeLink = Callable[[Call, Shard, Path], Link]


@dataclass
class _Running:
    """A shard on its node.

    files: the names of its hosts' result files. outcome: None as long as it runs. lost: why it was
    given up, and when.
    """

    shard: Shard
    link: Link
    files: frozenset[str]
    outcome: Outcome | None = field(default=None, init=False)
    lost: tuple[str, float] | None = field(default=None, init=False)

    def lose(self, reason: str) -> None:
        if self.lost is None:
            self.lost = reason, time.monotonic()
            self.link.lose(reason)


_News = tuple[_Running, Answer | Outcome]


@dataclass(frozen=True)
class MeshPlayer:
    """A `run.call.Player` that shares the hosts among the nodes of a mesh."""

    mesh: Mesh
    facts: Facts
    make_link: MakeLink

    def __call__(
        self,
        call: Call,
        on_event: Callable[[RunnerEvent], None],
        on_output: Callable[[str], None],
        stop: Stop,
    ) -> str:
        if stop.cut:
            return ""
        news: Queue[_News] = Queue(_WAITING)
        running: list[_Running] = []
        try:
            for shard in shards(call.hosts, self.mesh, self.facts):
                running.append(self._start(call, shard, news))
            while any(each.outcome is None for each in running):
                _watch(running, call.results, stop)
                try:
                    one, part = news.get(timeout=_TICK)
                except Empty:
                    continue
                if one.outcome:
                    continue
                if isinstance(part, Outcome):
                    _conclude(one, part, call.results, is_cut=stop.cut)
                else:
                    _take(part, one, call.results, on_event, on_output)
        finally:
            for each in running:
                if each.outcome is None:
                    each.lose("the controller gave up")
        return "\n".join(filter(None, map(_complaint, running)))

    def _start(self, call: Call, shard: Shard, news: Queue[_News]) -> _Running:
        folder = call.folder / f"unit-{shard.node.name}"
        files = frozenset(map(file_name, shard.hosts))
        one = _Running(shard, self.make_link(call, shard, folder), files)

        def run() -> None:
            try:
                outcome = one.link.run(lambda part: news.put((one, part)))
            except Exception as error:  # otherwise, the rollout would wait for it forever
                outcome = Outcome(None, f"internal error (please report it): {error!r}")
            news.put((one, outcome))

        threading.Thread(target=run, daemon=True).start()
        return one


def _watch(running: Iterable[_Running], results: Path, stop: Stop) -> None:
    """Stop nodes if the rollout is stopped, and give up those that do not respond."""
    now = time.monotonic()
    for each in running:
        if each.outcome is not None:
            continue
        if stop.cut:
            each.link.cancel()
        if each.link.is_overdue:
            each.lose("it did not confirm that everything was stopped")
        elif now - each.link.heard > _SILENCE:
            each.lose(f"it has not responded for {_SILENCE:g} s")
        if each.lost and now - each.lost[1] > _PATIENCE:
            _conclude(each, Outcome(None), results, is_cut=stop.cut)


def _take(
    part: Answer,
    one: _Running,
    results: Path,
    on_event: Callable[[RunnerEvent], None],
    on_output: Callable[[str], None],
) -> None:
    """Use a part of a node's answer; it is data, and only about the hosts of the shard."""
    if isinstance(part, HostResult):
        if part.file in one.files:
            write_text(results / part.file, part.content)
    elif isinstance(part, Event) and is_event(dict(part.data)):
        shown = part.data.get("stdout")
        if shown and isinstance(shown, str):
            on_output(shown.replace("\r\n", "\n"))
        if file_name(_host(part)) in one.files:
            on_event(part.data)


def _host(event: Event) -> str:
    data = event.data.get("event_data")
    host = data.get("host") if isinstance(data, Mapping) else None
    return host if isinstance(host, str) else ""


def _conclude(one: _Running, outcome: Outcome, results: Path, *, is_cut: bool) -> None:
    """Write the reason for each host that has no result, unless Ansible or a stop is the reason."""
    one.outcome = outcome
    ended = outcome.ended
    if ended is not None:
        one.link.finish()
    if ended is not None and ended.status != ERROR:
        return
    if ended is not None:
        result = _refused(one, ended.explanation)
    elif is_cut and not one.link.may_run:
        return
    else:
        result = _lost(one, outcome)
    for host in one.shard.hosts:
        path = results / file_name(host)
        if not path.exists():
            write_text(path, json.dumps(result.as_dict()))


def _refused(one: _Running, explanation: str) -> Result:
    head = f"node {one.shard.node.name} did not run anything on this host"
    return Result(failed=True, message=f"{head}: {explanation}")


def _lost(one: _Running, outcome: Outcome) -> Result:
    name = one.shard.node.name
    problem = one.lost[0] if one.lost else outcome.problem
    if not one.link.may_run:
        return Result(unreachable=True, message=f"cannot start on node {name}: {problem}")
    return Result(
        unreachable=True,
        message=f"the connection to node {name} was lost before this host had a result, and it may"
        f" still be running there: {problem}",
    )


def _complaint(one: _Running) -> str:
    said = one.outcome.ended.complaint if one.outcome and one.outcome.ended else ""
    return f"node {one.shard.node.name}:\n{said}" if said else ""
