# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds names in a stack, even if it has errors."""

from __future__ import annotations

from collections.abc import Sequence

from vigo_bridge.app.options import StackOptions
from vigo_bridge.failures import Failure
from vigo_bridge.language import Stack, load
from vigo_bridge.language.diagnostics import did_you_mean, has_errors
from vigo_bridge.language.occurrences import Occurrence, occurrences
from vigo_bridge.language.occurrences import search as occurrences_of
from vigo_bridge.report.printing import echo
from vigo_bridge.resolve.matching import matches


def load_for_search(options: StackOptions) -> Stack:
    """Return the stack, even with errors: the commands help to find them."""
    stack = load(options.folder)
    if not options.folder.is_dir():
        raise Failure(stack.diagnostics[0].message)
    if has_errors(stack.diagnostics):
        echo(
            "The stack has errors, and parts of it may be missing here:"
            " see `vigo-bridge config validate`.",
            err=True,
        )
    return stack


def search(stack: Stack, options: StackOptions, term: str) -> Sequence[Occurrence]:
    """Return the places whose name contains the term. Raise Failure if there are none."""
    found = occurrences_of(stack, term)
    if not found:
        raise Failure(_nothing(stack, options, term))
    return found


def _nothing(stack: Stack, options: StackOptions, term: str) -> str:
    names = {occurrence.name for occurrence in occurrences(stack)}
    advice = [did_you_mean(term, names)]
    if any(matches(entry, term) for entry in stack.entries):
        advice.append(f"as a host name, it matches an entry: see `vigo-bridge config trace {term}`")
    hint = "; ".join(filter(None, advice)) or "only names are searched; to search values, use grep"
    return f"no names in {options.folder} contain {term!r}; {hint}"
