# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.converge: collects the arguments of the host's call."""

from __future__ import annotations

from typing import Any, Mapping

from ansible.module_utils.common.validation import check_type_bool

from ..module_utils.converge.input import candidate_modules, foreign_modules
from ..module_utils.delivery import module_archive
from ..plugin_utils.host_result import Sent
from ..plugin_utils.module_archives import ModuleArchive, archive_of
from ..plugin_utils.stack_action import StackAction


class ActionModule(StackAction):
    module = "vigo.bridge.converge"
    added = module_archive.ADDED
    from_variables = ("lock_timeout", "prune", "pull", "min_healthy_time", "former", "rollout")

    def expected(self, arguments: Mapping[str, Any]) -> Sent:
        prunes = check_type_bool(arguments.get("prune") or False)
        return Sent(self.types(arguments), prunes)

    def needs_sdk(self, arguments: Mapping[str, Any]) -> bool:
        return bool(arguments.get("prune")) or super().needs_sdk(arguments)

    def archive(self, arguments: Mapping[str, Any]) -> ModuleArchive | None:
        try:
            names, candidates = foreign_modules(arguments), candidate_modules(arguments)
        except (AttributeError, TypeError):
            return None  # the module says what is wrong
        return archive_of(names, candidates) if names or candidates else None
