# SPDX-License-Identifier: GPL-3.0-or-later
"""All texts of a resource that may contain a template."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.model import Resource, TemplateFile
from vigo_bridge.language.values import Scalar, Value, scalars

#: Returns the path of a `source`, if it is known.
PathOf = Callable[[Scalar], str | None]


@dataclass(frozen=True)
class ResourceText:
    """One text. attribute: the attribute, or the key such as `when`, that it belongs to.

    kind: the resource's type; empty if the text does not belong to a resource.
    """

    attribute: str
    scalar: Scalar
    kind: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether braces that are no template of ours can only be a mistake."""
        return self._has("plain")

    @property
    def may_hold_secrets(self) -> bool:
        return self._has("secrets")

    def _has(self, flag: str) -> bool:
        return bool(self.kind) and self.attribute in TYPES[self.kind].names_where(flag)


def as_written(source: Scalar) -> str | None:
    """Return the file that a `source` without templates names."""
    return source.text


def templated_texts(
    resource: Resource,
    files: Mapping[str, TemplateFile],
    path_of: PathOf = as_written,
) -> Iterator[ResourceText]:
    """Yield the texts that are templates, and the content of the template file that the resource
    names.
    """
    yield from structural_texts(resource)
    if resource.template:
        yield from attribute_texts(resource)
        yield from file_texts(resource, files, path_of)


def structural_texts(resource: Resource) -> Iterator[ResourceText]:
    """Yield texts that are needed when the stack is loaded, and the subject of `case`."""
    for attribute, scalar in (
        ("name", resource.name),
        ("when", resource.when),
        ("case", resource.case.subject if resource.case else None),
    ):
        if scalar is not None:
            yield ResourceText(attribute, scalar, resource.type)
    for attribute, references in resource.references.items():
        for scalar in references:
            yield ResourceText(attribute, scalar, resource.type)


def attribute_texts(resource: Resource) -> Iterator[ResourceText]:
    """Yield the texts of all attributes, of all arms of `case`."""
    for attributes in _arms(resource):
        for name, value in attributes.items():
            for scalar in scalars(value):
                yield ResourceText(name, scalar, resource.type)


def file_texts(
    resource: Resource,
    files: Mapping[str, TemplateFile],
    path_of: PathOf = as_written,
) -> Iterator[ResourceText]:
    """Yield the content of the stack's files that the resource names."""
    sources = [attributes["source"] for attributes in _arms(resource) if "source" in attributes]
    for scalar in (scalar for source in sources for scalar in scalars(source)):
        path = path_of(scalar)
        file = files.get(path) if path is not None else None
        if file is not None and file.text is not None:
            yield ResourceText("content", file.text, resource.type)


def _arms(resource: Resource) -> list[Mapping[str, Value]]:
    """Return the attributes without `case`, and those of all its arms."""
    case = resource.case
    return [resource.attributes, *([*case.arms.values(), case.default] if case else [])]
