# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints lines and JSON. Only this and ``screen`` print, and no text from here can control a
terminal.

All text is cleaned here, so that callers do not have to know which texts can contain an escape
sequence.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import click

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean, clean_json


def echo(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print text of several lines. err: on standard error."""
    click.echo(clean(text), err=err, nl=nl)


def echo_json(data: Any) -> None:
    """Print one JSON document on standard output: in UTF-8, independent of the user's locale."""
    text = clean_json(json.dumps(data, indent=2, ensure_ascii=False))
    click.echo(text.encode("utf-8", "backslashreplace"))


def echo_json_line(data: Any) -> None:
    """Print one JSON document on a line of its own."""
    text = clean_json(json.dumps(data, ensure_ascii=False))
    click.echo(text.encode("utf-8", "backslashreplace"))


def coloured(text: str, colour: str) -> str:
    """Return a text in a colour, for `write_lines`."""
    return click.style(text, fg=colour)


def write_lines(lines: Iterable[str], *, raw: bool = False) -> None:
    """Write lines that are safe already, as UTF-8. raw: halves of characters stand for bytes."""
    errors = "surrogateescape" if raw else "backslashreplace"
    stream = sys.stdout.buffer
    for line in lines:
        stream.write(line.encode("utf-8", errors) + b"\n")
    stream.flush()
