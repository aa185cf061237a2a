# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that everything to which an envoy's templates refer exists, and may be shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from vigo_bridge.language.diagnostics import (
    Diagnostics,
    did_you_mean,
    did_you_mean_or_known,
)
from vigo_bridge.language.model import Stack
from vigo_bridge.language.template_checks import check_template, where_secrets_may_be
from vigo_bridge.language.templates import Use, uses
from vigo_bridge.language.texts import PathOf, ResourceText, file_texts, templated_texts
from vigo_bridge.resolve.absences import Absences, absences_of
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.instances import Instance

#: In a chain, any element of a list or mapping.
_ELEMENT = "*"

#: Functions that return one of their arguments unchanged.
_PASSING = frozenset({"and", "coalesce", "default", "index", "or", "ternary"})


def check_uses(envoy: Envoy, stack: Stack, diagnostics: Diagnostics) -> None:
    """Report undefined variables, and variables with secrets in places where secrets are not
    allowed.
    """
    absences = absences_of(stack, envoy.inclusion)
    for crate in envoy.crates:
        variables = envoy.namespace.seen_by(crate.included.crate.name)
        for instance in crate.instances:
            _check_files(instance, stack, diagnostics)
            for text, use in uses_of(instance, stack):
                _check_defined(use, variables, instance.item, absences, diagnostics)
                _check_secret(text, use, variables, diagnostics)
        if crate.included.crate.when is not None:
            for use in uses(crate.included.crate.when, foreach=True):
                _check_defined(use, variables, None, absences, diagnostics)


def uses_of(instance: Instance, stack: Stack) -> Iterator[tuple[ResourceText, Use]]:
    """Yield the references in the templates of a resource, each with its text."""
    for text in texts_of(instance, stack):
        for use in uses(text.scalar, instance.item is not None):
            yield text, use


def texts_of(instance: Instance, stack: Stack) -> Iterator[ResourceText]:
    """Yield the texts of a resource that are templates, with its template file's."""
    return templated_texts(instance.resource, stack.templates, _path_of(instance))


def _path_of(instance: Instance) -> PathOf:
    return lambda source: instance.known.render_attribute(source, "source")


def _check_files(instance: Instance, stack: Stack, diagnostics: Diagnostics) -> None:
    """Check template files whose names depend on variables; the others are checked with their
    crate.
    """
    if instance.resource.template:
        for text in file_texts(instance.resource, stack.templates, _path_of(instance)):
            check_template(text, instance.item is not None, diagnostics)


def _check_defined(
    use: Use,
    variables: Mapping[str, Any],
    item: Any | None,
    absences: Absences,
    diagnostics: Diagnostics,
) -> None:
    namespace, *path = use.chain
    if namespace == "Vars" and path and path[0] not in variables and path[0] != _ELEMENT:
        if not absences.allow_variable(path[0]):
            diagnostics.error(
                "VB302",
                use.position,
                f"variable {path[0]!r} is not defined",
                did_you_mean(path[0], variables)
                or "define a default in 'vars:' of the configcrate",
            )
    elif namespace == "Vars":
        _check_path(variables, path, ".Vars", use, diagnostics)
    elif namespace == "Item" and item is not None:
        _check_path(item, path, ".Item", use, diagnostics)


def _check_path(
    value: Any, path: list[str], shown: str, use: Use, diagnostics: Diagnostics
) -> None:
    """Follow a chain into mappings.

    Templates that handle a missing key are not reported.
    """
    for name in path:
        if not isinstance(value, dict) or name == _ELEMENT:
            return
        if name not in value:
            if not _PASSING & set(use.functions):
                diagnostics.error(
                    "VB302",
                    use.position,
                    f"{shown} has no key {name!r}",
                    did_you_mean_or_known(name, value) or "define one where the variable is set",
                )
            return
        value, shown = value[name], f"{shown}.{name}"


def _check_secret(
    text: ResourceText, use: Use, variables: Mapping[str, Any], diagnostics: Diagnostics
) -> None:
    if use.chain[0] != "Vars" or not secret_references.paths(named(use, variables)):
        return
    name = ".".join(use.chain[1:])
    seeing = sorted(set(use.functions) - _PASSING)
    if not text.may_hold_secrets:
        diagnostics.error(
            "VB307",
            use.position,
            f"variable {name!r} contains a secret, which is not allowed in {text.attribute!r}: it"
            " would be shown",
            where_secrets_may_be(text.kind),
        )
    elif seeing:
        diagnostics.error(
            "VB307",
            use.position,
            f"variable {name!r} contains a secret, and {seeing[0]!r} would get its reference, not"
            " its value",
            "use the variable as it is",
        )


def named(use: Use, variables: Mapping[str, Any]) -> Any:
    """Return the value to which a chain refers, or the part of the path that is known."""
    value: Any = variables
    for name in use.chain[1:]:
        if not isinstance(value, dict) or name not in value:
            break
        value = value[name]
    return None if value is variables and len(use.chain) > 1 else value
