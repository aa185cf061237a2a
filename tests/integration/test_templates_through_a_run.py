# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates and texts of all kinds through one whole run: what arrives in files, byte for byte.

Each hand-written case that Go renders becomes a file resource of a generated stack, its data a
variable. In between lie the loader, the generated project, Ansible and the module.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.program import vigo_bridge
from tests.oracle.gotemplate.cases import CASES, case_files, cases_in, recorded

pytestmark = pytest.mark.integration

HOST = "templates.example.com"
# A definition cannot hold definitions. A stack refuses to use what is not there, and leaves alone
# what names nothing and holds no literal.
_NOT_IN_A_STACK = re.compile(
    r"\b(define|block)\b|\bno value\b|nope|\{\{(print|println|html|print print)\}\}"
)

TEXTS = {
    "a docker format": "docker ps --format '{{.State}}'",
    "Jinja": "{% if x %}{# comment #}{{ lookup('env', 'HOME') }}{% raw %}{% endraw %}",
    "quotes": "'single' \"double\" `back` \\ \\\\ \\n \\u0041 $HOME ${HOME} $(id) %s %% ~ & ; #",
    "letters of the world": "äöü ß 漢字 \U0001f600 e\u0301 \u202e \ufeff \u2028 \x85 \x7f \t",
    "no line feed at the end": "line",
    "line feeds at the end": "line\n\n\n",
    "line feeds at the beginning": "\n\n line",
    "only a line feed": "\n",
    "only spaces": "   ",
    "carriage returns": "a\r\nb\r\rc\r\n",
    "words of YAML": "no",
    "a number": "0755",
    "a document": "---\n- !tag &a *b\n...\n",
    "a megabyte": "{{.State}}\n" * 100 + "".join(f"{n:07d} é {{%}}\n" for n in range(70_000)),
    "a long line": "x" * 1_000_000,
}


@dataclass(frozen=True)
class Expected:
    """One file: what the stack says, and what must arrive."""

    name: str
    content: str
    data: Any
    arrives: str


def expectations() -> Iterator[Expected]:
    for path in case_files():
        answers = recorded(path)
        for case in cases_in(path):
            text = answers[case.name].text
            if text is None or _NOT_IN_A_STACK.search(case.template + text):
                continue
            wrapped = f'{{{{define "case"}}}}{case.template}{{{{end}}}}'
            yield Expected(
                f"{path.stem}: {case.name}",
                wrapped + '{{template "case" .Vars.VARIABLE}}',
                case.data,
                text,
            )
    for case in yaml.safe_load((CASES.parent / "own" / "verbatim.yaml").read_text("utf-8"))[
        "cases"
    ]:
        yield Expected(f"verbatim: {case['name']}", case["template"], None, case["template"])
    for name, text in TEXTS.items():
        yield Expected(f"text: {name}", text, None, text)


def test_every_file_arrives_as_it_should(tmp_path: Path) -> None:
    files = dict(enumerate(expectations()))
    stack, target = tmp_path / "stack", tmp_path / "files"
    write_stack(stack, target, files)

    finished = vigo_bridge("run", "--stacks", stack, "--local", "--as", HOST, "-o", "json")

    assert finished.status == 0, finished.out[-3000:] + finished.err[-3000:]
    assert set(finished.actions(HOST).values()) == {"created"}
    wrong = {
        expected.name: (arrived[:200], expected.arrives[:200])
        for number, expected in files.items()
        if (arrived := (target / str(number)).read_bytes())
        != expected.arrives.encode("utf-8", "surrogateescape")
    }
    assert not wrong
    assert len(files) > 450


def write_stack(stack: Path, target: Path, files: dict[int, Expected]) -> None:
    (stack / "configcrates").mkdir(parents=True)
    lines = ["name: texts", "vars:"]
    for number, expected in files.items():
        if "VARIABLE" in expected.content:
            lines.append(f"  v{number}: {in_yaml(expected.data)}")
    lines.append("resources:")
    for number, expected in files.items():
        content = expected.content.replace("VARIABLE", f"v{number}")
        lines += [
            f"  - name: n{number}",
            "    type: file",
            f"    target_path: {target / str(number)}",
            f"    content: {in_yaml(content)}",
        ]
    (stack / "configcrates" / "texts.vgo").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (stack / "envoys.vgo").write_text('match: "*"\nconfigcrates: [texts]\n', encoding="utf-8")


def in_yaml(value: Any) -> str:
    """Return a value on one line of YAML 1.2, whatever characters it has."""
    if isinstance(value, str):
        return '"' + "".join(map(_escaped, value)) + '"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{in_yaml(k)}: {in_yaml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_yaml, value)) + "]"
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    assert not isinstance(value, float) or math.isfinite(value)
    return repr(value)


def _escaped(character: str) -> str:
    if character.isascii() and character.isprintable() and character not in '"\\':
        return character
    return f"\\U{ord(character):08x}"
