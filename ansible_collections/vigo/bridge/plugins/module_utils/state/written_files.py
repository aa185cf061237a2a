# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of a scope were written by its runs, so that only these are removed with it."""

from __future__ import annotations

from .resource_texts import ResourceTexts


class WrittenFiles(ResourceTexts):
    """The paths of files that were created or changed, each with the SHA-256 of its content."""

    kind = "files"
    key = "written"
    loss = "the files that it lists are not removed with the stack"
