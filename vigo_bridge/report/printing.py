# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints lines and JSON. Only this and ``screen`` print, and no text from here can control a
terminal.

All text is cleaned here, so that callers do not have to know which texts can contain an escape
sequence.
"""

from __future__ import annotations

import json
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
