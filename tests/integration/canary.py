# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets with distinctive values, a stack that uses them in all ways, and the places to search."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.testbed import Host

MIDDLE = "Kanarienvogel"
VALUE = f"{MIDDLE}-\"q'z\\x {{{{ y }}}}"
LINES = f"-----BEGIN {MIDDLE}-----\nZeile,{MIDDLE}=eins\n-----END {MIDDLE}-----\n"
WORD = f"{MIDDLE}-Wort"
SECRETS = {
    "VIGO_SECRET_CANARY_VALUE": VALUE,
    "VIGO_SECRET_CANARY_LINES": LINES,
    "VIGO_SECRET_CANARY_WORD": WORD,
}

TRIPWIRE = Path(__file__).with_name("tripwire.py")


def _encoded(value: str) -> str:
    """Return base64 without its end, which depends on what follows."""
    return base64.b64encode(value.encode()).decode()[:20]


#: How a secret may look where it must not be.
FORMS = {
    "as it is": MIDDLE,
    "base64": _encoded(VALUE),
    "base64 of lines": _encoded(LINES),
    "percent": quote(VALUE)[len(MIDDLE) :],
    "JSON": json.dumps(VALUE)[len(MIDDLE) + 1 : -1],
    "JSON in JSON": json.dumps(json.dumps(VALUE))[len(MIDDLE) + 3 : -3],
    "its own end": VALUE[len(MIDDLE) :],
}

#: What all hosts get. HERE is a folder on the target.
CRATE = """\
name: canary
vars:
  url: "https://user:secret:canary/value@example.com"
  pem: secret:canary/lines
resources:
  - name: page
    type: file
    target_path: HERE/page
    content: "value=secret:canary/value\\n{{ .Vars.url }}\\n{{ .Vars.pem }}"
    notify: server
  - name: told
    type: exec
    command: >-
      cat; cat {{secret_file}}; echo $CANARY; echo secret:canary/word >&2;
      printenv CANARY | base64; sleep 1
    secret_file: secret:canary/lines
    stdin: "secret:canary/value secret:canary/lines"
    environment: "CANARY=secret:canary/value"
    logoutput: true
  - name: server
    type: container
    container: canary
    image: redis:7-alpine
    env: "CANARY=secret:canary/value,PEM={{ .Vars.pem }},PLAIN=1"
    labels: {plain: "1"}
    settle_time: 500ms
  - name: checked
    type: container
    container: canary-checked
    image: redis:7-alpine
    state: stopped
    healthcheck: {test: [CMD, "true", secret:canary/value]}
"""

#: Resources that fail while they use a secret, each in another way.
BROKEN = r"""
name: broken
resources:
  - name: failing
    type: exec
    command: |
      set -x
      : "$CANARY"
      python3 -c 'import os, json, urllib.parse as u; v = os.environ["CANARY"]
      print(repr(v), json.dumps(v), json.dumps(json.dumps(v)), u.quote(v), v.encode())'
      printenv PEM >&2; printenv PEM | base64 >&2; printenv PEM | base64 -w 0
      exit 1
    environment: {CANARY: secret:canary/value, PEM: secret:canary/lines}
  - name: chatty
    type: exec
    command: "cat; yes x | head -c 65520; exit 1"
    stdin: "secret:canary/value"
  - name: slow
    type: exec
    command: "echo secret:canary/word; sleep 60"
    timeout: 1s
  - name: refused
    type: file
    target_path: HERE/refused
    content: secret:canary/lines
    validate: "cat % >&2; false"
  - name: unedited
    type: file
    target_path: HERE/unedited
    content: secret:canary/value
    stream_edit: "cat >&2; false"
  - name: in-the-way
    type: file
    target_path: HERE
    content: secret:canary/value
  - name: unstartable
    type: container
    container: canary-unstartable
    image: redis:7-alpine
    entrypoint: ["/secret:canary/value"]
  - name: dying
    type: container
    container: canary-dying
    image: redis:7-alpine
    entrypoint: [sh, -c, 'echo "$CANARY $PEM"; exit 3']
    env: {CANARY: secret:canary/value, PEM: secret:canary/lines}
  - name: unpullable
    type: container
    container: canary-unpullable
    image: 127.0.0.1:1/none:1
    registry_username: user
    registry_password: secret:canary/value
"""


def write_stack(folder: Path, crates: Sequence[str], here: str) -> Path:
    """Return a stack that gives every host these crates. here: a folder on the target."""
    (folder / "configcrates").mkdir(parents=True)
    names = [re.search(r"^name: (\w+)$", crate, re.M)[1] for crate in crates]  # type: ignore[index]
    (folder / "envoys.vgo").write_text(f'match: "*"\nconfigcrates: [{", ".join(names)}]\n')
    for name, crate in zip(names, crates, strict=True):
        (folder / "configcrates" / f"{name}.vgo").write_text(crate.replace("HERE", here))
    return folder


def found_in(text: str) -> list[str]:
    """Return the forms of a secret that are in a text."""
    return [name for name, form in FORMS.items() if form in text]


class Watch:
    """What a tripwire saw. hits: the forms by place; seen: all places that it looked at."""

    hits: Mapping[str, list[str]]
    seen: Sequence[str]


def _start_here(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


@contextmanager
def watching(
    watched: Sequence[str],
    searched: Sequence[str],
    spared: Sequence[str],
    host: Host | None = None,
    forms: Mapping[str, str] = FORMS,
) -> Iterator[Watch]:
    """Watch processes and folders, here or on a host, until the block ends.

    watched, searched, spared: as the tripwire takes them. forms: the texts to look for, by name.
    """
    program = ("-c", TRIPWIRE.read_text())
    process = host.start_program("python3", *program) if host else _start_here(*program)
    assert process.stdin is not None
    assert process.stdout is not None
    task = {"forms": dict(forms), "watched": watched, "searched": searched, "spared": spared}
    process.stdin.write(json.dumps(task) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "watching\n"
    watch = Watch()
    try:
        yield watch
    finally:
        process.stdin.write("over\n")
        out, _ = process.communicate(timeout=120)
        report = json.loads(out)
        watch.hits, watch.seen = report["hits"], report["seen"]
