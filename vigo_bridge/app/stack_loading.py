# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads a stack for a command, and reports its errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vigo_bridge.app.modules import module_findings
from vigo_bridge.app.options import StackOptions
from vigo_bridge.failures import Ended, Failure
from vigo_bridge.language import Stack, load
from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics, has_errors
from vigo_bridge.report import exit_status
from vigo_bridge.report.diagnostics import as_json, as_text
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.resolve import resolve
from vigo_bridge.resolve.plan import Plan
from vigo_bridge.wording import counted, some


def load_stack(options: StackOptions) -> Stack:
    """Return the stack, or for a rollback its earlier state."""
    stack = load(options.files)
    return replace(stack, identity=options.earlier.identity) if options.earlier else stack


def load_valid(options: StackOptions, output: str) -> Stack:
    """Return the stack. End the command with all errors if its files have any."""
    stack = load_stack(options)
    refuse_wrong(stack, output)
    return stack


def refuse_wrong(stack: Stack, output: str) -> None:
    """End the command with all errors of a stack's files, if there are any."""
    refuse_errors(findings(stack), stack.folder, output)


def findings(stack: Stack) -> Sequence[Diagnostic]:
    """Return everything that was found in a stack's files."""
    found = Diagnostics()
    found.extend((*stack.diagnostics, *module_findings(stack)))
    return found.sorted()


def resolved(stack: Stack, options: StackOptions, hosts: Sequence[str], output: str) -> Plan:
    """Return what these hosts get, even if no host matches. End the command with all errors."""
    plan, diagnostics = resolve(stack, hosts, options.settings)
    refuse_errors(diagnostics, options.files, output)
    return plan


def planned(stack: Stack, options: StackOptions, hosts: Sequence[str], output: str) -> Plan:
    """Return what these hosts get. Raise Failure if the stack matches none of them."""
    plan = resolved(stack, options, hosts, output)
    require_match(plan, stack, options, hosts)
    return plan


def require_match(plan: Plan, stack: Stack, options: StackOptions, hosts: Sequence[str]) -> None:
    """Raise Failure if the stack matches none of these hosts."""
    if not plan.groups:
        patterns = ", ".join(str(entry.match) for entry in stack.entries) or "none"
        raise Failure(
            f"no match entry of {options.label} matches {some(hosts)} (patterns: {patterns})."
            " Add a match entry, or rename the hosts. With --local, set the host name with --as"
        )


def refuse_errors(diagnostics: Sequence[Diagnostic], folder: Path, output: str) -> None:
    """End the command with the errors, if there are any; warnings are left to validate."""
    if not has_errors(diagnostics):
        return
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
    show(errors, folder, output, to_stderr=True)
    echo("Nothing was changed.", err=True)
    raise Ended(exit_status.INVALID)


def show(
    diagnostics: Sequence[Diagnostic], folder: Path, output: str, *, to_stderr: bool = False
) -> None:
    """Print diagnostics and their number, as text, or as one JSON or SARIF document."""
    if output == "sarif":
        from vigo_bridge.report.sarif import as_sarif

        echo_json(as_sarif(diagnostics, folder))
        return
    if output == "json":
        document = {"status": "invalid" if has_errors(diagnostics) else "valid"}
        echo_json({**document, "diagnostics": as_json(diagnostics)})
        return
    for diagnostic in diagnostics:
        echo(as_text(diagnostic, folder), err=to_stderr)
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    named = [counted(count, name) for name, count in sorted(counts.items())]
    if not has_errors(diagnostics):
        named.insert(0, "no errors")
    echo(", ".join(named), err=to_stderr)
