# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads builds: the images that `vigo-bridge build` makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.secrets import (
    references as secret_references,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name
from vigo_bridge.language.definitions import variable_mappings
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean_or_known
from vigo_bridge.language.model import Build, Name, Stack
from vigo_bridge.language.names import defined_name
from vigo_bridge.language.reader import Reader, described
from vigo_bridge.language.shapes import BUILD, Form
from vigo_bridge.language.template_checks import check_paths
from vigo_bridge.language.values import Fields, Items, Scalar, Value, scalars

#: Where secrets are allowed: their values reach docker in its environment.
_WITH_SECRETS = ("args", "secrets")
_TEMPLATE = re.compile(r"\{\{[^}]*\.Vars\b")
#: Names of build arguments, labels and contexts: docker gets them as NAME=VALUE.
_NAME = re.compile(r"[^\s=]+")
#: Names of secrets, which docker gets in a list with commas.
_ID = re.compile(r"[A-Za-z0-9_.-]+")
#: Variables that change what docker does, so that they cannot hold a secret for a build.
_OF_DOCKER = re.compile(r"(?:DOCKER|BUILDX|BUILDKIT|LD)_\w*|HOME|PATH")
_OWN = ("name", "image", "variable", "context")


def is_remote(text: str) -> bool:
    """Return whether a context is a URL or an image, not a folder."""
    return "://" in text or text.startswith(("git@", "github.com/"))


def read_build(fields: Fields, diagnostics: Diagnostics) -> Build | None:
    """Return the build of a file; None when a required key is missing or invalid."""
    reader = Reader(fields, "a build", diagnostics, BUILD)
    name = defined_name(reader, "name")
    image = _image(reader)
    variable = reader.required_text("variable", "add variable:")
    context = reader.required_text("context", "add context:")
    by_form = {form: _keys(form) for form in (Form.TEXT, Form.NAME, Form.TEXTS, Form.VARIABLES)}
    texts = {
        key: text
        for key in (*by_form[Form.TEXT], *by_form[Form.NAME])
        if (text := reader.text(key)) is not None
    }
    lists = {key: found for key in by_form[Form.TEXTS] if (found := tuple(_list(reader, key)))}
    maps = {key: pairs for key in by_form[Form.VARIABLES] if (pairs := _map(reader, key))}
    switches = frozenset(key for key in _keys(Form.SWITCH) if _switch(reader, key))
    reader.finish()
    _check_texts(fields, diagnostics)
    _check_secrets(maps, diagnostics)
    if "dockerfile" in texts and "dockerfile_inline" in texts:
        diagnostics.error(
            "VB104",
            reader.key_position("dockerfile_inline"),
            "'dockerfile' and 'dockerfile_inline' are mutually exclusive",
            "remove one of them",
        )
    if name is None or image is None or variable is None or context is None:
        return None
    keys = {key.text: key.position for key, _ in fields.entries}
    named = Name(variable.text, variable.position)
    return Build(name, image, named, context, texts, lists, maps, switches, keys, fields.position)


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


def secret_texts(build: Build) -> Iterator[Scalar]:
    """Yield the texts of a build in which secrets are allowed."""
    for key in _WITH_SECRETS:
        yield from build.maps.get(key, {}).values()


def _keys(form: Form) -> list[str]:
    return [key for key, row in BUILD.keys.items() if row.form is form and key not in _OWN]


def _image(reader: Reader) -> Scalar | None:
    """Return the name of the image. A tag is an error: `build` chooses it."""
    written = reader.required_text("image", "add image:")
    if written is None:
        return None
    try:
        found = image_name.parse(written.text)
    except ResourceError as error:
        reader.diagnostics.error("VB501", written.position, error.problem, error.advice)
        return None
    if found.digest or ":" in written.text.rpartition("/")[2]:
        reader.diagnostics.error(
            "VB501",
            written.position,
            f"image: {written.text!r} has a tag or a digest, which `vigo-bridge build` sets",
            f"write {found.repository}",
        )
        return None
    return written


def _list(reader: Reader, key: str) -> Iterator[Scalar]:
    value = reader.value(key)
    for item in value.items if isinstance(value, Items) else (value,):
        if isinstance(item, Scalar) and item.text.strip():
            yield item
        elif item is not None:
            _misfit(reader.diagnostics, item, key, "a text or a list of texts")


def _map(reader: Reader, key: str) -> Mapping[str, Scalar]:
    found = {}
    fields = reader.mapping(key)
    for name, value in fields.entries if fields else ():
        form = _ID if key == "secrets" else _NAME
        if not form.fullmatch(name.text):
            reader.diagnostics.error(
                "VB203",
                name.position,
                f"{key}: invalid name {name.text!r}",
                "use letters, digits, '_', '-' and '.'",
            )
        elif isinstance(value, Scalar):
            found[name.text] = value
        else:
            _misfit(reader.diagnostics, value, f"{key}: {name.text}", "a text")
    return found


def _switch(reader: Reader, key: str) -> bool:
    switch = reader.text(key)
    if switch is not None and not isinstance(switch.data, bool):
        _misfit(reader.diagnostics, switch, key, "true or false")
    return switch is not None and switch.data is True


def _misfit(diagnostics: Diagnostics, value: Value, label: str, expected: str) -> None:
    diagnostics.error(
        "VB104", value.position, f"{label!r} must be {expected}, not {described(value)}"
    )


def _check_texts(fields: Fields, diagnostics: Diagnostics) -> None:
    """Report templates, NUL characters, and secrets where they are not allowed."""
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
                    f"{key.text}: a build has no templates",
                    "write the value",
                )
            found = secret_references.find(scalar.text)
            if found and key.text not in _WITH_SECRETS:
                diagnostics.error(
                    "VB307",
                    scalar.position_of(found[0].start),
                    f"{key.text}: a secret is not allowed here",
                    "use it under secrets:, and mount it in the Dockerfile",
                )


def _check_secrets(maps: Mapping[str, Mapping[str, Scalar]], diagnostics: Diagnostics) -> None:
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
