# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Splits what an engine sends of a container's log into lines. Pure.

Docker sends one frame for each message; its header names the stream. A container with a terminal
has one stream without frames. Each message begins with its time. A line longer than 16 KiB is
several messages, of which only the last one ends in a line break.
"""

from __future__ import annotations

import itertools
from typing import Iterable, Iterator

from ....common.dataclass import dataclass
from ....engine.frames import STDERR, Frames
from .times import split_time

#: The longest line, in bytes; the rest is omitted.
LONGEST_LINE = 256 * 1024
#: Docker splits lines after so many bytes.
_PART = 16 * 1024


@dataclass(frozen=True)
class Line:
    """A line of a container's log. time: in nanoseconds. is_cut: whether the rest is left out.

    is_open: whether it has no line break yet. parts: of how many messages it was put together.
    """

    time: int
    stream: str
    text: bytes
    is_cut: bool = False
    is_open: bool = False
    parts: int = 1


def lines(chunks: Iterable[bytes], has_terminal: bool) -> Iterator[Line]:
    """Yield the lines of a log that comes in chunks of any size.

    has_terminal: whether the container has a terminal. The last line may have no line break yet.
    """
    return _of_terminal(chunks) if has_terminal else _of_frames(chunks)


class _Joined:
    """A line that is put together from parts."""

    def __init__(self, time: int) -> None:
        self._time = time
        self._text = bytearray()
        self._is_cut = False
        self._parts = 0

    def add(self, part: bytes) -> None:
        room = LONGEST_LINE - len(self._text)
        self._text += part[:room]
        self._parts += 1
        self._is_cut = self._is_cut or len(part) > room

    def line(self, stream: str, is_open: bool = False) -> Line:
        text = bytes(self._text)
        if text.endswith(b"\r") and not self._is_cut:
            text = text[:-1]
        return Line(self._time, stream, text, self._is_cut, is_open, self._parts)


def _of_frames(chunks: Iterable[bytes]) -> Iterator[Line]:
    begun: dict[str, _Joined] = {}
    last = 0
    frames = Frames()
    for part in itertools.chain.from_iterable(map(frames.feed, chunks)):
        stream = "stderr" if part.stream == STDERR else "stdout"
        time, text = split_time(part.data) if part.is_start else (None, part.data)
        last = last if time is None else time
        *ended, rest = text.split(b"\n")
        for piece in ended:
            joined = begun.pop(stream, None) or _Joined(last)
            joined.add(piece)
            yield joined.line(stream)
        if rest:
            begun.setdefault(stream, _Joined(last)).add(rest)
    for stream, joined in begun.items():
        yield joined.line(stream, is_open=True)


def _of_terminal(chunks: Iterable[bytes]) -> Iterator[Line]:
    last = 0
    for data, is_open in _broken_lines(chunks):
        time, text = split_time(data)
        last = last if time is None else time
        joined = _Joined(last)
        for part in _parts(text, data[: len(data) - len(text)]):
            joined.add(part)
        yield joined.line("stdout", is_open)


def _broken_lines(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield what is between line breaks, and whether the line break is still missing.

    Of a line that is too long, more than is shown.
    """
    longest = 2 * LONGEST_LINE
    begun = bytearray()
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            begun += piece[: longest - len(begun)]
            yield bytes(begun), False
            begun.clear()
        begun += rest[: longest - len(begun)]
    if begun:
        yield bytes(begun), True


def _parts(text: bytes, stamp: bytes) -> Iterator[bytes]:
    """Yield the parts of a line that Docker has split, without the time before each."""
    at = 0
    while at < len(text):
        yield text[at : at + _PART]
        at += _PART
        if stamp and text.startswith(stamp, at):
            at += len(stamp)
