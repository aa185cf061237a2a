# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as people and scripts see them."""

from __future__ import annotations

import datetime
import io
import json
import re
from dataclasses import replace

import pytest
from rich.console import Console

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.report.clock import Clock
from vigo_bridge.report.html import as_html
from vigo_bridge.report.json_report import GrowingRun, run_as_data, run_from_data
from vigo_bridge.report.terminal import diff_lines, print_run
from vigo_bridge.run.results import BatchResult, EnvoyResult, EnvoyStatus, RunResult, RunStatus

REDIS = Result(
    "redis/server",
    "container",
    "recreated",
    "image redis:7 -> redis:8",
    {"before": {"image": "redis:7", "ports": [1]}, "after": {"image": "redis:8", "ports": [1]}},
    duration_s=1.5,
)
MOTD = Result("base/motd", "file", "none")
APP = Result(
    "app/up",
    "exec",
    "failed",
    "exit code 1",
    error={"message": "exit code 1", "log": "no \x1b[31mway\n"},
)
WAITING = Result("app/after", "exec", "skipped", "app/up failed")

RESULT = RunResult(
    RunStatus.FAILED,
    (BatchResult(("a", "b", "c")),),
    {
        "a": EnvoyResult(EnvoyStatus.CHANGED, "", (MOTD, REDIS), ("image is old",)),
        "b": EnvoyResult(EnvoyStatus.FAILED, "1 of 2 failed", (APP, WAITING)),
        "c": EnvoyResult(EnvoyStatus.UNREACHABLE, "ssh: no route"),
    },
    datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC),
    12.34,
)

TEXT = """\
a  changed  1 of 2 resources
  recreated  redis/server  image redis:7 -> redis:8
  note: image is old
b  failed  0 of 2 resources
  failed     app/up  exit code 1
    no \\x1b[31mway
  skipped    app/after  app/up failed
c  unreachable
  ssh: no route
3 envoys: 1 changed, 1 failed, 1 unreachable (12.3 s)
"""


ADOPTED = Result("shop/db", "container", "none", "already matches", adopted=True)


@pytest.mark.parametrize(
    ("resources", "shown"),
    [
        ((REDIS,), "a  changed  1 of 1 resource\n"),
        ((MOTD,), "a  changed  0 of 1 resource\n"),
        ((MOTD, REDIS), "a  changed  1 of 2 resources\n"),
        ((ADOPTED, ADOPTED), "a  changed  2 adopted as they are\n"),
        ((MOTD, ADOPTED, REDIS), "a  changed  1 of 3 resources, 1 adopted as they are\n"),
    ],
)
def test_resources_are_counted(resources: tuple[Result, ...], shown: str) -> None:
    envoys = {"a": EnvoyResult(EnvoyStatus.CHANGED, "", resources)}
    stream = io.StringIO()
    result = replace(RESULT, envoys=envoys)
    print_run(result, Console(file=stream, width=200), diffs=False, everything=False)
    assert stream.getvalue().startswith(shown)
    assert "1 envoy: " in stream.getvalue()


BACK = Result("redis/server", "container", "recreated", "the former container was restored")
STUCK = Result(
    "base/motd", "file", "failed", "disk full", error={"message": "disk full", "log": ""}
)
FAILED = EnvoyResult(EnvoyStatus.FAILED, "1 of 2 failed", (APP,))
#: What became of a host that was rolled back -> its lines, without the first
ROLLED_BACK = {
    "it went back": (replace(FAILED, restored=(BACK, MOTD)), ["recreated  redis/server"]),
    "nothing changed": (replace(FAILED, restored=(MOTD,)), ["nothing to roll back"]),
    "a resource fails": (
        replace(FAILED, restored=(BACK, STUCK), rollback_error="1 of 2 failed"),
        [
            "rolling back failed: 1 of 2 failed; to try again, run `vigo-bridge rollout undo`",
            "recreated  redis/server",
            "failed     base/motd  disk full",
        ],
    ),
    "it cannot be reached": (
        replace(FAILED, rollback_error="unreachable\nssh: no route"),
        ["rolling back failed: unreachable\n    ssh: no route; to try again, run"],
    ),
}


@pytest.mark.parametrize(("envoy", "lines"), ROLLED_BACK.values(), ids=ROLLED_BACK)
def test_rolled_back(envoy: EnvoyResult, lines: list[str]) -> None:
    """In all reports: the text, JSON and what is read of it again, and the page."""
    result = replace(RESULT, envoys={"a": envoy})
    stream = io.StringIO()
    print_run(result, Console(file=stream, width=200), diffs=False, everything=False)
    for line in lines:
        assert f"  {line}" in stream.getvalue()
    assert run_from_data(json.loads(json.dumps(run_as_data(result)))).envoys["a"] == envoy
    page = as_html(result, "run", Clock())
    found = re.search(r'id="data">(.*?)</script>', page, re.S)
    assert found is not None
    (host,) = json.loads(found[1])["hosts"]
    assert [one["action"] for one in host["restored"]] == [one.action for one in envoy.restored]
    assert bool(host["stuck"]) == bool(envoy.rollback_error)
    failures = page.partition("<h2>Timeline")[0]
    assert ("disk full" in failures) == (STUCK in envoy.restored)
    assert ("rolling back failed" in failures) == bool(envoy.rollback_error)


def printed(*, diffs: bool = False, everything: bool = False) -> str:
    stream = io.StringIO()
    print_run(RESULT, Console(file=stream, width=200), diffs=diffs, everything=everything)
    return stream.getvalue()


def test_text() -> None:
    assert printed() == TEXT


def test_text_with_unchanged_resources() -> None:
    assert "  none       base/motd\n" in printed(everything=True)


def test_text_with_diffs() -> None:
    diff = "    @@ -1,3 +1,3 @@\n    -image: redis:7\n    +image: redis:8\n     ports:\n     - 1\n"
    assert diff in printed(diffs=True)


def test_json() -> None:
    document = json.loads(json.dumps(run_as_data(RESULT)))
    assert document["status"] == "failed"
    assert document["batches"] == [{"hosts": ["a", "b", "c"], "gate": "none", "detail": ""}]
    assert document["started"] == "2026-01-02T03:04:05+00:00"
    assert document["duration_s"] == 12.34
    assert document["envoys"]["a"]["resources"][1] == REDIS.as_dict()
    assert document["envoys"]["c"] == {
        "status": "unreachable",
        "message": "ssh: no route",
        "notes": [],
        "orphans": [],
        "resources": [],
    }


def test_what_is_written_is_read() -> None:
    assert run_from_data(json.loads(json.dumps(run_as_data(RESULT)))) == replace(
        RESULT, duration=round(RESULT.duration, 2)
    )


def test_a_growing_run_converts_only_what_is_new() -> None:
    run = GrowingRun()
    before = run.as_data(RESULT)
    assert before == run_as_data(RESULT)
    grown = replace(RESULT, envoys={**RESULT.envoys, "c": FAILED, "d": FAILED})
    after = run.as_data(grown)
    assert after == run_as_data(grown)
    kept = [host for host in after["envoys"] if after["envoys"][host] is before["envoys"].get(host)]
    assert kept == ["a", "b"]


def test_long_texts_are_not_compared_line_by_line() -> None:
    before = "same\n" + "".join(f"{number * 7919 % 700}\n" for number in range(1, 20_002))
    after = "same\n" + "".join(f"{number * 104729 % 700}\n" for number in range(1, 20_002))
    lines = list(diff_lines({"before": before + "end\n", "after": after + "end\n"}))
    assert lines[0] == "@@ -2,20001 +2,20001 @@"
    assert len(lines) == 40_003
    assert list(diff_lines({"before": before, "after": before + "new\n"}))[-1] == "+new"
