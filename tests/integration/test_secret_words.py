# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are common words: names and actions are not masked, output of programs is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import MASK
from tests.integration.canary import write_stack
from tests.integration.module_call import call
from tests.integration.program import vigo_bridge

pytestmark = pytest.mark.integration

#: Actions, types, names of fields, parts of our sentences, names of this stack, numbers.
WORDS = [
    *("none", "created", "updated", "ran", "failed", "skipped", "exec", "file", "words", "page"),
    *("exit", "code", "output", "reason", "true", "false", "null", "0", "1", "it", "recreated"),
    *("container", "words/told", "content changed", "converged"),
]

CRATE = """\
name: words
resources:
  - name: page
    type: file
    target_path: HERE/page
    content: SECRETS
  - name: told
    type: exec
    command: "cat; echo end"
    stdin: SECRETS
    logoutput: true
  - name: guarded
    type: exec
    command: "true"
    creates: HERE/page
  - name: failing
    type: exec
    command: "cat; exit 3"
    stdin: SECRETS
"""


def test_names_and_actions_stay(tmp_path: Path) -> None:
    references = " ".join(f"secret:w/n{number}" for number, _ in enumerate(WORDS))
    crate = CRATE.replace("SECRETS", f'"{references}"')
    stack = write_stack(tmp_path / "words", [crate], str(tmp_path))
    environment = {f"VIGO_SECRET_W_N{number}": word for number, word in enumerate(WORDS)}
    call = ("run", "--stacks", stack, "--local", "--as", "web1", "-o", "json")
    finished = vigo_bridge(*call, environment=environment)
    assert finished.status == 3, finished.out + finished.err
    envoy = json.loads(finished.out)["envoys"]["web1"]
    assert [(item["id"], item["type"], item["action"]) for item in envoy["resources"]] == [
        ("words/page", "file", "created"),
        ("words/told", "exec", "ran"),
        ("words/guarded", "exec", "skipped"),
        ("words/failing", "exec", "failed"),
    ]
    page, told, guarded, failing = envoy["resources"]
    assert page["reason"] == "it does not exist"
    assert told["reason"] == "it has no guard"
    assert guarded["reason"] == f"creates: {tmp_path}/page exists"
    assert failing["reason"].startswith("the command failed with exit code 3 (accepted: 0)")
    assert failing["rc"] == 3
    for shown in (told["output"], failing["error"]["log"]):
        assert set(shown) <= set("* \n" + "end"), shown
    assert "warning: weak secret: w/n0 (shorter than 8 characters)" in finished.err
    assert "w/n20 (a common word)" in finished.err
    assert (tmp_path / "page").read_text() == " ".join(WORDS)


def test_modules_of_their_own(tmp_path: Path) -> None:
    words = {"VIGO_SECRET_A": "ran", "VIGO_SECRET_B": "exec", "VIGO_SECRET_C": "a-long-enough-one"}
    inventory = tmp_path / "hosts.ini"
    inventory.write_text(
        f"web1 ansible_connection=local ansible_python_interpreter={sys.executable}\n"
    )
    command = {"command": "cat; : a-long-enough-one", "stdin": "secret:a secret:b secret:c"}
    answer = call("exec", {**command, "logoutput": True}, str(inventory), **words)
    assert (answer.result["action"], answer.result["rc"]) == ("ran", 0)
    assert answer.result["output"] == f"{MASK} {MASK} {MASK}"
    assert answer.result["reason"] == "it has no guard"
    given = answer.result["invocation"]["module_args"]
    assert given["stdin"] == "secret:a secret:b secret:c"
    assert "a-long-enough-one" not in json.dumps(answer.result)
