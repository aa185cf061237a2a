# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing decides by the text of our own messages: errors and results carry fields for that.

A text that somebody else wrote, an engine or a library, may have to be matched. The places that do
so are listed here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.syntax import ROOT, Nodes, nodes, nodes_of, sources

#: A file that matches the texts of others -> whose they are.
FOREIGN = {
    "vigo_bridge/language/yaml_tree.py": "the YAML library's",
    "vigo_bridge/run/login_advice.py": "those of ssh, sudo and Ansible",
    "ansible_collections/vigo/bridge/plugins/module_utils/types/repository/written.py": (
        "those of Python's configparser"
    ),
    "ansible_collections/vigo/bridge/plugins/inventory/stacks.py": "origins of Ansible's options",
}

#: Attributes, keys and variables that hold messages.
_MESSAGES = frozenset({"message", "reason", "msg", "suggestion", "advice", "strerror", "origin"})
_ERRORS = frozenset({"error", "problem", "fault", "exception"})
_METHODS = frozenset(
    {"startswith", "endswith", "find", "index", "count", "partition", "rpartition", "split"}
)
_PATTERNS = frozenset({"match", "search", "fullmatch", "findall", "finditer", "sub"})


def decisions(program: Nodes) -> Iterator[int]:
    """Yield the lines in which the text of a message is compared or taken apart."""
    for node in program:
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(_is_message, sides)) and any(map(_is_text, sides)):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_taken_apart = node.func.attr in _METHODS and _is_message(node.func.value)
            is_matched = node.func.attr in _PATTERNS and any(map(_is_message, node.args))
            if node.args and (is_taken_apart or is_matched):
                yield node.lineno


def _is_message(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in _MESSAGES
    if isinstance(node, ast.Name):
        return node.id in _MESSAGES
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value in _MESSAGES
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("lower", "strip", "casefold") and _is_message(node.func.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "str":
        return any(
            _is_message(part) or (isinstance(part, ast.Name) and part.id in _ERRORS)
            for part in node.args
        )
    return False


def _is_text(node: ast.expr) -> bool:
    """Return whether a node is a text, or a constant that may be one."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value != ""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(map(_is_text, node.elts))
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Name) and node.id.isupper())


def test_no_decision_by_the_text_of_a_message() -> None:
    found = {
        f"{name}:{line}"
        for name, path in sources().items()
        if name not in FOREIGN
        for line in decisions(nodes(path))
    }
    assert not found


@pytest.mark.parametrize("path", FOREIGN)
def test_who_may_match_texts_does(path: str) -> None:
    assert list(decisions(nodes(ROOT / path)))


#: source -> whether it decides by a message
SEEN = {
    'error.message.startswith("the engine")': True,
    're.match(r"\\w+", error.message)': True,
    "_TAKEN.search(error.message)": True,
    '"in use" in str(error)': True,
    '"In Use".lower() in str(error).lower()': False,
    '"in use" in error.message.lower()': True,
    'result["msg"] == "gone"': True,
    'reason in ("gone", "lost")': True,
    "reason == NOT_TRIGGERED": True,
    'resource.reason.endswith(" failed")': True,
    "use.origin.partition(':')": True,
    'reason != ""': False,
    "message.strip()": False,
    'f"{error.message}; run again"': False,
    "problem not in problems": False,
    '"; ".join(error.message for error in errors)': False,
}


@pytest.mark.parametrize(("source", "is_seen"), SEEN.items())
def test_what_counts_as_a_decision(source: str, is_seen: bool) -> None:
    assert bool(list(decisions(nodes_of(source)))) is is_seen
