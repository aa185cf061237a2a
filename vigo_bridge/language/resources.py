# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources of a configcrate."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import Meant
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.ansible_words import advice_for_type
from vigo_bridge.language.attributes import check_attribute, check_required
from vigo_bridge.language.catalog import ATTRIBUTES, FORMER_NAMES, TYPE_LABELS
from vigo_bridge.language.defaults import Defaults
from vigo_bridge.language.diagnostics import (
    Diagnostics,
    did_you_mean,
    listed,
    one_of,
)
from vigo_bridge.language.model import REFERENCES, Case, Resource
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.reverting import reverted
from vigo_bridge.language.shapes import RESOURCE
from vigo_bridge.language.values import Fields, Scalar, Value


def read_resource(fields: Fields, defaults: Defaults, diagnostics: Diagnostics) -> Resource | None:
    """Return one resource; None when its type is unknown."""
    kind = _kind(fields, diagnostics)
    if kind is None:
        return None
    is_older = any(key.text == "type" and value.data != kind for key, value in fields.entries)
    shape = replace(RESOURCE, aliases=TYPES[kind].former_attributes) if is_older else RESOURCE
    reader = Reader(fields, f"{kind} resource", diagnostics, shape)
    reader.value("type")
    template = _switch(reader, "template", True) if TYPES[kind].has_template_switch else True
    revert, on_revert = _switch(reader, "revert", False), reader.text("on_revert")
    name, when, foreach = reader.text("name"), reader.text("when"), reader.name("foreach")
    references = {key: reader.texts(key) for key in REFERENCES}
    case = _case(kind, reader, diagnostics)
    attributes = {**defaults.of(kind), **_attributes(kind, reader.rest(), diagnostics)}
    if TYPES[kind].named_by and name is not None:
        attributes.setdefault(TYPES[kind].named_by, name)
    resource = Resource(
        type=kind,
        name=name,
        attributes=attributes,
        references=references,
        when=when,
        foreach=foreach,
        case=case,
        template=template,
        position=fields.position,
        type_position=next(value.position for key, value in fields.entries if key.text == "type"),
    )
    for arm in resource.arms:
        check_required(kind, arm, reader, diagnostics)
    return reverted(resource, on_revert, reader) if revert else resource


def _kind(fields: Fields, diagnostics: Diagnostics) -> str | None:
    quiet = Reader(fields, "a resource", diagnostics)
    written = quiet.required_text("type", f"add type: with one of {listed(TYPE_LABELS)}")
    if written is None:
        return None
    kind = FORMER_NAMES.get(written.text, written.text)
    if kind != written.text:
        message = f"{written.text!r} is now called {kind!r}"
        diagnostics.note("VB108", written.position, message, f"write {kind!r}")
    if kind not in ATTRIBUTES:
        diagnostics.error(
            "VB107",
            written.position,
            f"resource type {kind!r} is not supported",
            _advice(kind),
        )
        return None
    return kind


def _advice(kind: str) -> str:
    """Return what to write instead of an unknown type."""
    spelled = kind.strip().lower()
    if spelled in ATTRIBUTES:
        return Meant(f"did you mean {spelled!r}?")
    return advice_for_type(spelled) or did_you_mean(kind, ATTRIBUTES) or one_of(sorted(TYPE_LABELS))


def _switch(reader: Reader, key: str, default: bool) -> bool:
    switch = reader.text(key)
    if switch is not None and not isinstance(switch.data, bool):
        reader.diagnostics.error(
            "VB104", switch.position, f"{key!r} must be true or false, not {switch.text!r}"
        )
        return default
    return default if switch is None else switch.data is True


def _attributes(
    kind: str, entries: tuple[tuple[Scalar, Value], ...], diagnostics: Diagnostics
) -> dict[str, Value]:
    entries = _collected(kind, entries, diagnostics)
    for name, value in entries:
        check_attribute(kind, name, value, diagnostics)
    return {
        name.text: value
        for name, value in entries
        if name.text in ATTRIBUTES[kind] and not (isinstance(value, Scalar) and value.data is None)
    }


def _collected(
    kind: str, entries: tuple[tuple[Scalar, Value], ...], diagnostics: Diagnostics
) -> tuple[tuple[Scalar, Value], ...]:
    """Return the attributes, with unlisted ones moved into the one that takes them."""
    collector = TYPES[kind].collects
    others = [entry for entry in entries if entry[0].text not in ATTRIBUTES[kind]]
    if not collector or not others:
        return entries
    key = Scalar(collector, collector, others[0][0].position)
    place = key.position
    for name, value in entries:
        if name.text == collector:
            if not isinstance(value, Fields):
                return tuple(entry for entry in entries if entry not in others)
            key, place = name, value.position
            others = _without_duplicates(value, others, diagnostics)
    known = [entry for entry in entries if entry[0].text in ATTRIBUTES[kind] and entry[0] != key]
    return (*known, (key, Fields(tuple(others), place)))


def _without_duplicates(
    fields: Fields, others: list[tuple[Scalar, Value]], diagnostics: Diagnostics
) -> list[tuple[Scalar, Value]]:
    found = {key.text: (key, value) for key, value in fields.entries}
    for name, value in others:
        if name.text in found:
            diagnostics.error(
                "VB103",
                name.position,
                f"duplicate key {name.text!r}",
                f"the first one is in {found[name.text][0].position}; remove one of them",
            )
        found[name.text] = (name, value)
    return list(found.values())


def _case(kind: str, reader: Reader, diagnostics: Diagnostics) -> Case | None:
    subject, match = reader.text("case"), reader.mapping("match")
    if subject is None and match is None:
        return None
    if subject is None or match is None:
        missing = "case" if subject is None else "match"
        diagnostics.error(
            "VB106",
            reader.key_position("match" if subject is None else "case"),
            f"{reader.what} has no {missing!r}",
            "'case: TEMPLATE' requires 'match: {VALUE: {ATTRIBUTE: ...}, default: {...}}'",
        )
        return None
    choices = Reader(match, "match", diagnostics)
    arms = {key.text: _arm(kind, choices, key.text, diagnostics) for key, _ in match.entries}
    return Case(subject, arms, arms.pop("default", {}))


def _arm(kind: str, choices: Reader, key: str, diagnostics: Diagnostics) -> dict[str, Value]:
    fields = choices.mapping(key)
    free = []
    for name, value in fields.entries if fields else ():
        if name.text in RESOURCE.keys:
            diagnostics.error(
                "VB105",
                name.position,
                f"match cannot change {name.text!r}",
                "write two resources, each with its own 'when'",
            )
        else:
            free.append((name, value))
    return _attributes(kind, tuple(free), diagnostics)
