# SPDX-License-Identifier: GPL-3.0-or-later
"""How docstrings begin. Ruff's rule D401 finds many other words; this finds the rest."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDERS = ("vigo_bridge", "ansible_collections", "benchmarks", "tests", "docs")

#: Verbs that a docstring may begin with. Add yours.
VERBS = """
    Abort Accept Act Add Adopt Advance Allow Announce Answer Append Apply Archive Ask Assert Assign
    Attach Await Become Begin Bind Bring Build Call Cancel Carry Change Check Choose Clean Clear
    Close Collect Combine Compare Compile Complete Compute Connect Continue Converge Convert Copy
    Count Create Cut Decide Decode Decrypt Define Delay Delete Deliver Describe Detach Detect
    Disable Discard Disconnect Divide Do Download Draw Drop Edit Empty Enable Encode Encrypt End
    Enter Escape Evaluate Examine Exclude Execute Exit Expand Expect Export Extract Fail Fetch Fill
    Filter Find Finish Follow Format Forward Free Generate Get Give Group Handle Have Hide Hold
    Ignore Import Include Increase Indent Insert Inspect Install Interrupt Join Keep Kill Leave Let
    Limit Link List Listen Load Locate Lock Log Look Make Manage Mark Mask Match Measure Merge Move
    Name Normalise Note Omit Open Order Parse Pass Patch Pause Peel Plan Predict Prepare Prepend
    Press Print Protect Provide Prune Publish Pull Push Put Qualify Query Quote Raise Read Rebuild
    Receive Record Recover Recreate Redirect Reduce Refuse Register Reject Release Reload Remember
    Remove Rename Render Repair Repeat Replace Report Request Require Reset Resolve Restart Restore
    Return Reveal Revert Roll Run Save Search See Select Send Separate Serve Set Shorten Show Shut
    Signal Simulate Skip Sleep Sort Split Start Stop Store Strip Sum Switch Synchronise Take Test
    Trace Translate Type Undo Unlock Unpack Unset Update Upload Use Validate Verify Wait Walk Warn
    Watch Withdraw Wrap Write Yield
"""


def without_verb(program: str) -> Iterator[str]:
    """Yield the line and first word of each function whose docstring does not begin with a verb.

    A test says what its case is about; a property is described as a value is.
    """
    verbs = set(VERBS.split())
    for node in _functions(ast.parse(program)):
        text = ast.get_docstring(node) or ""
        word = text.split()[0].rstrip(",.:;") if text else ""
        if not word or word in verbs or node.name.startswith("test_"):
            continue
        if not any("property" in ast.unparse(one) for one in node.decorator_list):
            yield f"{node.lineno}: {word}"


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield all functions; they are never inside of an expression."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _functions(node)


@pytest.mark.parametrize(
    ("function", "found"),
    [
        ('def f(): "Return the ports."', []),
        ('def f(): "Wait, and return the ports."', []),
        ('def f(): "The ports."', ["1: The"]),
        ('def f(): "Whether there are ports."', ["1: Whether"]),
        ('def f(): "Returns the ports."', ["1: Returns"]),
        ('def f(): "Docker reports no ports."', ["1: Docker"]),
        ('async def f(): "ports: of the host."', ["1: ports"]),
        ("def f(): pass", []),
        ('class C: "The ports of a host."', []),
        ('class C:\n @property\n def f(self): "The ports."', []),
        ('class C:\n def f(self): "The ports."', ["2: The"]),
        ('def test_ports(): "Docker reports none."', []),
    ],
)
def test_how_they_are_found(function: str, found: list[str]) -> None:
    assert list(without_verb(function)) == found


def test_docstrings_begin_with_a_verb() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{place}"
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for place in without_verb(path.read_text(encoding="utf-8"))
    ]
    assert not found, "begin with a verb, or add it to VERBS:\n" + "\n".join(found)
