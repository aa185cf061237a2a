# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.exec: looks up the secrets in its arguments, and prints the output."""

from __future__ import annotations

from typing import Any

from ..module_utils.types.exec.descriptor import TYPE
from ..plugin_utils.printable import clean, one_line
from ..plugin_utils.running_action import display
from ..plugin_utils.secret_action import ModuleAction


class ActionModule(ModuleAction):
    data = TYPE.data
    options = TYPE.options

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        wanted = str(self._task.args.get("logoutput", "")).lower() in ("true", "yes")
        if wanted and not self._task.no_log and not result.get("failed"):
            host = one_line(str((task_vars or {}).get("inventory_hostname", "")))
            output = clean(str(result.get("output") or "")).rstrip("\n")
            for line in output.split("\n") if output else ():
                display.display(f"  [{host}] {line}")
        return result
