# SPDX-License-Identifier: GPL-3.0-or-later
"""Formats diagnostics as SARIF 2.1.0, which code scanners and editors read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vigo_bridge.language.diagnostics import CODES, Diagnostic
from vigo_bridge.language.position import Position

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def as_sarif(diagnostics: Sequence[Diagnostic], folder: Path) -> dict[str, Any]:
    """Return one run with all findings. folder: the stack's, relative to the scanner's folder."""
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    rules = [{"id": code, "shortDescription": {"text": CODES[code]}} for code in codes]
    driver = {"name": "vigo-bridge", "version": version("vigo-bridge"), "rules": rules}
    results = [
        _result(diagnostic, codes.index(diagnostic.code), folder) for diagnostic in diagnostics
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(diagnostic: Diagnostic, rule: int, folder: Path) -> dict[str, Any]:
    text = diagnostic.message
    if diagnostic.suggestion:
        text += f"\n{diagnostic.suggestion}"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": text},
    }
    position = diagnostic.position
    if position is not None and position.line > 0:
        result["locations"] = [{"physicalLocation": _location(position, folder)}]
    return result


def _location(position: Position, folder: Path) -> dict[str, Any]:
    path = folder / position.file
    uri = path.as_uri() if path.is_absolute() else quote(os.fsencode(path))
    region = {"startLine": position.line, "startColumn": position.column}
    return {"artifactLocation": {"uri": uri}, "region": region}
