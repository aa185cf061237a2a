# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.container: passes secrets, and the docker SDK to targets without one."""

from __future__ import annotations

from ..module_utils.types.container.descriptor import TYPE
from ..plugin_utils.secret_action import ModuleAction


class ActionModule(ModuleAction):
    needs_sdk = True
    options = TYPE.options
    kind = TYPE
