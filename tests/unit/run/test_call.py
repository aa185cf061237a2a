# SPDX-License-Identifier: GPL-3.0-or-later
"""How a call of a playbook is run on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.run import call
from vigo_bridge.run.call import Call, nothing_to_recover, play_here
from vigo_bridge.run.playbook import Playbook
from vigo_bridge.run.stop import Stop
from vigo_bridge.secrets.server import Secrets

#: the file with variables -> the last arguments
VARIABLES = {None: [], "health.yml": ["--extra-vars", "@health.yml"]}


@pytest.mark.parametrize(("variables", "last"), VARIABLES.items())
def test_a_call_on_this_machine(
    variables: str | None, last: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[tuple[Any, ...]] = []

    def play(*arguments: Any) -> str:
        played.append(arguments)
        return "the last lines"

    def on_event(event: Any) -> None:
        """Take an event."""

    def on_output(text: str) -> None:
        """Take output."""

    monkeypatch.setattr(call, "play", play)
    given = Call(
        playbook=Path("site.yml"),
        inventory=["theirs", "ours"],
        hosts=["a", "b"],
        arguments=["--diff", "--become"],
        variables=Path(variables) if variables else None,
        rollout="0042",
        folder=tmp_path,
        results=tmp_path / "results",
        secrets=Secrets({}, lambda paths: {}),
        socket=tmp_path / "socket",
        passwords={"PASSWORD": "file"},
    )
    stop = Stop(print)
    assert play_here(given, on_event, on_output, stop) == "the last lines"
    playbook = Playbook(
        path=Path("site.yml"),
        inventory=["theirs", "ours"],
        private=tmp_path / "runner",
        environment={
            **ansible_environment(),
            "PASSWORD": "file",
            "VIGO_BRIDGE_RESULTS": f"{tmp_path}/results",
            "VIGO_BRIDGE_SECRETS": f"{tmp_path}/socket",
        },
        arguments=["--limit", f"@{tmp_path}/hosts.txt", "--diff", "--become", *last],
    )
    assert played == [(playbook, on_event, on_output, stop)]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"hosts.txt": "a\nb\n"}


def test_nothing_is_recovered_on_this_machine() -> None:
    assert nothing_to_recover("0042", print) == ()
