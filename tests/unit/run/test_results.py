# SPDX-License-Identifier: GPL-3.0-or-later
"""From the result files of hosts to statuses and exit codes."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.report.exit_status import exit_status
from vigo_bridge.run.results import (
    EnvoyResult,
    EnvoyStatus,
    Gate,
    RunResult,
    RunStatus,
    read_envoys,
    run_status,
)


def resource(action: str) -> dict[str, str]:
    return {"id": f"c/{action}", "type": "exec", "action": action, "reason": ""}


#: what Ansible returned for the host -> check mode -> the envoy's status
ENVOYS: dict[str, tuple[dict[str, Any], bool, str]] = {
    "nothing to do": ({"resources": [resource("none"), resource("skipped")]}, False, "converged"),
    "no resources": ({"resources": []}, False, "converged"),
    "a change": ({"resources": [resource("none"), resource("ran")]}, False, "changed"),
    "a predicted change": ({"resources": [resource("created")]}, True, "pending"),
    "a change that cannot be known": ({"resources": [resource("unknown")]}, True, "pending"),
    "a failure": ({"failed": True, "resources": [resource("failed")]}, False, "failed"),
    "a failure beside a change": (
        {"failed": True, "resources": [resource("created"), resource("blocked")]},
        False,
        "failed",
    ),
    "the module itself failed": ({"failed": True, "msg": "no python"}, False, "failed"),
    "no connection": ({"unreachable": True, "msg": "timed out"}, False, "unreachable"),
}


@pytest.mark.parametrize(("raw", "check_mode", "status"), ENVOYS.values(), ids=ENVOYS)
def test_envoy(tmp_path: Path, raw: dict[str, Any], check_mode: bool, status: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps(raw))
    envoys = read_envoys(["a"], tmp_path, check_mode=check_mode, interrupted=False, complaint="")
    assert envoys["a"].status.value == status


def test_a_host_without_result_says_what_ansible_printed(tmp_path: Path) -> None:
    envoys = read_envoys(["a"], tmp_path, check_mode=False, interrupted=False, complaint="ERROR!")
    assert envoys["a"].status is EnvoyStatus.FAILED
    assert envoys["a"].message == (
        "Ansible exited without a result for this host; -vv shows its output:\nERROR!"
    )


def test_the_words_of_statuses() -> None:
    """They are in the results that other programs read."""
    assert [status.value for status in EnvoyStatus] == [
        *("converged", "changed", "pending", "failed", "unreachable"),
        *("untouched", "rolled_back", "interrupted"),
    ]
    assert [status.value for status in RunStatus] == [
        *("converged", "pending", "failed", "aborted", "interrupted"),
    ]
    assert [gate.value for gate in Gate] == ["passed", "failed", "none"]


#: statuses of the envoys, whether the run was interrupted, whether it was stopped -> its status
STOPPED = [
    (["changed", "untouched"], False, True, "aborted"),
    (["changed", "untouched"], False, False, "converged"),
    (["failed", "untouched"], False, True, "aborted"),
    (["failed", "untouched"], False, False, "failed"),
    (["changed"], False, True, "failed"),
    (["changed"], True, False, "interrupted"),
    (["changed", "untouched"], True, True, "interrupted"),
]


@pytest.mark.parametrize(("statuses", "interrupted", "stopped", "expected"), STOPPED)
def test_a_run_that_was_stopped(
    statuses: list[str], interrupted: bool, stopped: bool, expected: str
) -> None:
    envoys = [EnvoyResult(EnvoyStatus(name)) for name in statuses]
    assert run_status(envoys, interrupted=interrupted, stopped=stopped).value == expected


def test_a_host_without_result_in_an_interrupted_run(tmp_path: Path) -> None:
    envoys = read_envoys(["a"], tmp_path, check_mode=False, interrupted=True, complaint="")
    assert envoys["a"].status is EnvoyStatus.INTERRUPTED


#: what lies in a host's file -> what is said of it
BROKEN: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "it is not valid JSON"),
    "half of it": (b'{"changed": true, "resour', "it is not valid JSON"),
    "no text": (b"\xff\xfe\x00", "it is not valid JSON"),
    "brackets": (b"[" * 200_000, "it is not valid JSON"),
    "a number of many digits": (b'{"resources": [], "rc": ' + b"9" * 9999 + b"}", "not valid JSON"),
    "an empty resource": (b'{"changed": true, "resources": [{}]}', "'action' is missing"),
    "no time": (
        b'{"resources": [{"id": "a", "type": "b", "action": "ran", "reason": "",'
        b' "duration_s": NaN}]}',
        "resources[0].duration_s must be a number from 0 to 18446744073709551616, not nan",
    ),
}


@pytest.mark.parametrize(("content", "problem"), BROKEN.values(), ids=BROKEN)
def test_an_odd_result_is_that_hosts_failure_alone(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    (tmp_path / "odd.json").write_bytes(content)
    (tmp_path / "good.json").write_text(json.dumps({"resources": [resource("created")]}))
    envoys = read_envoys(
        ["odd", "good"], tmp_path, check_mode=False, interrupted=False, complaint=""
    )
    assert envoys["odd"].status is EnvoyStatus.FAILED
    assert envoys["odd"].message.startswith("the host returned an invalid result: ")
    assert problem in envoys["odd"].message
    assert envoys["good"].status is EnvoyStatus.CHANGED
    now = datetime.datetime.now(datetime.UTC)
    result = RunResult(run_status(list(envoys.values())), (), envoys, now, 0.0)
    assert exit_status(result) == 3


def test_a_result_of_many_gigabytes_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "odd.json").open("wb") as file:
        file.truncate(2**40)
    envoys = read_envoys(["odd"], tmp_path, check_mode=False, interrupted=False, complaint="")
    assert "it is larger than 192 MiB" in envoys["odd"].message


#: statuses of the envoys -> status of the run, exit status
RUNS = [
    (["converged", "converged"], "converged", 0),
    (["converged", "changed"], "converged", 0),
    (["converged", "pending"], "pending", 2),
    (["pending", "failed"], "failed", 3),
    (["changed", "unreachable"], "failed", 3),
    (["failed", "interrupted"], "interrupted", 130),
]


@pytest.mark.parametrize(("statuses", "status", "code"), RUNS)
def test_run(statuses: list[str], status: str, code: int) -> None:

    envoys = {str(n): EnvoyResult(EnvoyStatus(name)) for n, name in enumerate(statuses)}
    found = run_status(list(envoys.values()))
    assert found.value == status
    now = datetime.datetime.now(datetime.UTC)
    assert exit_status(RunResult(found, (), envoys, now, 0.0)) == code
