# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzzes the parser of conditions: a text is a condition, or a ConditionError that knows its place.

python -m tests.fuzz.when SECONDS
"""

from __future__ import annotations

from collections.abc import Iterator

import atheris

from tests.fuzz.fuzzing import fuzz

with atheris.instrument_imports(include=["ansible_collections"]):
    from ansible_collections.vigo.bridge.plugins.module_utils.language.conditions import when
    from ansible_collections.vigo.bridge.plugins.module_utils.language.conditions.builtins import (
        BUILTINS,
    )

WORDS = (*BUILTINS, "changed", "&&", "||", "!", "(", ")", ",", "'", '"', "/x", "mon", "1.0", "7")


def examine(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        condition = when.parse(text)
    except when.ConditionError as error:
        _examine_complaint(error, text)
        return
    assert condition.text == text
    assert condition.gated <= ("changed" in text)
    assert all(isinstance(name, str) for name in condition.traits())


def _examine_complaint(error: when.ConditionError, text: str) -> None:
    assert error.message
    assert 0 <= error.offset <= len(text)


def beginnings() -> Iterator[bytes]:
    for builtin in BUILTINS.values():
        yield builtin.usage.encode()
        yield f"changed && (!{builtin.usage} || {builtin.usage})".encode()


if __name__ == "__main__":
    fuzz("when", examine, beginnings(), WORDS)
