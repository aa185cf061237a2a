# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all our modules share in their documentation."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  async:
    description: Supports being used with the C(async) keyword.
  check_mode:
    description: Can run in C(check_mode) and predict the change without making it.
  diff_mode:
    description: Returns details on what has changed, or would change in check mode, when in diff
      mode.
  platform:
    description: Target OS/families that can be operated against.
    platforms: linux
    support: full
"""
