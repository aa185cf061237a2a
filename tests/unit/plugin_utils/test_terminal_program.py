# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a terminal is opened: what a host answers is checked before it is used."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.vigo.bridge.plugins.plugin_utils.terminal_program import (
    terminal_place,
    terminal_program,
)

ID = "0123456789ab" * 5
PLACE = {"container": ID, "engine": "unix:///run/docker.sock"}

#: what a host answers -> why it is refused
BAD: dict[str, tuple[Any, str]] = {
    "not JSON": ("{", "did not return the ID"),
    "no mapping": ([], "did not return the ID"),
    "no container": ({"engine": PLACE["engine"]}, "did not return the ID"),
    "an option": ({**PLACE, "container": "--privileged"}, "did not return the ID"),
    "a path": ({**PLACE, "container": f"../{ID}"}, "did not return the ID"),
    "a line break": ({**PLACE, "container": f"{ID}\n"}, "did not return the ID"),
    "an engine over TCP": (
        {**PLACE, "engine": "tcp://10.0.0.1:2375"},
        "docker -H tcp://10.0.0.1:2375 exec",
    ),
    "a relative socket": ({**PLACE, "engine": "unix://docker.sock"}, "requires an engine at a"),
}


@pytest.mark.parametrize(("answer", "told"), BAD.values(), ids=BAD)
def test_bad_answers(answer: Any, told: str) -> None:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    with pytest.raises(AnsibleActionFail, match=told):
        terminal_place(text)


def test_a_place() -> None:
    assert terminal_place(json.dumps(PLACE)) == {"container": ID, "socket": "/run/docker.sock"}


def test_the_program_is_sent_as_a_whole() -> None:
    """What is typed is data: it is one argument."""
    given = {"argv": ["sh", "-c", "echo '$HOME'"]}
    python, *options, source, argument = terminal_program("/usr/bin/python3", given)
    assert (python, options, json.loads(argument)) == ("/usr/bin/python3", ["-I", "-c"], given)
    packed = source.split("b64decode('")[1].split("')")[0]
    text = zlib.decompress(base64.b64decode(packed)).decode()
    assert "def main()" in text
    assert "from .." not in text
