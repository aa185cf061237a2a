# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of `build`, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vigo_bridge.builds.results import BuildResult


def builds_as_text(results: Sequence[BuildResult], *, sets: bool) -> Iterator[str]:
    """Yield the lines that sum up the builds of a call. sets: whether it sets variables."""
    for result in results:
        if result.status == "failed":
            yield f"{result.name}: failed: {result.error}"
        elif result.status == "skipped":
            yield f"{result.name}: skipped, because another build failed"
        elif sets:
            yield f"{result.name}: {result.value}"
        else:
            yield f"{result.name}: --set {result.variable}={result.value}"
        for place in result.changed_in:
            yield f"  changed {result.variable} in {place}"
    if _failed(results):
        yield "No variable was changed."
    elif sets and not any(result.changed_in for result in results):
        yield "The stack has these images already; nothing was changed."


def builds_as_data(results: Sequence[BuildResult], duration: float) -> dict[str, Any]:
    """Return the same for JSON. duration: in seconds."""
    return {
        "status": "failed" if _failed(results) else "built",
        "builds": {
            result.name: {
                "status": result.status,
                "image": result.image,
                "digest": result.digest or None,
                "variable": result.variable,
                "value": result.value or None,
                "changed_in": list(result.changed_in),
                "error": {"message": result.error, "log": result.log} if result.error else None,
            }
            for result in results
        },
        "duration_s": round(duration, 3),
    }


def _failed(results: Sequence[BuildResult]) -> bool:
    return any(result.status == "failed" for result in results)
