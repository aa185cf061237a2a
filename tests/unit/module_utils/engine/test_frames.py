# SPDX-License-Identifier: GPL-3.0-or-later
"""Two streams in one are taken apart, wherever what comes is cut."""

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
    for stream in (1, 2):
        expected = b"".join(data for number, data in parts if number == stream)
        assert b"".join(data for number, data in found if number == stream) == expected


def test_nothing_is_kept_back() -> None:
    """A part that has not come as a whole is given as far as it came."""
    assert Frames().feed(framed([(2, b"abcdef")])[:-3]) == [(2, b"abc")]
