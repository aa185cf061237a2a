# SPDX-License-Identifier: GPL-3.0-or-later
"""What is reported of the output of a command."""

from __future__ import annotations

import os
import resource
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from tests.unit.module_utils.applying import apply

EXEC = Exec()


def test_long_output_keeps_its_end() -> None:
    result = apply(EXEC, {"command": "seq 1 100000"})
    assert result.output is not None
    assert result.output.startswith("[... earlier output was removed]\n")
    assert result.output.endswith("\n100000\n")
    assert len(result.output) < 66_000


def test_a_failure_shows_the_end_of_the_output() -> None:
    result = apply(EXEC, {"command": "echo why; exit 1"})
    assert result.error == {
        "message": "the command failed with exit code 1 (accepted: 0); see its output, or accept"
        " it with `returns`",
        "log": "why\n",
    }


@pytest.mark.parametrize(
    ("attributes", "advice"),
    [
        ({"command": "echo a; exit 3"}, "; see its output, or accept it with `returns`"),
        (
            {"command": "exit 3"},
            "it printed nothing; correct the command, or accept it with `returns`",
        ),
        (
            {"command": "echo a; exit 3", "logoutput": False},
            "to see its output, set logoutput to on_failure, or accept it with `returns`",
        ),
    ],
)
def test_a_failure_says_where_its_output_is(attributes: dict[str, Any], advice: str) -> None:
    result = apply(EXEC, attributes)
    assert result.reason.startswith("the command failed with exit code 3 (accepted: 0); ")
    assert advice in result.reason


@pytest.mark.parametrize(
    ("logoutput", "output", "log"),
    [(True, "a\n", "a\n"), (False, None, ""), ("on_failure", None, "a\n")],
)
def test_logoutput(logoutput: bool | str, output: str | None, log: str) -> None:
    assert apply(EXEC, {"command": "echo a", "logoutput": logoutput}).output == output
    failed = apply(EXEC, {"command": "echo a; false", "logoutput": logoutput})
    assert failed.error is not None
    assert failed.error["log"] == log


def test_much_output_needs_little_memory() -> None:
    child = os.fork()
    if child == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = apply(EXEC, {"command": "head -c 200M /dev/zero; echo end"})
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        right = result.action == "ran" and str(result.output).endswith("end\n")
        os._exit(7 if right and grown < 20 * 1024 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
