# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tool has left out, done twice or done wrong is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.workloads.machine import machine
from benchmarks.workloads.verify import FoundFile, RunningContainer, State, changes, problems
from benchmarks.workloads.work import TRACE, work

WORK = work(containers=2, files=2, commands=2, reload=True, machine=machine())
WEB, FILE, TRACED = "web1", WORK.files[0].path, WORK.commands[0].trace

DONE = State(
    containers={
        each.name: RunningContainer(
            id=f"id of {each.name}",
            image=each.image,
            running=True,
            started="then",
            ports=(each.published,),
            environment=frozenset({"SITE=site1", "SITE=site2", "STAGE=production", "PATH=/bin"}),
            restart=each.restart,
        )
        for each in WORK.containers
    },
    files={each.path: FoundFile(each.content, "640", "then") for each in WORK.files}
    | {path: FoundFile(TRACE, "644", "then") for path in WORK.traces()},
    machine={part.check.what: (part.check.expected, "then") for part in WORK.machine},
)


def container(**other: Any) -> State:
    changed = {WEB: replace(DONE.containers[WEB], **other)}
    return replace(DONE, containers=DONE.containers | changed)


def file(path: str, **other: Any) -> State:
    found = DONE.files.get(path, FoundFile("", "640", "then"))
    return replace(DONE, files=DONE.files | {path: replace(found, **other)})


def without(path: str) -> State:
    return replace(DONE, files={name: each for name, each in DONE.files.items() if name != path})


def part(what: str, printed: str, touched: str = "then") -> State:
    return replace(DONE, machine=DONE.machine | {what: (printed, touched)})


CASES: list[tuple[State, str]] = [
    (container(running=False), "container web1 is not running"),
    (container(image="traefik/whoami:v1.10.1"), "container web1 has the image"),
    (container(ports=()), "container web1 publishes ()"),
    (container(ports=("0.0.0.0:18001:80",)), "container web1 publishes"),
    (container(restart="no"), "container web1 has restart policy no"),
    (container(environment=frozenset({"SITE=site1"})), "container web1 lacks STAGE=production"),
    (replace(DONE, containers={"web2": DONE.containers["web2"]}), "container web1 is missing"),
    (
        replace(DONE, containers=DONE.containers | {"x": DONE.containers[WEB]}),
        "unexpected container x",
    ),
    (without(FILE), f"{FILE} is missing"),
    (file(FILE, content="else"), f"{FILE} has other content"),
    (file(FILE, mode="644"), f"{FILE} has mode 644, not 0640"),
    (file("/srv/bench/files/stray"), "unexpected file /srv/bench/files/stray"),
    (without(TRACED), f"the command of {TRACED} ran 0 times"),
    (part("service bench-worker1", "inactive\nenabled"), "service bench-worker1 has 'inactive"),
    (part("parameter net.ipv4.tcp_fin_timeout", "60"), "parameter net.ipv4.tcp_fin_timeout has"),
    (replace(DONE, machine={**DONE.machine, "user member1": ("", "")}), "user member1 has ''"),
    (file(TRACED, content=2 * TRACE), f"the command of {TRACED} ran 2 times"),
]


def test_all_done_is_no_problem() -> None:
    assert problems(WORK, DONE) == []


@pytest.mark.parametrize(("found", "problem"), CASES, ids=[problem for _, problem in CASES])
def test_a_problem_is_found(found: State, problem: str) -> None:
    (only,) = problems(WORK, found)
    assert only.startswith(problem)


def test_another_revision_of_the_file_has_other_content() -> None:
    assert problems(WORK.with_revision(1), DONE) == [f"{FILE} has other content"]


@pytest.mark.parametrize(
    ("touch", "name"),
    [
        (lambda: container(id="new"), WEB),
        (lambda: container(started="now"), WEB),
        (lambda: file(FILE, written="now"), FILE),
        (lambda: without(TRACED), TRACED),
        (lambda: part("job bench-job1", "1", "now"), "job bench-job1"),
    ],
)
def test_a_touch_is_a_change(touch: Callable[[], State], name: str) -> None:
    assert changes(DONE, touch()) == [f"{name} was touched"]
    assert changes(DONE, DONE) == []


def test_resources_are_counted_as_a_stack_has_them() -> None:
    assert work(containers=5, files=10, commands=5).resources == 20
    assert work(containers=5, files=10, commands=4, reload=True).resources == 20
    assert work(containers=4, files=6, machine=machine()).resources == 40
