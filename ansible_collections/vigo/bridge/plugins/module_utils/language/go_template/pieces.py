# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simplest templates, texts with names between them, taken apart."""

from __future__ import annotations

from typing import List, Optional, Tuple, Union

from .tree import Body, Field, Output, Pipeline, Text

Piece = Union[str, Tuple[str, ...]]


def chains_of(body: Body) -> Optional[Tuple[Piece, ...]]:
    """Its texts and chains, in order; None where there is anything else."""
    pieces: List[Piece] = []
    for node in body:
        if isinstance(node, Text):
            pieces.append(node.text)
        elif isinstance(node, Output):
            chain = _chain(node.pipeline)
            if chain is None:
                return None
            pieces.append(chain)
        else:
            return None
    return tuple(pieces)


def _chain(pipeline: Pipeline) -> Optional[Tuple[str, ...]]:
    if pipeline.variables or len(pipeline.commands) != 1:
        return None
    operands = pipeline.commands[0].operands
    if len(operands) != 1 or not isinstance(operands[0], Field):
        return None
    first, *rest = operands[0].names
    return ("Item" if first == "Each" else first, *rest)
