# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions that would take years are interrupted."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common import time_limit
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.process import behaviour
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

ENDLESS, LINE = "(a+)+$", "a" * 60 + "b"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "LIMIT", 0.03)


@pytest.mark.parametrize(
    "attributes",
    [
        {"type": "file_line", "match_pattern": ENDLESS, "line": "x"},
        {"type": "file_line", "match_pattern": ENDLESS, "state": "absent"},
        {"type": "file_line", "position": f"after:{ENDLESS}", "line": "x"},
        {"type": "file_line", "region_start": ENDLESS, "line": "x"},
        {"type": "file_line", "region_end": ENDLESS, "line": "x"},
        {"type": "file_line", "region_end": ENDLESS, "line": LINE},
        {"type": "replace", "match_pattern": ENDLESS, "replacement": "x"},
        {"type": "replace", "match_pattern": "b", "region_end": ENDLESS, "replacement": "x"},
    ],
    ids=str,
)
@pytest.mark.parametrize("check", [True, False])
def test_edits(tmp_path: Path, attributes: dict[str, Any], check: bool) -> None:
    path = tmp_path / "f"
    path.write_text(f"{LINE}\n")
    given = {name: value for name, value in attributes.items() if name != "type"}
    given["target_path"] = str(path)
    kind = TYPES[attributes["type"]].behaviour()
    result = apply_resource("it", kind, lambda: given, Target(check))
    assert result.action == "failed"
    assert "did not finish within 0.03 s; use a simpler regular expression" in result.reason
    assert path.read_text() == f"{LINE}\n"
    assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Process:
        number, command_line = -1, LINE

    monkeypatch.setattr(behaviour, "running", lambda: (Process(),))
    monkeypatch.setattr(behaviour, "of_call", lambda processes, number: ())
    given = {"process": ENDLESS, "match_mode": "pattern"}
    result = apply_resource("it", TYPES["process"].behaviour(), lambda: given, Target())
    assert "process: the search did not finish" in result.reason


def test_other_threads_have_no_limit() -> None:
    found = []

    def work() -> None:
        with time_limit.matching_limit("x"):
            found.append(signal.getitimer(signal.ITIMER_REAL))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [(0.0, 0.0)]


def test_what_is_quick_is_not_ended() -> None:
    with time_limit.matching_limit("x"):
        pass
    with pytest.raises(ResourceError), time_limit.matching_limit("x"):
        signal.raise_signal(signal.SIGALRM)
