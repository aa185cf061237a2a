# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of the import of a compose file, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import hanging, one_line
from vigo_bridge.compose.findings import Finding
from vigo_bridge.compose.importer import Import
from vigo_bridge.language.position import Position
from vigo_bridge.secrets.adding import Addition


def as_text(finding: Finding) -> str:
    """Return a finding as text that cannot be mistaken for several findings."""
    return str(
        replace(
            finding,
            position=replace(finding.position, file=one_line(finding.position.file)),
            message=hanging(finding.message, 2),
            advice=hanging(finding.advice, 2),
        )
    )


def import_as_data(
    found: Import, folder: Path, refusal: str, stored: Addition | None = None
) -> dict[str, Any]:
    """Return the files, the secrets that need a store, the builds, and the findings.

    folder: of the stack. refusal: why nothing was written; empty if the files were written. stored:
    what a store got.
    """
    return {
        "status": "refused" if refusal else "written",
        "message": refusal,
        "files": [str(folder / path) for path in found.files],
        "secrets": [
            {
                "path": secret.path,
                "origin": secret.origin,
                "stored": bool(stored and secret.value and not refusal),
            }
            for secret in found.stack.secrets
        ],
        "store": _store(stored),
        "builds": [build.name for build in found.stack.builds],
        "findings": _findings(found.findings, found.keys),
    }


def _store(stored: Addition | None) -> dict[str, Any] | None:
    if stored is None:
        return None
    password_file = stored.password_file
    return {
        "file": str(stored.file),
        "added": list(stored.added),
        "password_file": str(password_file) if password_file else None,
    }


def error_as_data(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the same for an invalid compose file."""
    return {
        "status": "refused",
        "message": findings[0].message,
        "files": [],
        "secrets": [],
        "store": None,
        "builds": [],
        "findings": _findings(findings, {}),
    }


def _findings(findings: Sequence[Finding], keys: Mapping[Position, str]) -> list[dict[str, Any]]:
    return [
        {
            "severity": finding.severity,
            "key": keys.get(finding.position),
            "message": finding.message,
            "file": finding.position.file,
            "line": finding.position.line,
            "column": finding.position.column,
            "suggestion": finding.advice or None,
        }
        for finding in findings
    ]
