# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints lines and JSON. Only this file and ``screen.py`` print, and their text cannot control a
terminal.

All text is cleaned here, so callers do not have to know which texts can contain escape sequences.
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
    """Write lines that are already safe, as UTF-8. raw: whether lone surrogates stand for bytes."""
    errors = "surrogateescape" if raw else "backslashreplace"
    stream = sys.stdout.buffer
    for line in lines:
        stream.write(line.encode("utf-8", errors) + b"\n")
    stream.flush()
