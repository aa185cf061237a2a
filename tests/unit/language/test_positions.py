# SPDX-License-Identifier: GPL-3.0-or-later
"""A character of a scalar is found again in the file, however the scalar is written."""

from __future__ import annotations

import pytest

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.values import Fields, Scalar, scalars
from vigo_bridge.language.yaml_tree import parse

#: How a text is written in a file; X is the character that is looked for.
WRITTEN = {
    "plain": "a: b X c\n",
    "plain over two lines": "a: b\n   c X d\n",
    "single quotes": "a: 'it''s ''X'''\n",
    "double quotes": 'a: "b \\"c\\" X"\n',
    "escapes": 'a: "\\x41\\u00e9\\t\\n\\x20\\U0001F600 X"\n',
    "an escaped line end": 'a: "b \\\n  c X"\n',
    "double quotes over lines": 'a: "b\n\n  c X"\n',
    "literal": "a: |\n  one\n    two X\n",
    "literal with a header": "a: |2-  # why\n    one\n   X\n",
    "folded": "a: >-\n  one\n  two\n\n  three X\n",
    "nested": "a:\n  - b: {c: [d, e X]}\n",
    "wide characters": "a: é😀 X\n",
    "carriage returns": "a: |\r\n  one\r\n  X\r\n",
    "tagged": "a: !!str one X\n",
    "anchored": "a: &b one X\n",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_character_is_found_again(text: str) -> None:
    root = parse("x.vgo", text.encode(), Diagnostics())
    assert root is not None
    (scalar,) = (item for item in scalars(root) if "X" in item.text)

    position = scalar.position_of(scalar.text.index("X"))

    lines = text.replace("\r\n", "\n").split("\n")
    assert lines[position.line - 1][position.column - 1] == "X"


def test_the_first_character_of_an_empty_text() -> None:
    root = parse("x.vgo", b"a: ''\n", Diagnostics())
    assert isinstance(root, Fields)
    scalar = root.entries[0][1]
    assert isinstance(scalar, Scalar)
    assert scalar.position_of(0).column in (4, 5)
