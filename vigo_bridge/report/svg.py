# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of graphs, drawn by Graphviz."""

from __future__ import annotations

import subprocess


class NoGraphviz(Exception):
    """The picture cannot be drawn. The message says what to do."""


def as_svg(dot: str) -> str:
    """The SVG of a graph in DOT. Raises NoGraphviz."""
    try:
        finished = subprocess.run(
            ["dot", "-Tsvg"], input=dot, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise NoGraphviz(
            "an SVG is drawn by Graphviz, whose program `dot` is not installed; install the"
            " package graphviz, or use --format mermaid or dot, which need nothing"
        ) from error
    if finished.returncode != 0:
        raise NoGraphviz(f"Graphviz failed: {finished.stderr.strip()}")
    return finished.stdout
