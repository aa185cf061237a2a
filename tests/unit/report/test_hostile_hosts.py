# SPDX-License-Identifier: GPL-3.0-or-later
"""No text from a host, an inventory or a stack controls a terminal, in any output."""

from __future__ import annotations

import ast
import datetime
import html
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import vigo_bridge
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils import playbook_output
from ansible_collections.vigo.bridge.plugins.plugin_utils.host_result import HostResult
from tests.syntax import nodes
from tests.unit.plugin_utils.test_host_result import ODD_RESULTS
from tests.unit.report.large_runs import clock
from vigo_bridge.host_counts import Size
from vigo_bridge.language.diagnostics import Diagnostic
from vigo_bridge.language.position import Position
from vigo_bridge.report import live, printing
from vigo_bridge.report.diagnostics import as_text
from vigo_bridge.report.history import Kept, print_history
from vigo_bridge.report.html import as_html
from vigo_bridge.report.json_report import run_as_data, run_from_data
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.task import print_task
from vigo_bridge.report.terminal import print_run
from vigo_bridge.run.batches import split
from vigo_bridge.run.history import Record
from vigo_bridge.run.results import (
    BatchResult,
    EnvoyResult,
    EnvoyStatus,
    Gate,
    RunResult,
    RunStatus,
    read_envoys,
)

#: Colours, a title, a link, C1, a line that would overwrite, a direction, and a line of its own.
EVIL = (
    "\x1b[31m\x1b]0;t\x07\x1b]8;;http://x\x1b\\\x9b2J\x7f\rgone\u202eright\u2028"
    "\nFORGED  converged\n[red]markup[/red]</script>"
)
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
#: What rich itself prints on a terminal.
_STYLES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def evil_run(name: str = "") -> RunResult:
    """Return a result in which every text is evil, or only the one of this name."""

    def evil(field: str, otherwise: str = "x") -> str:
        return field + EVIL if name in ("", field) else otherwise

    failed = Result(
        evil("id", "c/a"),
        evil("type", "exec"),
        "failed",
        evil("reason"),
        {"before_header": evil("header"), "before": evil("before"), "after": evil("after")},
        {"message": evil("message"), "log": evil("log")},
        output=evil("output"),
    )
    setting = {evil("key"): [evil("value")]}
    changed = Result("c/b", "container", "created", "", {"before": {}, "after": setting})
    hidden = Result("c/d", "file", "updated", "", {"prepared": evil("prepared")})
    host = evil("host", "web1")
    envoys = {
        host: EnvoyResult(
            EnvoyStatus.FAILED,
            evil("msg"),
            (failed, changed, hidden),
            (evil("note"),),
            (evil("orphan"),),
        ),
        "web2": EnvoyResult(EnvoyStatus.UNREACHABLE, evil("ssh")),
    }
    batches = (BatchResult((host, "web2"), Gate.FAILED, evil("detail")),)
    now = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    return RunResult(RunStatus.FAILED, batches, envoys, now, 1.0, evil("stopped"))


FIELDS = (
    *("id", "type", "reason", "header", "before", "after", "message", "log", "output", "key"),
    *("value", "prepared", "host", "msg", "note", "orphan", "ssh", "detail", "stopped"),
)


def _text(result: RunResult, terminal: bool) -> str:
    stream = io.StringIO()
    screen = Screen(file=stream, width=200, force_terminal=terminal)
    print_run(result, screen, diffs=True, everything=True)
    print_task(result, screen)
    return stream.getvalue()


def _log(result: RunResult, terminal: bool) -> str:
    stream = io.StringIO()
    screen = Screen(file=stream, width=200, force_terminal=terminal)
    with live.watching(len(result.envoys), screen) as watcher:
        (batch,) = split(list(result.envoys), (Size(9),), 9)
        watcher.batch(batch)
        for host, envoy in result.envoys.items():
            watcher.host(host, None)
            watcher.host(host, envoy)
        watcher.say(result.stopped)
    return stream.getvalue()


def _history(result: RunResult) -> str:
    stream = io.StringIO()
    stopped = result.stopped
    record = Record(1, stopped, stopped, "k", "f", stopped, 2, result=run_as_data(result))
    records = [record, replace(record, result={"envoys": 1})]
    print_history(records, (), Kept({}, 0, Path()), Screen(file=stream, width=200))
    return stream.getvalue()


def _json(result: RunResult, capsys: pytest.CaptureFixture[str]) -> str:
    printing.echo_json(run_as_data(result))
    shown = capsys.readouterr().out
    assert run_from_data(json.loads(shown)) == result
    return shown


def _html(result: RunResult) -> str:
    page = as_html(result, result.stopped, clock(result))
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    texts = "\n".join(_texts(json.loads(data)))
    assert not _FORBIDDEN.search(texts)
    return page


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _playbook(result: RunResult) -> str:
    shown = []
    for host, envoy in result.envoys.items():
        found = HostResult(envoy.resources, envoy.notes, envoy.orphans)
        shown += playbook_output.lines(host, found)
        shown += _texts(playbook_output.diffs(found))
    return "\n".join(shown)


WAYS: dict[str, Callable[[RunResult, pytest.CaptureFixture[str]], str]] = {
    "text": lambda result, capsys: _text(result, False),
    "text with colours": lambda result, capsys: _STYLES.sub("", _text(result, True)),
    "progress": lambda result, capsys: _log(result, False) + capsys.readouterr().err,
    "live progress": lambda result, capsys: _STYLES.sub("", _log(result, True)),
    "history": lambda result, capsys: _history(result),
    "JSON": _json,
    "HTML": lambda result, capsys: _html(result),
    "ansible-playbook": lambda result, capsys: _playbook(result),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("field", FIELDS)
def test_no_field_steers_the_terminal(
    field: str, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = WAYS[way](evil_run(field), capsys)
    assert not _FORBIDDEN.search(shown)
    assert not re.search("^FORGED", shown, re.M) or way in ("HTML", "ansible-playbook")


@pytest.mark.parametrize("way", WAYS)
def test_what_hosts_say_is_shown_all_the_same(way: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = html.unescape(WAYS[way](evil_run(), capsys))
    assert "[red]markup[/red]" in shown
    assert "\\x1b[31m" in shown or "\\u001b[31m" in shown


def test_lines_of_a_strangers_stack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.vgo").write_text(f"x: {EVIL}")
    finding = Diagnostic("error", f"unknown key {EVIL}", Position("a.vgo", 1, 1), EVIL, "code")
    printing.echo(as_text(finding, tmp_path))
    shown = capsys.readouterr().out
    assert not _FORBIDDEN.search(shown)
    assert not re.search("^FORGED", shown, re.M)


@given(ODD_RESULTS)
def test_no_result_of_a_host_ends_a_report(raw: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "exists", lambda path: True)
        patch.setattr(
            "vigo_bridge.run.results.host_result.read_json", lambda path: raw, raising=True
        )
        envoys = read_envoys(["odd"], Path(), check_mode=False, interrupted=False, complaint="")
    now = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    result = RunResult(RunStatus.FAILED, (), envoys, now, 1.0)
    for shown in (_text(result, False), as_html(result, "t", clock(evil_run())), _history(result)):
        shown.encode()
    assert run_from_data(json.loads(json.dumps(run_as_data(result)))) == result


#: Where text is printed; everything else goes through these.
PRINTERS = {"printing.py", "screen.py"}
PRINTING = {
    *("print", "Console", "click.echo", "click.secho", "click.echo_via_pager"),
    *("sys.stdout.write", "sys.stderr.write"),
}


def test_only_the_printing_layer_prints() -> None:
    """Nobody can forget to clean a text when there is no other way to print it."""
    found = []
    for path in Path(vigo_bridge.__file__).parent.rglob("*.py"):
        if path.name in PRINTERS:
            continue
        for node in nodes(path):
            if isinstance(node, ast.Call) and _dotted(node.func) in PRINTING:
                found.append(f"{path.name}:{node.lineno}")
    assert found == []


def _dotted(node: ast.expr) -> str:
    """Return a name with dots, as it is written; of anything else the last part of it."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
