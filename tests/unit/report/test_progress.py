# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages during a rollout."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.host_counts import Size
from vigo_bridge.report.live import watching
from vigo_bridge.report.progress import Lines, outcome
from vigo_bridge.run.batches import split
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus
from vigo_bridge.run.watcher import Watcher

CHANGED = EnvoyResult(
    EnvoyStatus.CHANGED, "", (Result("a/b", "exec", "created"), Result("a/c", "exec", "none"))
)
BROKEN = EnvoyResult(
    EnvoyStatus.FAILED,
    "",
    (Result("a/b", "exec", "failed", "no way", error={"message": "no way", "log": ""}),),
)


def tell(watcher: Watcher, count: int, size: int, result: EnvoyResult) -> None:
    hosts = [f"h{number}" for number in range(1, count + 1)]
    for batch in split(hosts, (Size(size),), count):
        watcher.batch(batch)
        for host in batch.hosts:
            watcher.host(host, None)
            watcher.host(host, BROKEN if host == "h2" else result)


def lines(count: int, size: int) -> list[str]:
    told: list[str] = []
    tell(Lines(told.append), count, size, CHANGED)
    return told


def test_few_hosts_have_a_line_each() -> None:
    assert lines(3, 2) == [
        "batch 1 of 2: h1, h2",
        "h1 changed: 1 of 2 resources",
        "h2 failed: a/b: no way",
        "batch 2 of 2: h3",
        "h3 changed: 1 of 2 resources",
    ]


@pytest.mark.parametrize(
    ("actions", "shown"),
    [
        (["created"], "changed: 1 of 1 resource"),
        (["created", "none"], "changed: 1 of 2 resources"),
        (["created", "created"], "changed: 2 of 2 resources"),
    ],
)
def test_resources_are_counted(actions: list[str], shown: str) -> None:
    resources = tuple(Result("a/b", "exec", action) for action in actions)
    assert outcome(EnvoyResult(EnvoyStatus.CHANGED, "", resources)) == shown


def test_many_hosts_do_not_flood_a_log() -> None:
    told = lines(500, 250)
    assert "h2 failed: a/b: no way" in told
    assert "batch 2 of 2: h251, h252, h253 and 247 other hosts" in told
    assert len(told) < 30


def test_nothing_from_a_host_steers_the_terminal() -> None:
    told: list[str] = []
    Lines(told.append).host("h1", EnvoyResult(EnvoyStatus.UNREACHABLE, "no \x1b[31mway\nat all"))
    assert told == ["h1 unreachable: no \\x1b[31mway"]


def test_a_terminal_has_a_bar_that_is_gone_in_the_end() -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, legacy_windows=False)
    with watching(3, console) as watcher:
        tell(watcher, 3, 2, CHANGED)
        watcher.say("pause of 3 s")
    shown = stream.getvalue()
    assert "batch 2 of 2" in shown
    assert "1 failed" in shown
    assert "3/3" in shown
    assert "pause of 3 s" in shown
    assert shown.endswith("\x1b[2K")


def test_a_bar_alone() -> None:
    """Where a page follows that names the hosts."""
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100, legacy_windows=False)
    with watching(3, console, names_hosts=False) as watcher:
        tell(watcher, 3, 2, CHANGED)
        watcher.say("a message")
    shown = stream.getvalue()
    assert "3/3" in shown
    assert "a message" in shown
    assert "h1 changed" not in shown
    assert shown.endswith("\x1b[2K")


def test_nothing_but_messages_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with watching(3, Console(file=io.StringIO()), names_hosts=False) as watcher:
        tell(watcher, 3, 2, CHANGED)
        watcher.say("a message")
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split(" ", 1)[1] for line in err.splitlines()] == ["a message"]


@pytest.mark.parametrize("plain", [False, True])
def test_elsewhere_there_are_lines_alone(plain: bool, capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    with watching(3, Console(file=stream, force_terminal=plain), plain=plain) as watcher:
        tell(watcher, 3, 2, CHANGED)
    assert stream.getvalue() == ""
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert [line.split(" ", 1)[1] for line in err.splitlines()] == lines(3, 2)
