# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what templates in scalars refer to, with positions in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
    Template,
    TemplateError,
    parse,
)
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Scalar


@dataclass(frozen=True)
class Use:
    """One reference of a template to a value, such as `("Vars", "redis_port")`.

    functions: those that get the value. offset: its position in the scalar's text.
    """

    chain: tuple[str, ...]
    functions: tuple[str, ...]
    scalar: Scalar
    offset: int

    @property
    def position(self) -> Position:
        return self.scalar.position_of(self.offset)


def is_template(text: str) -> bool:
    """Return whether a text may contain actions."""
    return "{{" in text


@lru_cache(maxsize=16384)
def parsed(text: str, foreach: bool) -> Template | TemplateError:
    """Return the template of a text, or the error in it. foreach: whether there is an `.Item`."""
    try:
        return parse(text, foreach)
    except TemplateError as error:
        return error


def uses(scalar: Scalar, foreach: bool) -> Iterator[Use]:
    """Yield the references of a scalar's template; nothing if it is invalid."""
    template = parsed(scalar.text, foreach) if is_template(scalar.text) else None
    if isinstance(template, Template):
        for reference in template.references():
            yield Use(reference.chain, reference.functions, scalar, reference.offset)
