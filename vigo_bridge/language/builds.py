# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads builds: the images that `vigo-bridge build` makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name
from vigo_bridge.language.build_checks import WITH_SECRETS, check_secrets, check_texts
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Build, Name
from vigo_bridge.language.names import defined_name
from vigo_bridge.language.reader import Reader, described
from vigo_bridge.language.shapes import BUILD, Form
from vigo_bridge.language.values import Fields, Items, Scalar, Value

#: Names of build arguments, labels and contexts: docker gets them as NAME=VALUE.
_NAME = re.compile(r"[^\s=]+")
#: Names of secrets, which docker gets in a list with commas.
_ID = re.compile(r"[A-Za-z0-9_.-]+")
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
    texts = {
        key: text for key in _keys(Form.TEXT, Form.NAME) if (text := reader.text(key)) is not None
    }
    lists = {key: found for key in _keys(Form.TEXTS) if (found := tuple(_list(reader, key)))}
    maps = {key: pairs for key in _keys(Form.VARIABLES) if (pairs := _map(reader, key))}
    switches = frozenset(key for key in _keys(Form.SWITCH) if _switch(reader, key))
    reader.finish()
    check_texts(fields, diagnostics)
    check_secrets(maps, diagnostics)
    if name is None or image is None or variable is None or context is None:
        return None
    keys = {key.text: key.position for key, _ in fields.entries}
    named = Name(variable.text, variable.position)
    return Build(name, image, named, context, texts, lists, maps, switches, keys, fields.position)


def secret_texts(build: Build) -> Iterator[Scalar]:
    """Yield the texts of a build in which secrets are allowed."""
    for key in WITH_SECRETS:
        yield from build.maps.get(key, {}).values()


def _keys(*forms: Form) -> list[str]:
    return [key for key, row in BUILD.keys.items() if row.form in forms and key not in _OWN]


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
            _misfit(reader.diagnostics, item, key, "a string or a list of strings")


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
