# SPDX-License-Identifier: GPL-3.0-or-later
"""An imported stack as the texts of its files, as a person would write them."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import yaml

from vigo_bridge.compose.stack.content import Build, Crate, ImportedStack, Resource
from vigo_bridge.language.identity import FILE
from vigo_bridge.language.scalars import plain_value

_WIDTH = 98
_BLOCK = re.compile(r"(?!\s)[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]*(?<!\n)\n?")


def files(stack: ImportedStack, match: str, identity: str = "") -> dict[PurePosixPath, str]:
    """Return the content of each file by its path in the stack's folder.

    match: a host pattern. identity: the lines of the stack.vgo, empty if there is one already.
    """
    found = {
        PurePosixPath("configcrates", f"{crate.name}.vgo"): crate_text(crate)
        for crate in stack.crates
    }
    found |= stack.copies
    for build in stack.builds:
        found[PurePosixPath("builds", f"{build.name}.vgo")] = _build(build)
    if identity:
        found[PurePosixPath(FILE)] = f"# Imported from {_one_line(stack.source)}.\n{identity}"
    found[PurePosixPath("roles", f"{stack.name}.vgo")] = _role(stack)
    found[entry_path(stack.name)] = _entry(stack, match)
    return found


def entry_path(name: str) -> PurePosixPath:
    """Return the path of the file with the match entry of an imported stack."""
    return PurePosixPath("envoys", f"{name}.vgo")


def crate_text(crate: Crate) -> str:
    return "\n".join(_crate_lines(crate)) + "\n"


def _crate_lines(crate: Crate) -> Iterator[str]:
    yield from _comments(crate.comments, "")
    yield _yaml({"name": crate.name})
    if crate.depends_on:
        yield _yaml({"depends_on": crate.depends_on})
    if crate.vars:
        yield "vars:"
    for name, (value, comment) in crate.vars.items():
        yield f"  {_yaml({name: _Quoted(value)})}  # {_one_line(comment)}"
    yield "resources:"
    for number, resource in enumerate(crate.resources):
        if number:
            yield ""
        yield from _resource(resource)


def _resource(resource: Resource) -> Iterator[str]:
    yield from _comments(resource.comments, "  ")
    content = {"name": resource.name, "type": resource.kind, **resource.attributes}
    yield textwrap.indent(_yaml([content]), "  ")


def _build(build: Build) -> str:
    return "\n".join([*_comments([build.comment], ""), _yaml(build.content), ""])


def _comments(comments: list[str], indent: str) -> Iterator[str]:
    for comment in comments:
        for line in textwrap.wrap(_one_line(comment), _WIDTH - len(indent) - 2):
            yield f"{indent}# {line}"


def _one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _role(stack: ImportedStack) -> str:
    lines = [f"# Imported from {_one_line(stack.source)}."]
    left_out = [crate.name for crate in stack.crates if crate.name not in stack.included]
    if left_out:
        lines.append("# Configcrates of inactive profiles; add those that you need:")
        lines += [f"#   - {name}" for name in left_out]
    return "\n".join(
        [*lines, _yaml({"name": stack.name, "configcrates": list(stack.included)}), ""]
    )


def _entry(stack: ImportedStack, match: str) -> str:
    entry = {"match": _Quoted(match), "roles": [stack.name]}
    lines = [f"# Imported from {_one_line(stack.source)}.", _yaml({"envoys": [entry]}), ""]
    return "\n".join(lines)


_TEXT_TAG = "tag:yaml.org,2002:str"
#: Texts that readers of YAML 1.1, such as editors, read as another type.
_RESOLVER = yaml.SafeLoader("")


class _Quoted(str):
    """A text that is always written in quotes."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list below its name."""
        super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text and _BLOCK.fullmatch(text):
        style = "|"
    elif isinstance(text, _Quoted) or not text.isprintable() or _needs_quotes(text):
        style = '"'
    return dumper.represent_scalar(_TEXT_TAG, str(text), style=style)


def _needs_quotes(text: str) -> bool:
    """Return whether a YAML reader or a person could misread the text."""
    is_odd = text == "" or text[0] in "\"'{[&*!|>%@`#" or "{{" in text
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    return is_odd or plain_value(text) != text or tag != _TEXT_TAG


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(_Quoted, _represent_text)


def _yaml(value: Any) -> str:
    text: str = yaml.dump(
        value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=sys.maxsize
    )
    return text.removesuffix("\n")
