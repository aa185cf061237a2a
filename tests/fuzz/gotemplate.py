# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzzes the template interpreter: a text renders, or a TemplateError knows what is wrong where.

The lowest bit of an input's first byte says whether a foreach surrounds the template, the next
whether it is parsed as Go itself would; the rest of the input is the template.

    python -m tests.fuzz.gotemplate SECONDS
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import atheris
import yaml

from tests.fuzz.fuzzing import fuzz
from tests.oracle.gotemplate.cases import CASES, case_files, cases_in

with atheris.instrument_imports(include=["ansible_collections"]):
    from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template import functions
    from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
        TemplateError,
    )
    from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
        parse,
    )
    from tests.oracle.gotemplate.like_go import parse_go

VALUES: dict[str, Any] = {
    "x": 1,
    "s": "text\n\u00e9\udcff",
    "l": ["a", 2, None, [1.5]],
    "m": {"k": {"k": True}, "n": -7},
    "f": 1e300,
    "n": None,
}
NAMESPACES = {"Vars": VALUES, "Traits": {"os": {"family": "debian"}}}

WORDS = (
    *functions.FUNCTIONS,
    *("{{", "}}", "{{- ", " -}}", "{{/*", "*/}}", "if", "else", "end", "range", "with", "define"),
    *("template", "block", "break", "continue", ":=", "$x", "nil", "true", "0x1p-2", "1i", "'a'"),
    *(".Vars.x", ".Vars.s", ".Vars.l", ".Vars.m", ".Traits.os", ".Item", ".Each", "{{.State}}"),
    *("%v", "%#v", "%q", "%x", "%[1]*.[2]*d", "%+08.3f", "{{else if"),
)


def examine(data: bytes) -> None:
    if not data:
        return
    text = data[1:].decode("utf-8", "surrogateescape")
    foreach, go = bool(data[0] & 1), bool(data[0] & 2)
    try:
        if go:
            parse_go(text).render(VALUES)
            return
        template = parse(text, foreach)
        template.references()
        template.functions()
        rendered = template.render(
            {**NAMESPACES, "Item": VALUES["m"]} if foreach else {**NAMESPACES}
        )
    except TemplateError as error:
        _examine_complaint(error, text)
        return
    assert rendered == text or not template.is_plain
    assert all(span.text == text[span.start : span.end] for span in template.foreign)


def _examine_complaint(error: TemplateError, text: str) -> None:
    lines = text.split("\n")
    assert error.message
    assert 0 <= error.offset <= len(text)
    assert 1 <= error.column <= len(lines[error.line - 1]) + 1


def beginnings() -> Iterator[bytes]:
    """Yield the templates of all hand-written cases."""
    for path in case_files():
        for case in cases_in(path):
            yield b"\2" + case.template.encode("utf-8", "surrogateescape")
    for table in (CASES.parent / "own").glob("*.yaml"):
        for template in _templates(yaml.safe_load(table.read_text(encoding="utf-8"))):
            yield b"\1" + template.encode("utf-8", "surrogateescape")


def _templates(value: Any) -> Iterator[str]:
    if isinstance(value, str) and "{{" in value:
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _templates(item)


if __name__ == "__main__":
    fuzz("gotemplate", examine, beginnings(), WORDS)
