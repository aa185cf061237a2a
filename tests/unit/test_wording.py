# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and lists in messages."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

import pytest

from tests.syntax import Nodes, nodes, nodes_of, sources
from vigo_bridge.wording import counted, some


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks"), (1000, "1000 tasks")]
)
def test_counted(number: int, shown: str) -> None:
    assert counted(number, "task") == shown


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ("a", "a"),
        ("abcde", "a, b, c, d, e"),
        ("abcdef", "a, b, c, d, e and 1 other"),
        ("abcdefg", "a, b, c, d, e and 2 others"),
    ],
)
def test_some(names: str, shown: str) -> None:
    assert some(list(names)) == shown


#: What messages count.
NOUNS = "resource host envoy crate key file time second byte task line container reference"
COUNTED_BY_HAND = re.compile(f" (other |more )?({'|'.join(NOUNS.split())})s\\b")


def counted_by_hand(program: Nodes) -> Iterator[str]:
    """Yield every text of a program in which a value stands directly before a noun in the
    plural.
    """
    for text in program:
        parts = text.values if isinstance(text, ast.JoinedStr) else []
        for value, following in itertools.pairwise(parts):
            if (
                isinstance(value, ast.FormattedValue)
                and not _is_constant(value.value)
                and isinstance(following, ast.Constant)
                and COUNTED_BY_HAND.match(str(following.value))
            ):
                yield ast.unparse(text)


def _is_constant(value: ast.expr) -> bool:
    """Return whether it is a name in capitals, such as a limit that is never one."""
    return isinstance(value, ast.Name) and value.id.isupper()


def test_how_a_plural_by_hand_is_found() -> None:
    program = """
    f"{len(hosts)} other hosts"; f"{done} of {count} resources"; f"{count} {nouns} hosts"
    f"{counted(count, 'host')} hosts"; f"{name} hostsname"; f"at most {LIMIT} bytes"
    """
    found = list(counted_by_hand(nodes_of("if True:" + program)))
    assert len(found) == 4


def test_no_message_writes_a_plural_by_hand() -> None:
    """One resource is `1 resource`, wherever it is counted."""
    found = [
        f"{name}: {text}"
        for name, path in sources().items()
        for text in counted_by_hand(nodes(path))
    ]
    assert found == []
