# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks templates and secrets of each crate, independent of envoys."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.traits import require_known
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.template import (
    TemplateError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Configcrate, TemplateFile
from vigo_bridge.language.template_files import report_unreadable
from vigo_bridge.language.templates import is_template, parsed, uses
from vigo_bridge.language.texts import (
    ResourceText,
    attribute_texts,
    file_texts,
    structural_texts,
    templated_texts,
)
from vigo_bridge.language.values import Scalar

#: Texts that identify a resource, and its references to others.
_STRUCTURE = frozenset({"name", "when", "case", "depends_on", "before", "notify", "subscribes"})


def check_templates(
    crate: Configcrate, files: Mapping[str, TemplateFile], diagnostics: Diagnostics
) -> None:
    """Report templates that cannot be parsed, foreign actions, and misplaced secrets."""
    for resource in crate.resources:
        foreach = crate.foreach is not None or resource.foreach is not None
        for text in templated_texts(resource, files):
            if is_template(text.scalar.text):
                check_template(text, foreach, diagnostics)
        for text in (
            *structural_texts(resource),
            *attribute_texts(resource),
            *file_texts(resource, files),
        ):
            if "secret:" in text.scalar.text:
                _check_secrets(text, diagnostics)
                check_paths(text.scalar, diagnostics)
        for text in attribute_texts(resource):
            if text.attribute == "source" and text.scalar.text in files:
                report_unreadable(text.scalar, files[text.scalar.text], diagnostics)
    if crate.when is not None and is_template(crate.when.text):
        check_template(ResourceText("when", crate.when), crate.foreach is not None, diagnostics)


def check_template(text: ResourceText, foreach: bool, diagnostics: Diagnostics) -> None:
    """Report errors in one template, for any values of variables."""
    scalar = text.scalar
    template = parsed(scalar.text, foreach)
    if isinstance(template, TemplateError):
        diagnostics.error(
            "VB301", scalar.position_of(template.offset), template.message, template.advice
        )
        return
    for span in template.foreign:
        _report_foreign(text, scalar.text[span.start : span.end], span.start, diagnostics)
    for use in uses(scalar, foreach):
        if use.chain[0] == "Traits" and len(use.chain) > 1 and use.chain[1] != "*":
            try:
                require_known(".".join(use.chain[1:3]))
            except ResourceError as error:
                diagnostics.error("VB301", use.position, error.problem, error.advice)


def _report_foreign(text: ResourceText, action: str, start: int, diagnostics: Diagnostics) -> None:
    position = text.scalar.position_of(start)
    if text.is_plain or text.attribute in _STRUCTURE:
        diagnostics.error(
            "VB303",
            position,
            f"{action} in {text.attribute!r} does not refer to the stack",
            "write .Vars.NAME, .Traits.NAME or, inside foreach, .Item",
        )
    else:
        diagnostics.note(
            "VB303", position, f"{action} does not refer to the stack and is not rendered"
        )


def _check_secrets(text: ResourceText, diagnostics: Diagnostics) -> None:
    depth = checked = 0
    for reference in secret_references.find(text.scalar.text):
        depth += text.scalar.text.count("{{", checked, reference.start)
        depth -= text.scalar.text.count("}}", checked, reference.start)
        checked = reference.start
        position = text.scalar.position_of(reference.start)
        if not text.may_hold_secrets:
            diagnostics.error(
                "VB307",
                position,
                f"a secret is not allowed in {text.attribute!r}: it would be shown",
                where_secrets_may_be(text.kind),
            )
        elif depth > 0:
            diagnostics.error(
                "VB307",
                position,
                "a secret is not allowed inside {{ }}: the template would get the reference"
                " instead of the value",
                "write secret:PATH outside the braces",
            )


def where_secrets_may_be(kind: str) -> str:
    """Return the advice for a secret where a resource type does not allow one."""
    names = ", ".join(sorted(TYPES[kind].names_where("secrets")))
    return f"in {kind}, secrets are allowed in {names}" if names else f"{kind} cannot use secrets"


def check_paths(scalar: Scalar, diagnostics: Diagnostics) -> None:
    """Report references with an invalid path."""
    for start in secret_references.malformed(scalar.text):
        diagnostics.error(
            "VB601",
            scalar.position_of(start),
            "incomplete reference to a secret: a template cannot build a path, and"
            " secret:{ requires a path and }",
            "write the whole path; if it depends on something, put the whole reference in a"
            " variable",
        )
    for reference in secret_references.find(scalar.text):
        problem = secret_references.mistake(reference.path)
        if problem is not None:
            diagnostics.error(
                "VB601",
                scalar.position_of(reference.start),
                f"{reference.path!r} is not the path of a secret",
                problem,
            )
