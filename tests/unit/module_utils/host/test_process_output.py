# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of what a program prints is kept, and a cut is marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.host.process_output import Tail
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import CUT, Secrets


@given(st.lists(st.binary(max_size=9).map(lambda data: data.hex().encode()), max_size=30))
def test_any_chunks(chunks: list[bytes]) -> None:
    tail = Tail(Secrets(), 16)
    for chunk in chunks:
        tail.add(chunk)
    whole = b"".join(chunks).decode()
    assert tail.text() == (whole if len(whole) <= 16 else CUT + whole[-16:])
