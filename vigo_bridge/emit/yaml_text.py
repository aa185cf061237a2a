# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes values as YAML that Ansible reads back unchanged."""

from __future__ import annotations

import re
import sys
from typing import Any

import yaml

# Ansible would render a text with any of these.
_JINJA = re.compile(r"\{\{|\{%|\{#")
# Several lines of ordinary characters, and at most one line break at the end.
_BLOCK = re.compile(r"(?!\n*\Z)[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]*(?<!\n)\n?")


# Words with single spaces between them: can be folded over several lines.
_FOLDABLE = re.compile(r"\S+(?: \S+)+")


def is_template(value: object) -> bool:
    """Return whether Ansible would render a value."""
    return isinstance(value, str) and bool(_JINJA.search(value))


class Jinja(str):
    """A text that Ansible renders as a template."""


class _Dumper(yaml.SafeDumper):
    """Writes blocks for texts of several lines, and ``!unsafe`` for texts that look like
    templates.
    """

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list below its name, as ansible-lint requires."""
        super().increase_indent(flow, False)


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    is_rendered = is_template(text)
    tag = "!unsafe" if is_rendered and type(text) is str else "tag:yaml.org,2002:str"
    longest = max(map(len, text.split("\n")))
    if "\n" in text and longest <= dumper.best_width and _BLOCK.fullmatch(text):
        return dumper.represent_scalar(tag, text, style="|")
    if longest > dumper.best_width and text.isprintable() and _FOLDABLE.fullmatch(text):
        return dumper.represent_scalar(tag, text, style=">")
    quoted = is_rendered or not text.isprintable()
    return dumper.represent_scalar(tag, str(text), style='"' if quoted else None)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Jinja, _represent_text)


def entry(name: str, value: Any, comment: str = "", width: int = sys.maxsize) -> str:
    """Return ``name: value`` as one YAML entry without a final newline.

    The comment is at the end of the line, or above an entry of several lines. width: the longest
    line of a text, if YAML allows line breaks in it.
    """
    text = yaml.dump(
        {name: value}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=width
    ).removesuffix("\n")
    if not comment:
        return text
    return f"# {comment}\n{text}" if "\n" in text else f"{text}  # {comment}"


def indented(text: str, spaces: int) -> str:
    """Return the text with every line that is not blank indented."""
    return "\n".join(" " * spaces + line if line else line for line in text.split("\n"))
