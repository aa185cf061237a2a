# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.container: passes secrets, and the docker SDK to targets without one."""

from __future__ import annotations

from typing import Any

from ..module_utils.types.container.descriptor import TYPE
from ..plugin_utils.known_options import by_name
from ..plugin_utils.secret_action import ModuleAction, with_texts_only


class ActionModule(ModuleAction):
    needs_sdk = True
    options = TYPE.options

    def arguments(self) -> dict[str, Any]:
        """Return the arguments, also those with names of community.docker. Raise
        AnsibleActionFail.
        """
        return with_texts_only(by_name(self._task.args, TYPE), self.options)
