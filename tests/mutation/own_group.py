# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin: signals that a mutant sends to its own process group reach no other one."""

from __future__ import annotations

import os


def pytest_configure() -> None:
    os.setpgid(0, 0)
