# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task that runs a command returns in every case."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn, apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

EXEC = Exec(separate=True)
BOTH = "echo out; echo err >&2"
NOTHING = {"stdout": "", "stdout_lines": [], "stderr": "", "stderr_lines": [], "output": ""}
PRINTED = {
    "stdout": "out",
    "stdout_lines": ["out"],
    "stderr": "err",
    "stderr_lines": ["err"],
}


def returned(
    attributes: dict[str, Any], check: bool = False, secrets: dict[str, str] | None = None
) -> dict[str, Any]:
    target = Target(check, Secrets(secrets or {}))
    result = apply_resource("it", EXEC, lambda: attributes, target, Turn())
    return {"action": result.action, **EXEC.describe(attributes, result, target), **result.returned}


#: attributes -> check mode -> what is returned, at least
CASES: dict[str, tuple[dict[str, Any], bool, dict[str, Any]]] = {
    "success": ({"command": BOTH}, False, {"rc": 0, "cmd": BOTH, **PRINTED}),
    "a list": (
        {"command": ["echo", "a b"]},
        False,
        {"rc": 0, "cmd": ["echo", "a b"], "stdout": "a b", "stderr": "", "output": "a b\n"},
    ),
    "failure": ({"command": f"{BOTH}; exit 3"}, False, {"action": "failed", "rc": 3, **PRINTED}),
    "accepted": ({"command": f"{BOTH}; exit 3", "returns": 3}, False, {"rc": 3, **PRINTED}),
    "a signal": ({"command": "kill -9 $$"}, False, {"action": "failed", "rc": -9, **NOTHING}),
    "too slow": (
        {"command": f"{BOTH}; sleep 60", "timeout": "0.5"},
        False,
        {"action": "failed", "rc": -15, **PRINTED},
    ),
    "a guard": (
        {"command": BOTH, "creates": "/"},
        False,
        {"action": "skipped", "rc": 0, "cmd": BOTH, "start": None, "delta": None, **NOTHING},
    ),
    "a guard in check mode": (
        {"command": BOTH, "unless": "true"},
        True,
        {"action": "skipped", "rc": 0, **NOTHING},
    ),
    "check mode": (
        {"command": BOTH},
        True,
        {"action": "ran", "rc": 0, "cmd": BOTH, "end": None, **NOTHING},
    ),
    "not started": (
        {"command": ["no-such-program"]},
        False,
        {"action": "failed", "rc": None, "cmd": ["no-such-program"], **NOTHING},
    ),
    "a mistake": ({"command": "true", "timeout": "soon"}, False, {"action": "failed", "rc": None}),
    "output that is not to be shown": (
        {"command": BOTH, "logoutput": False},
        False,
        {"rc": 0, **NOTHING},
    ),
    "a failure that is not to be shown": (
        {"command": f"{BOTH}; exit 1", "logoutput": False},
        False,
        {"rc": 1, **NOTHING},
    ),
    "output to show on failure": (
        {"command": BOTH, "logoutput": "on_failure"},
        False,
        {"rc": 0, **PRINTED},
    ),
    "several lines": (
        {"command": "printf 'a\\n\\nb\\r\\nc\\014\\n\\n'"},
        False,
        {"stdout": "a\n\nb\r\nc\x0c", "stdout_lines": ["a", "", "b", "c\x0c"]},
    ),
    "only line breaks": ({"command": "echo"}, False, {**NOTHING, "output": "\n"}),
    "binary data": ({"command": r"printf '\377'"}, False, {"stdout": "\ufffd"}),
}


@pytest.mark.parametrize(("attributes", "check", "expected"), CASES.values(), ids=CASES)
def test_case(attributes: dict[str, Any], check: bool, expected: dict[str, Any]) -> None:
    found = returned(attributes, check)
    assert {name: found[name] for name in expected} == expected
    assert {"cmd", "rc", "output", "start", "end", "delta", *NOTHING} <= set(found)
    if found["start"] is not None:
        assert found["start"] <= found["end"]


def test_the_background_has_no_exit_code() -> None:
    found = returned({"command": "true", "background": True})
    assert found["rc"] is None
    assert found["output"].startswith("started in the background with pid ")


def test_secrets_are_masked_in_each_stream() -> None:
    command = "echo secret:a/b; echo secret:a/b >&2"
    found = returned({"command": command}, secrets={"a/b": "hunter22"})
    assert (found["stdout"], found["stderr"]) == ("********", "********")
    assert found["cmd"] == command
    assert "hunter22" not in str(found)


def test_each_stream_keeps_its_end() -> None:
    found = returned({"command": "seq 1 100000; seq 1 100000 >&2; echo end"})
    for name, end in (("stdout", "100000\nend"), ("stderr", "99999\n100000"), ("output", "")):
        assert found[name].startswith("[... earlier output was removed]\n")
        assert found[name].endswith(end)
        assert len(found[name]) < 66_000


def test_the_output_of_both_has_whole_lines_of_each() -> None:
    lines = "i=0; while [ $i -lt 200 ]; do printf 'o%s ' $i; echo out; printf 'e%s ' $i >&2;"
    found = returned({"command": f"{lines} echo err >&2; i=$((i+1)); done"})
    together = found["output"].splitlines()
    assert [line for line in together if line.endswith("out")] == found["stdout_lines"]
    assert [line for line in together if line.endswith("err")] == found["stderr_lines"]
    assert len(together) == 400


def test_a_pause_between_lines_keeps_their_order() -> None:
    found = returned({"command": "echo 1; sleep 0.3; echo 2 >&2; sleep 0.3; printf 3"})
    assert found["output"] == "1\n2\n3"
