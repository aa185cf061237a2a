# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/reference/language.md lists the keys that the translator knows."""

from __future__ import annotations

import runpy
from pathlib import Path

FILE = Path(__file__).parents[3] / "docs/site/language_keys.py"


def test_the_page_is_current() -> None:
    """If not, run `python docs/site/language_keys.py`."""
    made = runpy.run_path(str(FILE))
    assert made["PAGE"].read_text(encoding="utf-8") == made["page"]()
