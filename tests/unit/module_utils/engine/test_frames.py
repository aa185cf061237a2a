# SPDX-License-Identifier: GPL-3.0-or-later
"""Two streams in one are separated, wherever the input is split."""

from __future__ import annotations

import itertools
import struct

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.engine.frames import Frames

PARTS = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=20)), max_size=8)


def framed(parts: list[tuple[int, bytes]]) -> bytes:
    return b"".join(struct.pack(">BxxxI", stream, len(data)) + data for stream, data in parts)


@given(PARTS, st.lists(st.integers(0, 200), max_size=10))
def test_any_cut(parts: list[tuple[int, bytes]], cuts: list[int]) -> None:
    sent = framed(parts)
    places = [0, *sorted(cut for cut in cuts if cut < len(sent)), len(sent)]
    frames, found = Frames(), []
    for start, end in itertools.pairwise(places):
        found += frames.feed(sent[start:end])
    assert found == [(stream, True, data) for stream, data in parts if data]


def test_a_long_frame_comes_in_pieces() -> None:
    found = Frames().feed(framed([(2, b"x" * 150_000), (1, b"y")]))
    assert [(part.stream, part.is_start, len(part.data)) for part in found] == [
        (2, True, 65536),
        (2, False, 65536),
        (2, False, 150_000 - 2 * 65536),
        (1, True, 1),
    ]


def test_an_incomplete_piece_waits_for_the_rest() -> None:
    sent = framed([(2, b"abcdef")])
    frames = Frames()
    assert frames.feed(sent[:-3]) == []
    assert frames.feed(sent[-3:]) == [(2, True, b"abcdef")]
