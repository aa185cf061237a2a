# SPDX-License-Identifier: GPL-3.0-or-later
"""A node that a command reaches, with small shell scripts instead of ssh and a worker."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import pytest

from vigo_bridge.mesh.answer import Answer, Ended, HostResult
from vigo_bridge.mesh.attached import Attached
from vigo_bridge.mesh.link import Outcome
from vigo_bridge.mesh.unit import Unit

#: Reads the unit up to its end, as the worker does.
_READ = 'while read -r line; do case "$line" in *eof*) break;; esac; done; '
_END = 'echo \'{"status": "successful", "complaint": "done"}\'; echo \'{"eof": true}\''
_START = 'echo \'{"status": "starting"}\'; '


def _link(folder: Path, script: str, answers: dict[str, object] | None = None) -> Attached:
    files = folder / "unit"
    (files / "project").mkdir(parents=True)
    (files / "project" / "site.yml").write_bytes(random.randbytes(500_000))
    unit = Unit("shard", "site.yml", ["inventory"], attached=True)
    return Attached(["sh", "-c", script], unit, files, lambda paths: answers or {})


def _run(link: Attached) -> tuple[Outcome, list[Answer]]:
    parts: list[Answer] = []
    return link.run(parts.append), parts


def test_answer_is_passed_on(tmp_path: Path) -> None:
    result = """echo '{"result": {"file": "h1.json", "content": "{}"}}'; """
    link = _link(tmp_path, _READ + _START + "echo motd; " + result + _END)
    outcome, parts = _run(link)
    assert outcome.ended == Ended("successful", "done")
    assert parts[-1] == HostResult("h1.json", "{}")
    assert link.may_run


LOST = {
    "echo 'ssh: connection refused' >&2; exit 255": ("ssh: connection refused", False),
    "exit 7": ("sh ended with exit status 7", False),
    _READ + _START + "echo broken pipe >&2; kill -9 $$": ("broken pipe", True),
    _READ + _START + 'echo \'{"status": "successful"}\'': ("it was cut off", True),
}


@pytest.mark.parametrize("script", LOST)
def test_lost_without_the_mark_of_the_end(script: str, tmp_path: Path) -> None:
    link = _link(tmp_path, script)
    outcome, _ = _run(link)
    assert outcome.ended is None
    assert (outcome.problem, link.may_run) == LOST[script]


def test_secrets_are_answered_on_the_connection(tmp_path: Path) -> None:
    ask = 'echo \'{"secrets": {"id": 4, "paths": ["a/b"]}}\'; read -r reply; echo "$reply" > got; '
    link = _link(tmp_path, f"cd {tmp_path}; " + _READ + ask + _END, {"values": {"a/b": "v"}})
    outcome, parts = _run(link)
    assert outcome.ended
    assert parts == []
    assert (tmp_path / "got").read_text() == '{"id": 4, "values": {"a/b": "v"}}\n'


def test_cancel_ends_standard_input(tmp_path: Path) -> None:
    stopped = 'echo \'{"status": "canceled"}\'; echo \'{"eof": true}\''
    link = _link(tmp_path, _READ + _START + "cat > /dev/null; " + stopped)
    outcome = link.run(lambda part: link.cancel())
    assert outcome.ended == Ended("canceled")
    assert not link.is_overdue


def test_cancel_before_the_unit_is_read(tmp_path: Path) -> None:
    link = _link(tmp_path, "exec sleep 60")
    threading.Timer(0.5, link.cancel).start()
    outcome, _ = _run(link)
    assert outcome.ended is None


def test_a_silent_node_is_given_up(tmp_path: Path) -> None:
    link = _link(tmp_path, _READ + _START + "sleep 60")
    before = time.monotonic()
    threading.Timer(0.5, link.lose, ["no answer"]).start()
    outcome, _ = _run(link)
    assert (outcome.ended, outcome.problem) == (None, "no answer")
    assert time.monotonic() - before < 30


def test_a_program_in_the_background_keeps_its_stderr(tmp_path: Path) -> None:
    """As ssh does with ControlPersist."""
    before = time.monotonic()
    link = _link(tmp_path, "sleep 60 > /dev/null < /dev/null & " + _READ + _START + _END)
    outcome, _ = _run(link)
    assert outcome.ended
    assert time.monotonic() - before < 30
