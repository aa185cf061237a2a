# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes end with the program."""

from __future__ import annotations

import os
import subprocess

from vigo_bridge.run.processes import descendants, interrupt_children, set_apart


def test_a_child_that_is_set_apart_is_left_alone() -> None:
    with (
        subprocess.Popen(["sleep", "60"], start_new_session=True) as ours,
        subprocess.Popen(["sh", "-c", "sleep 60 & wait"], start_new_session=True) as apart,
    ):
        try:
            with set_apart(apart.pid):
                assert ours.pid in descendants()
                assert apart.pid not in descendants()
                interrupt_children()
                assert ours.wait(30) < 0
                assert apart.poll() is None
            assert apart.pid in descendants()
        finally:
            ours.kill()
            os.killpg(apart.pid, 9)
