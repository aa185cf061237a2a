# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module whose arguments Ansible's AnsibleModule reads."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule

from .ansible_compat import TakesArguments, give_arguments, own_arguments
from .plain_module import with_arguments


class FullModule(TakesArguments, AnsibleModule):
    """A module that was called; see ``CalledModule``.

    line: its arguments; None if Ansible has them. relations: see ``called_module``.
    """

    def __init__(
        self,
        line: bytes | None,
        options: dict[str, Any],
        names_to_take: Sequence[str],
        relations: Mapping[str, Any],
    ) -> None:
        if line is not None:
            give_arguments(basic, line)
        self.names_to_take = names_to_take
        super().__init__(argument_spec=options, supports_check_mode=True, **relations)
        # Ansible would mask these values in the whole result, also in the names of resources and
        # in actions. We mask only what comes from outside, at the latest in `types.task.leave`.
        self.no_log_values.clear()

    @property
    def told(self) -> Mapping[str, Any]:
        return own_arguments(basic)

    def exit_json(self, **kwargs: Any) -> None:
        super().exit_json(**with_arguments(kwargs, self.params, self.taken))

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        super().fail_json(msg, **with_arguments(kwargs, self.params, self.taken))

    def add_path_info(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Add nothing: for ``dest``, it would replace what is predicted by what is on the disk."""
        return kwargs
