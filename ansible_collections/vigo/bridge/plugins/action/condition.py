# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.condition: looks up the secrets in its arguments."""

from __future__ import annotations

from ..plugin_utils.secret_action import ModuleAction


class ActionModule(ModuleAction):
    options = {"that": {"type": "str"}}
