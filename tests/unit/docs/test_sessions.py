# SPDX-License-Identifier: GPL-3.0-or-later
"""The page "Every day" shows what was recorded, and the recording has all of its commands."""

from __future__ import annotations

import re

from tests.sessions import EVERY_DAY, PAGE, STEPS, blocks, with_status


def test_the_status_was_recorded() -> None:
    page = EVERY_DAY.read_text(encoding="utf-8")
    assert page == with_status(page, PAGE.read_text(encoding="utf-8"))


def test_all_steps_were_recorded() -> None:
    """`make sessions` was called since they changed."""
    recorded = [text.partition("\n")[0] for text in blocks(PAGE.read_text(encoding="utf-8"))]
    assert recorded == [f"$ vigo-bridge {step.command}" for step in STEPS]


def test_each_command_of_the_page_is_recorded() -> None:
    """The table of the page names them."""
    table = re.findall(r"^\|.*\| `vigo-bridge (.*) \|$", EVERY_DAY.read_text("utf-8"), re.M)
    named = {words.split()[0].strip("`") for words in table} | {"start"}
    assert named == {step.command.split()[0] for step in STEPS}
