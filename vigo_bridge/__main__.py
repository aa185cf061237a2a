# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m vigo_bridge``."""

from __future__ import annotations

from vigo_bridge.cli import main

if __name__ == "__main__":
    main()
