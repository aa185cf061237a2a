# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a call has written or removed."""

from __future__ import annotations

from ..target import Target


def written_files(target: Target) -> dict[str, str | None]:
    """Return the SHA-256 of each file that this call has written, by path; None if removed."""
    return target.service("files that were written", dict)
