# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints lines of logs, for people and as JSON."""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.times import rfc3339
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean, hanging, one_line
from vigo_bridge.report.printing import coloured, echo, write_lines
from vigo_bridge.run.log_merge import HostLine

#: Masks secrets in a text.
Mask = Callable[[str], str]

_COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "bright_cyan", "bright_yellow")
#: The widest column of names, which are padded to the longest name so far.
_WIDEST = 48
_CUT = " [cut]"


class TextLogs:
    """Prints each line with its host and container.

    with_time: also with its time. raw: control characters stay as they are, which can change what
    a terminal shows.
    """

    def __init__(self, mask: Mask, *, with_time: bool = False, raw: bool = False) -> None:
        self._mask = mask
        self._with_time = with_time
        self._raw = raw
        self._width = 0
        self._coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def lines(self, lines: Sequence[HostLine]) -> None:
        """Print lines."""
        mask = _mask_for(lines, self._mask)
        write_lines((self._shown(each, mask) for each in lines), raw=self._raw)

    def problem(self, host: str, message: str) -> None:
        """Print a message about a host on standard error."""
        echo(f"{one_line(host)}: {hanging(self._mask(message), 2)}", err=True)

    def note(self, message: str) -> None:
        """Print a message on standard error."""
        _print_note(message)

    def end(self, errors: Mapping[str, str]) -> None:
        """Print nothing: errors have already been printed."""

    def _shown(self, each: HostLine, mask: Mask) -> str:
        name = one_line(f"{each.host} {each.line.container}")
        self._width = max(self._width, min(len(name), _WIDEST))
        label = f"{name:<{self._width}} |"
        if self._coloured:
            colour = _COLOURS[zlib.crc32(name.encode("utf-8", "replace")) % len(_COLOURS)]
            label = coloured(label, colour)
        time = f" {rfc3339(each.line.time)}" if self._with_time else ""
        text = mask(each.line.text)
        shown = text if self._raw else one_line(_decoded(text))
        return f"{label}{time} {shown}{_CUT if each.line.is_cut else ''}"


class JsonLogs:
    """Prints one JSON document; while logs are followed, one document for each line."""

    def __init__(self, mask: Mask, *, follow: bool) -> None:
        self._mask = mask
        self._follow = follow
        self._has_lines = False
        self._problems: list[dict[str, str]] = []
        if not follow:
            write_lines(['{"lines": ['])

    def lines(self, lines: Sequence[HostLine]) -> None:
        """Print lines."""
        mask = _mask_for(lines, self._mask)
        write_lines(self._shown(each, mask) for each in lines)

    def problem(self, host: str, message: str) -> None:
        """Print a message about a host, or store it for the end of the document."""
        shown = {"host": host, "problem": self._mask(message)}
        if self._follow:
            write_lines([json.dumps(shown)])
        else:
            self._problems.append(shown)

    def note(self, message: str) -> None:
        """Print a message on standard error: the document has none."""
        _print_note(message)

    def end(self, errors: Mapping[str, str]) -> None:
        """Print the end of the document. errors: by host."""
        if not self._follow:
            failed = json.dumps({host: self._mask(text) for host, text in errors.items()})
            problems = json.dumps(self._problems)
            write_lines([f'], "problems": {problems}, "failed": {failed}}}'])

    def _shown(self, each: HostLine, mask: Mask) -> str:
        line = each.line
        value = {
            "time": rfc3339(line.time),
            "host": each.host,
            "container": line.container,
            "resource": line.resource,
            "stream": line.stream,
            "line": _decoded(mask(line.text)),
            "cut": line.is_cut,
        }
        comma = "," if self._has_lines and not self._follow else ""
        self._has_lines = True
        return comma + json.dumps(value)


def _print_note(message: str) -> None:
    echo(f"note: {clean(message)}", err=True)


def _mask_for(lines: Sequence[HostLine], mask: Mask) -> Mask:
    """Return the mask, or a function that changes nothing if no line has a secret, because masking
    is slow.
    """
    together = "\n".join(each.line.text for each in lines)
    return str if mask(together) == together else mask


def _decoded(text: str) -> str:
    """Return a text with bytes that are not valid UTF-8 as ``\\xNN``."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
