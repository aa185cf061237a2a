# SPDX-License-Identifier: GPL-3.0-or-later
"""Configcrates: one file, one crate."""

from __future__ import annotations

from collections.abc import Mapping

from vigo_bridge.language.defaults import Defaults
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Configcrate, Resource
from vigo_bridge.language.names import defined_name
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.resources import read_resource
from vigo_bridge.language.shapes import CONFIGCRATE
from vigo_bridge.language.values import Fields, Value


def read_crate(fields: Fields, diagnostics: Diagnostics) -> Configcrate | None:
    """Return the crate of a file; None without a name."""
    reader = Reader(fields, "a configcrate", diagnostics, CONFIGCRATE)
    name = defined_name(reader, "name", "configcrate")
    defaults = Defaults(reader.mapping("defaults"), diagnostics)
    resources: list[Resource] = []
    unread: list[str] = []
    for item in reader.mappings("resources"):
        resource = read_resource(item, defaults, diagnostics)
        if resource is not None:
            resources.append(resource)
        else:
            unread.append(str(item.data.get("name")))
    defaults.finish()
    crate = Configcrate(
        name=name or "",
        depends_on=reader.names("depends_on"),
        vars=reader.variables("vars"),
        environment_overrides=_overrides(reader, diagnostics),
        when=reader.text("when"),
        foreach=reader.name("foreach"),
        resources=tuple(resources),
        unread=tuple(unread),
        position=fields.position,
    )
    reader.finish()
    return crate if name else None


def _overrides(reader: Reader, diagnostics: Diagnostics) -> Mapping[str, Mapping[str, Value]]:
    environments = reader.mapping("environment_overrides")
    if environments is None:
        return {}
    overrides = Reader(environments, "environment_overrides", diagnostics)
    return {key.text: overrides.variables(key.text) for key, _ in environments.entries}
