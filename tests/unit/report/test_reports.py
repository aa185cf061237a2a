# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports as people and scripts see them."""

from __future__ import annotations

import datetime
import io
import json

from rich.console import Console

from vigo_bridge.report.json_report import run_as_json
from vigo_bridge.report.terminal import print_run
from vigo_bridge.run.results import BatchResult, EnvoyResult, EnvoyStatus, RunResult, RunStatus

REDIS = {"id": "redis/server", "type": "container", "action": "recreated",
         "reason": "image redis:7 -> redis:8", "duration_s": 1.5,
         "diff": {"before": {"image": "redis:7", "ports": [1]},
                  "after": {"image": "redis:8", "ports": [1]}}}  # fmt: skip
MOTD = {"id": "base/motd", "type": "file", "action": "none", "reason": "", "duration_s": 0.0}
APP = {"id": "app/up", "type": "exec", "action": "failed", "reason": "exit code 1",
       "error": {"message": "exit code 1", "log": "no \x1b[31mway\n"}}  # fmt: skip
WAITING = {"id": "app/after", "type": "exec", "action": "skipped", "reason": "app/up failed"}

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
    document = json.loads(run_as_json(RESULT))
    assert document["status"] == "failed"
    assert document["batches"] == [{"hosts": ["a", "b", "c"], "gate": "none", "detail": ""}]
    assert document["started"] == "2026-01-02T03:04:05+00:00"
    assert document["duration_s"] == 12.34
    assert document["envoys"]["a"]["resources"][1] == REDIS
    assert document["envoys"]["c"] == {
        "status": "unreachable",
        "message": "ssh: no route",
        "notes": [],
        "orphans": [],
        "resources": [],
    }
