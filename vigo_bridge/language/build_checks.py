# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of builds: each alone, and all of a stack."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from vigo_bridge.language.definitions import variable_mappings
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean_or_known
from vigo_bridge.language.model import Stack
from vigo_bridge.language.reader import described
from vigo_bridge.language.template_checks import check_paths
from vigo_bridge.language.values import Fields, Scalar, scalars

#: Where secrets are allowed: their values reach docker in its environment.
WITH_SECRETS = ("args", "secrets")
_TEMPLATE = re.compile(r"\{\{[^}]*\.Vars\b")
#: Variables that change what docker does, so that they cannot hold a secret for a build.
_OF_DOCKER = re.compile(r"(?:DOCKER|BUILDX|BUILDKIT|LD)_\w*|HOME|PATH")


def check_builds(stack: Stack, diagnostics: Diagnostics) -> None:
    """Report builds whose variable is not defined, or set by another build."""
    known = {name for mapping in variable_mappings(stack) for name in mapping}
    builds: dict[str, str] = {}
    for build in stack.builds.values():
        variable = build.variable
        if variable.text not in known and not stack.broken:
            diagnostics.error(
                "VB302",
                variable.position,
                f"variable {variable.text!r} is not defined",
                did_you_mean_or_known(variable.text, known)
                or "define it under vars: of the configcrate that uses the image",
            )
        other = builds.setdefault(variable.text, build.name)
        if other != build.name:
            diagnostics.error(
                "VB201",
                variable.position,
                f"the builds {other!r} and {build.name!r} set the same variable",
                "use a variable of its own for each",
            )


def check_texts(fields: Fields, diagnostics: Diagnostics) -> None:
    """Report templates, NUL characters, secrets where they are not allowed, and two Dockerfiles."""
    keys = {key.text: key.position for key, _ in fields.entries}
    if "dockerfile" in keys and "dockerfile_inline" in keys:
        diagnostics.error(
            "VB104",
            keys["dockerfile_inline"],
            "'dockerfile' and 'dockerfile_inline' are mutually exclusive",
            "remove one of them",
        )
    for key, value in fields.entries:
        for scalar in scalars(value):
            check_paths(scalar, diagnostics)
            if "\0" in scalar.text:
                diagnostics.error(
                    "VB501",
                    scalar.position_of(scalar.text.index("\0")),
                    f"{key.text}: contains a NUL character, which is not allowed",
                    "remove it",
                )
            template = _TEMPLATE.search(scalar.text)
            if template is not None and key.text != "dockerfile_inline":
                diagnostics.error(
                    "VB304",
                    scalar.position_of(template.start()),
                    f"{key.text}: templates are not supported in builds",
                    "write the value",
                )
            found = secret_references.find(scalar.text)
            if found and key.text not in WITH_SECRETS:
                diagnostics.error(
                    "VB307",
                    scalar.position_of(found[0].start),
                    f"{key.text}: a secret is not allowed here",
                    "use it under secrets:, and mount it in the Dockerfile",
                )


def check_secrets(maps: Mapping[str, Mapping[str, Scalar]], diagnostics: Diagnostics) -> None:
    """Report secrets that docker cannot get, and values of `secrets` that are none."""
    for name, scalar in maps.get("args", {}).items():
        if _OF_DOCKER.fullmatch(name) and secret_references.find(scalar.text):
            diagnostics.error(
                "VB501",
                scalar.position_of(0),
                f"args: a secret cannot be passed to docker as {name}",
                "rename the argument, or use secrets: of the build",
            )
    for name, scalar in maps.get("secrets", {}).items():
        found = secret_references.find(scalar.text)
        if len(found) != 1 or (found[0].start, found[0].end) != (0, len(scalar.text)):
            diagnostics.error(
                "VB501",
                scalar.position,
                f"secrets: {name} must be a reference to a secret, not {described(scalar)}",
                f"write {name}: secret:PATH, and store it with `vigo-bridge secrets set PATH`",
            )
