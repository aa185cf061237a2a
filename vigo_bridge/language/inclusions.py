# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the files that assign crates and roles to envoys: match entries, common.vgo and
environments.vgo.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Common, Environment, MatchEntry
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.shapes import (
    COMMON,
    ENTRIES_FILE,
    ENTRY,
    ENVIRONMENT,
    ENVIRONMENTS_FILE,
)
from vigo_bridge.language.values import Fields


def read_entries(fields: Fields, folder: str, diagnostics: Diagnostics) -> Iterator[MatchEntry]:
    """Yield the match entries of one file: a list under `envoys:`, or one at top level."""
    keys = {key.text for key, _ in fields.entries}
    if "match" in keys and not keys & {*ENTRIES_FILE.keys, *ENTRIES_FILE.aliases}:
        yield from _read_entry(fields, folder, diagnostics)
        return
    if "resources" in keys:
        diagnostics.error(
            "VB105",
            fields.position,
            "this is a configcrate, but the file is not in configcrates/",
            "move the file there",
        )
        return
    reader = Reader(fields, "a file of match entries", diagnostics, ENTRIES_FILE)
    for entry in reader.mappings("envoys"):
        yield from _read_entry(entry, folder, diagnostics)
    reader.finish()


def _read_entry(fields: Fields, folder: str, diagnostics: Diagnostics) -> Iterator[MatchEntry]:
    reader = Reader(fields, "a match entry", diagnostics, ENTRY)
    patterns = reader.names("match")
    if not reader.has("match"):
        diagnostics.error(
            "VB106",
            fields.position,
            "missing 'match' in a match entry",
            'add match: "HOST OR GLOB"',
        )
    entry = MatchEntry(
        patterns=patterns,
        environment=reader.name("environment"),
        roles=reader.names("roles"),
        configcrates=reader.names("configcrates"),
        vars=reader.variables("vars"),
        folder=folder,
        position=fields.position,
    )
    reader.finish()
    if patterns:
        yield entry


def read_common(fields: Fields, folder: str, diagnostics: Diagnostics) -> Common:
    reader = Reader(fields, "common.vgo", diagnostics, COMMON)
    common = Common(
        roles=reader.names("roles"),
        configcrates=reader.names("configcrates"),
        vars=reader.variables("vars"),
        folder=folder,
        position=fields.position,
    )
    reader.finish()
    return common


def read_environments(
    fields: Fields, folder: str, diagnostics: Diagnostics
) -> Iterator[Environment]:
    """Yield the environments of one environments.vgo."""
    reader = Reader(fields, "environments.vgo", diagnostics, ENVIRONMENTS_FILE)
    named = reader.mapping("env")
    reader.finish()
    if named is None:
        return
    environments = Reader(named, "env", diagnostics)
    for name, _ in named.entries:
        content = environments.mapping(name.text)
        if content is not None:
            yield _read_environment(name.text, content, folder, diagnostics)


def _read_environment(
    name: str, fields: Fields, folder: str, diagnostics: Diagnostics
) -> Environment:
    reader = Reader(fields, f"environment {name}", diagnostics, ENVIRONMENT)
    environment = Environment(
        name=name,
        configcrates=reader.names("configcrates"),
        exclude_configcrates=reader.names("exclude_configcrates"),
        vars=reader.variables("vars"),
        folder=folder,
        position=fields.position,
    )
    reader.finish()
    return environment
