# SPDX-License-Identifier: GPL-3.0-or-later
"""When the guards of an exec let its command run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.exec import guards
from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from tests.unit.module_utils.applying import apply

EXEC = Exec()

#: attributes -> whether it is triggered -> action and reason
CASES: dict[str, tuple[dict[str, Any], bool, str, str]] = {
    "no guard": ({}, False, "ran", "it has no guard"),
    "onlyif holds": ({"onlyif": "true"}, False, "ran", "onlyif: `true` ended with exit code 0"),
    "onlyif fails": (
        {"onlyif": "false"},
        False,
        "skipped",
        "onlyif: `false` ended with exit code 1",
    ),
    "unless holds": ({"unless": "true"}, False, "skipped", "unless: `true` ended with exit code 0"),
    "unless fails": ({"unless": "false"}, False, "ran", "unless: `false` ended with exit code 1"),
    "both agree": (
        {"onlyif": "true", "unless": "false"},
        False,
        "ran",
        "onlyif: `true` ended with exit code 0; unless: `false` ended with exit code 1",
    ),
    "one of both refuses": (
        {"onlyif": "true", "unless": "true"},
        False,
        "skipped",
        "unless: `true` ended with exit code 0",
    ),
    "creates, missing": ({"creates": "/no/such"}, False, "ran", "creates: /no/such does not exist"),
    "creates, a pattern": ({"creates": "/et[c]"}, False, "skipped", "creates: /et[c] exists"),
    "creates, a pattern in the midst": (
        {"creates": "/e*/hostname"},
        False,
        "skipped",
        "creates: /e*/hostname exists",
    ),
    "creates, no match": (
        {"creates": "/no*such"},
        False,
        "ran",
        "creates: /no*such does not exist",
    ),
    "removes, a pattern": (
        {"removes": "host?ame", "cwd": "/etc"},
        False,
        "ran",
        "removes: host?ame exists",
    ),
    "creates, relative": (
        {"creates": "hostname", "cwd": "/etc"},
        False,
        "skipped",
        "creates: hostname exists",
    ),
    "creates, a home": ({"creates": "~"}, False, "skipped", "creates: ~ exists"),
    "creates, the home of a user": (
        {"creates": "~bin/../hostname", "cwd": "/"},
        False,
        "ran",
        "creates: ~bin/../hostname does not exist",
    ),
    "creates, there": ({"creates": "/etc"}, False, "skipped", "creates: /etc exists"),
    "removes, missing": (
        {"removes": "/no/such"},
        False,
        "skipped",
        "removes: /no/such does not exist",
    ),
    "removes, there": ({"removes": "/etc"}, False, "ran", "removes: /etc exists"),
    "triggered, unless holds": ({"unless": "true"}, True, "ran", "triggered"),
    "triggered, onlyif fails": (
        {"onlyif": "false"},
        True,
        "skipped",
        "onlyif: `false` ended with exit code 1",
    ),
}


@pytest.mark.parametrize(("attributes", "triggered", "action", "reason"), CASES.values(), ids=CASES)
def test_guards(
    tmp_path: Path, attributes: dict[str, Any], triggered: bool, action: str, reason: str
) -> None:
    attributes = {"command": f"touch {tmp_path}/ran", **attributes}
    predicted = apply(EXEC, attributes, triggered=triggered, check=True)
    assert (predicted.action, predicted.reason) == (action, reason)
    assert not (tmp_path / "ran").exists()
    result = apply(EXEC, attributes, triggered=triggered)
    assert (result.action, result.reason) == (action, reason)
    assert (tmp_path / "ran").exists() == (action == "ran")


@pytest.mark.parametrize("check", [True, False])
def test_a_triggered_command_does_not_even_ask_unless(tmp_path: Path, check: bool) -> None:
    asked = {"unless": f"touch {tmp_path}/unless", "onlyif": f"touch {tmp_path}/onlyif"}
    result = apply(EXEC, {"command": "true", **asked}, triggered=True, check=check)
    assert (result.action, result.reason) == ("ran", "triggered")
    assert [entry.name for entry in tmp_path.iterdir()] == ["onlyif"]


def test_the_diff_has_the_command_and_its_guards() -> None:
    attributes = {
        "command": "echo secret:a/b\ntrue\n",
        "cwd": "/usr",
        "creates": "/no/such",
        "onlyif": "true",
    }
    for check in (True, False):
        result = apply(EXEC, attributes, secrets={"a/b": "hunter22"}, check=check)
        assert result.diff == {
            "before": "",
            "after": (
                "command: echo secret:a/b\n  true\ncwd: /usr\ncreates: /no/such\nonlyif: true\n"
            ),
        }
    assert apply(EXEC, {**attributes, "unless": "true"}).diff is None


@pytest.mark.parametrize("guard", ["onlyif", "unless"])
def test_a_guard_that_does_not_end(guard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "GUARD_TIMEOUT", 0.2)
    result = apply(EXEC, {"command": "true", guard: "echo slow; sleep 60"})
    assert result.reason == f"{guard} did not finish within 0.2 s; use a faster guard"
    assert result.error == {"message": result.reason, "log": "slow\n"}
