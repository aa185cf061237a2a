# SPDX-License-Identifier: GPL-3.0-or-later
"""What says which envoys get what: match entries, common.vgo and environments.vgo."""

from __future__ import annotations

from collections.abc import Iterator

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Common, Environment, MatchEntry
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.values import Fields

_ENTRY_ALIASES = {"modules": "configcrates"}
_FILE_ALIASES = {"nodes": "envoys"}
_ENVIRONMENT_ALIASES = {"modules": "configcrates", "exclude_modules": "exclude_configcrates"}


def read_entries(fields: Fields, folder: str, diagnostics: Diagnostics) -> Iterator[MatchEntry]:
    """The match entries of one file: a list under `envoys:`, or one at top level."""
    keys = {key.text for key, _ in fields.entries}
    if "match" in keys and not keys & {"envoys", "nodes"}:
        yield from _read_entry(fields, folder, diagnostics)
        return
    if "resources" in keys:
        diagnostics.error(
            "VB105",
            fields.position,
            "this is a configcrate, but the file is not below configcrates/",
            "move the file there",
        )
        return
    reader = Reader(fields, "a file of match entries", diagnostics, _FILE_ALIASES)
    for entry in reader.mappings("envoys"):
        yield from _read_entry(entry, folder, diagnostics)
    reader.finish()


def _read_entry(fields: Fields, folder: str, diagnostics: Diagnostics) -> Iterator[MatchEntry]:
    reader = Reader(fields, "a match entry", diagnostics, _ENTRY_ALIASES)
    patterns = reader.names("match")
    if not reader.has("match"):
        diagnostics.error(
            "VB106", fields.position, "a match entry has no 'match'", 'add match: "HOST OR GLOB"'
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
    reader = Reader(fields, "common.vgo", diagnostics, _ENTRY_ALIASES)
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
    """The environments of one environments.vgo."""
    reader = Reader(fields, "environments.vgo", diagnostics)
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
    reader = Reader(fields, f"environment {name}", diagnostics, _ENVIRONMENT_ALIASES)
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
