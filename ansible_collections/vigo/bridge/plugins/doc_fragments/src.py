# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How our modules get files of the controller."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  _content:
    description:
      - The content of the controller's file, as base64. Never set it, the action plugin does.
    type: str
  _vaulted:
    description:
      - Whether that file was encrypted. Never set it, the action plugin does.
    type: bool
    default: false
"""
