# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts whose Python returns invalid results, next to a normal host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.program import vigo_bridge

pytestmark = pytest.mark.integration

_RESOURCE = {"id": "site/told", "type": "exec", "action": "ran", "reason": ""}

#: A program in the place of Python. It reads which call this is, as no other program can.
_PYTHON = """\
#!{python}
import re, sys
if "version_info" in " ".join(sys.argv):
    sys.exit()
call = re.search(rb'"_call": {{[^}}]*}}', sys.stdin.buffer.read()).group().decode()
text = {text!r}
if text.startswith("{{"):
    blank = ", " if text != "{{}}" else ""
    text = '{{"invocation": {{"module_args": {{' + call + "}}}}" + blank + text[1:]
print(text)
"""

#: host -> what its Python prints in the place of a result
ANSWERS: dict[str, Any] = {
    "empty": {},
    "empty-resource": {"changed": True, "resources": [{}]},
    "text": {"changed": True, "resources": "none"},
    "number": {"changed": True, "resources": [], "notes": 7},
    "no-reason": {"failed": True, "resources": [{"id": "a", "type": "b", "action": "failed"}]},
    "id": {"changed": True, "resources": [{**_RESOURCE, "id": 1}]},
    "action": {"changed": True, "resources": [{**_RESOURCE, "action": "\x1b]0;harm\x07"}]},
    "same": {"changed": True, "resources": [_RESOURCE, _RESOURCE]},
    "no-result": {"changed": False, "resources": []},
    "another": {"changed": True, "resources": [{**_RESOURCE, "id": "site/asked"}]},
    "more": {"changed": True, "resources": [_RESOURCE, {**_RESOURCE, "id": "prune/x"}]},
    "deep": '{"changed": true, "resources": ' + "[" * 3000 + "]" * 3000 + "}",
    "time": '{"changed": true, "resources": [], "duration_s": NaN, "notes": [NaN]}',
    "list": "[1, 2]",
    "noise": "Last login \x1b[2J: never",
    "half": '{"changed": true, "resou',
}


def fleet(folder: Path) -> Path:
    lines = [f"well ansible_connection=local ansible_python_interpreter={sys.executable}"]
    for host, answer in ANSWERS.items():
        text = answer if isinstance(answer, str) else json.dumps(answer)
        python = folder / f"python-{host}"
        python.write_text(_PYTHON.format(python=sys.executable, text=text))
        python.chmod(0o755)
        lines.append(f"{host} ansible_connection=local ansible_python_interpreter={python}")
    inventory = folder / "hosts.ini"
    inventory.write_text("\n".join(lines) + "\n")
    (folder / "stack" / "configcrates").mkdir(parents=True)
    (folder / "stack" / "envoys.vgo").write_text('match: "*"\nconfigcrates: [site]\n')
    (folder / "stack" / "configcrates" / "site.vgo").write_text(
        "name: site\nresources:\n  - {name: told, type: exec, command: 'true'}\n"
    )
    return inventory


def test_each_odd_result_is_its_hosts_failure(tmp_path: Path) -> None:
    inventory = fleet(tmp_path)
    call = ("run", "--stacks", tmp_path / "stack", "-i", inventory)
    state = {"XDG_STATE_HOME": str(tmp_path / "state")}
    finished = vigo_bridge(*call, "-o", "json", environment=state)
    assert finished.status == 3, finished.err
    envoys = json.loads(finished.out)["envoys"]
    assert envoys["well"]["status"] == "changed", envoys["well"]
    assert [r["action"] for r in envoys["well"]["resources"]] == ["ran"]
    for host in ANSWERS:
        assert envoys[host]["status"] == "failed", host
        assert envoys[host]["message"], host
    assert "resources[0].id must be a string, not an integer 1" in envoys["id"]["message"]
    assert "it has no result for 'site/told'" in envoys["no-result"]["message"]
    assert "'site/asked' was not sent" in envoys["another"]["message"]
    shown = vigo_bridge("history", "show", "1", "-v", environment=state)
    for text in (finished.out, finished.err, shown.out, shown.err):
        assert not set("\x1b\x07\x9b") & set(text)


@pytest.mark.parametrize("verbosity", [pytest.param("-vv", marks=pytest.mark.sweep), "-vvvvv"])
def test_ansibles_own_output_is_clean(tmp_path: Path, verbosity: str) -> None:
    """U+009B begins an escape sequence, too, and JSON does not escape it."""
    fleet(tmp_path)
    (tmp_path / "stack" / "configcrates" / "site.vgo").write_text(
        "name: site\nresources:\n  - name: told\n    type: exec\n"
        "    command: \"printf '\\\\302\\\\2332J'; exit 1\"\n"
    )
    call = ("run", "--local", "--stacks", tmp_path / "stack", verbosity)
    finished = vigo_bridge(*call, environment={"XDG_STATE_HOME": str(tmp_path / "state")})
    assert finished.status == 3, finished.err
    assert "PLAY RECAP" in finished.out
    assert "\\x9b2J" in finished.out
    assert not set("\x1b\x07\x9b") & set(finished.out + finished.err)


@pytest.mark.sweep
def test_ansible_playbook_goes_on_as_well(tmp_path: Path) -> None:
    inventory = fleet(tmp_path)
    resources = [{"id": "told", "type": "exec", "command": "true"}]
    task = {"vigo.bridge.converge": {"resources": resources, "state_dir": f"{tmp_path}/state"}}
    play = {"hosts": "all", "gather_facts": False, "tasks": [task]}
    (tmp_path / "play.json").write_text(json.dumps([play]))
    finished = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", inventory, "play.json"],
        cwd=tmp_path,
        env={**os.environ, "ANSIBLE_PIPELINING": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2, finished.stdout + finished.stderr
    assert "ran: [well] told" in finished.stdout
    assert "the host returned an invalid result: resources[0].id" in finished.stdout
    assert not set("\x1b\x07\x9b") & set(finished.stdout + finished.stderr)
