# SPDX-License-Identifier: GPL-3.0-or-later
"""Password files that are no regular files: read once, and never waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vigo_bridge.ansible.login_passwords import login_passwords
from vigo_bridge.ansible.password_source import PasswordSource
from vigo_bridge.ansible.program import BECOME_ANSWER
from vigo_bridge.failures import Refusal


def test_a_pipe() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"secret\n")
    os.close(writing)
    given = login_passwords(PasswordSource(), PasswordSource(file=f"/dev/fd/{reading}"))
    assert Path(given[BECOME_ANSWER]).read_bytes() == b"secret"


def test_a_fifo_that_nothing_writes_to(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    with pytest.raises(Refusal, match=r"become password, .*fifo, is empty; set a file"):
        login_passwords(PasswordSource(), PasswordSource(file=str(path)))


def test_a_device_without_an_end() -> None:
    with pytest.raises(Refusal, match="/dev/zero, has more than 65536 bytes"):
        login_passwords(PasswordSource(), PasswordSource(file="/dev/zero"))
