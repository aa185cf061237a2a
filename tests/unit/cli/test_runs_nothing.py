# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that only look at a stack run nothing that the stack names: each would leave a trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program

STACK = {
    "configcrates/web.vgo": """\
name: web
when: command_succeeds('touch TRACE')
resources:
  - type: file
    target_path: /x
    content: "secret:web/key {{ .Vars.password }}"
    validate: "touch TRACE; true %"
    stream_edit: touch TRACE
  - type: exec
    command: touch TRACE secret:web/db
    onlyif: touch TRACE
    unless: touch TRACE
""",
    "envoys.vgo": 'match: "h*"\nconfigcrates: [web]\nvars: {password: secret:web/password}\n',
    "tasks/greet.vgo": "name: greet\ncommand: touch TRACE; echo secret:web/key\n",
    "secrets.yml": """\
stores:
  - command: [sh, -c, "touch TRACE; echo x", "{path}"]
  - vault_file: secrets.vault.yml
""",
    "secrets.vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n6162\n",
}
COMMANDS = """\
config validate
config validate -o json
config validate -o sarif
config validate --strict
config validate -i h1,h2
config trace h1
config tree
config search web
config graph h1
config graph h1 --format svg
envoys list -i h1,h2
task list
task run greet --target h1 -i h1,h2 --dry-run --health-check greet --before-batch greet
generate OUTPUT -i h1,h2
generate OUTPUT -i h1,h2 --style tasks
"""


@pytest.mark.usefixtures("listed_hosts")
@pytest.mark.parametrize("command", COMMANDS.splitlines())
def test_nothing_is_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace, stack, called = tmp_path / "trace", tmp_path / "stack", tmp_path / "password"
    called.write_text(f"#!/bin/sh\ntouch {trace}\necho x\n")
    called.chmod(0o755)
    for path, text in STACK.items():
        (stack / path).parent.mkdir(parents=True, exist_ok=True)
        (stack / path).write_text(text.replace("TRACE", str(trace)))
    (stack / "secrets.vault.yml").chmod(0o600)
    # What every look at the vault would call.
    if " -i " not in command:
        monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(called))

    words = command.replace("OUTPUT", str(tmp_path / "output")).split()
    finished = CliRunner().invoke(program, [*words, "--stacks", str(stack)])
    assert (finished.exit_code, finished.exception) in [(0, None)], finished.output
    assert not trace.exists()


def test_the_trace_would_be_seen(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    for path in ("configcrates/web.vgo", "envoys.vgo", "secrets.yml"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(STACK[path].replace("TRACE", str(trace)))
    CliRunner().invoke(program, ["secrets", "check", "--stacks", str(tmp_path)])
    assert trace.exists()


NOT_CHECKED = (
    "note this reference to a secret and 2 other references to secrets are not checked:"
    " this command does not query secret stores"
)
#: files beside the crate -> severity and message of what validate says of secrets
SAID = {
    "no list": (
        {},
        [NOT_CHECKED],
    ),
    "a wrong list": (
        {"secrets.yml": "stores: [envv]"},
        [
            "error 'envv' is not a secret store; did you mean 'env'? write env, vault_file: FILE,"
            ' or command: [PROGRAM, ..., "{path}"]',
            NOT_CHECKED,
        ],
    ),
}


@pytest.mark.parametrize(("files", "said"), SAID.values(), ids=SAID)
def test_validate_says_what_it_has_not_checked(
    files: dict[str, str], said: list[str], tmp_path: Path
) -> None:
    crate = {"web.vgo": 'match: "*"\nvars: {a: secret:a, b: "secret:b secret:c"}\n'}
    for path, text in {**crate, **files}.items():
        (tmp_path / path).write_text(text)
    finished = CliRunner().invoke(
        program, ["config", "validate", "-o", "json", "--stacks", str(tmp_path)]
    )
    found = json.loads(finished.output)["diagnostics"]
    assert [
        f"{item['severity']} {item['message']}" for item in found if item["code"] >= "VB604"
    ] == said
