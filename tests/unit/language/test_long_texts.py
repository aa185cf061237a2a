# SPDX-License-Identifier: GPL-3.0-or-later
"""Large files end with findings or a stack: quadratic work on these would take minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigo_bridge.language import load
from vigo_bridge.language.model import Stack
from vigo_bridge.resolve import check

MANY = 2_000


def crate(content: str) -> str:
    lines = content.replace("\n", "\n      ")
    return (
        "name: web\nresources:\n  - type: file\n    target_path: /x\n"
        f"    content: |\n      {lines}\n"
    )


def stack_with(folder: Path, text: str) -> Stack:
    (folder / "configcrates").mkdir()
    (folder / "configcrates" / "web.vgo").write_text(text, encoding="utf-8")
    (folder / "envoys.vgo").write_text('match: "*"\nconfigcrates: web\n', encoding="utf-8")
    return load(folder)


@pytest.mark.parametrize(
    ("line", "code", "places"),
    [
        ("{{.State}} é\n", "VB303", MANY),
        ("{{.Vars.nope}} é\n", "VB302", MANY),
        ("{{ secret:a }}\n", "VB307", MANY),
        ("secret:a {{.Traits.os.arch}}\n", None, 0),
    ],
)
def test_a_text_with_many_findings(
    tmp_path: Path, line: str, code: str | None, places: int
) -> None:
    found = [item for item in check(stack_with(tmp_path, crate(line * MANY))) if item.code == code]
    assert len(found) == places
    assert [item.position.line for item in found if item.position] == list(range(6, places + 6))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "nested more than 64 deep"),
        ("a: " + "{b: " * 100_000, "nested more than 64 deep"),
        ("- " * 100_000, "nested more than 64 deep"),
        ("x: [" + "a, " * 300_000 + "]", "more than 200000 values"),
        ("a: &a [x]\nb: [" + "*a, " * 150_000 + "]", "more than 200000 values"),
        (
            "a0: &a0 [x, x]\n"
            + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
            "aliases expanded",
        ),
        ("a: &a [*a]", "not defined before it"),
    ],
)
def test_files_that_grow_or_nest(tmp_path: Path, text: str, message: str) -> None:
    found = stack_with(tmp_path, text).diagnostics
    assert any(message in item.message for item in found)


@pytest.mark.parametrize(
    "text",
    [
        "name: web\n" + "".join(f"key{n}: 1\n" for n in range(MANY)),
        "name: web\nresources: [" + "{type: file}, " * 5_000 + "]",
        "name: web\nresources: [" + "{type: fil}, " * 5_000 + "]",
        "name: " + "x" * 500_000,
        "name: web\nvars: {a: " + "9" * 500_000 + "}",
        '"' + "\\x41" * 200_000,
    ],
)
def test_other_large_files(tmp_path: Path, text: str) -> None:
    assert check(stack_with(tmp_path, text))
