# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose action plugin adds arguments to those of the task."""

from __future__ import annotations

from typing import Any, Sequence

from ansible.module_utils.basic import AnsibleModule

from .ansible_compat import TakesArguments
from .bundled_module import CALL

#: The values of the secrets that other arguments name, by path.
SECRETS = "_secrets"
#: What the controller can send of the docker SDK: its digest and versions.
SDK = "_sdk"
#: That SDK (base64), sent after the module has reported that it is missing.
SDK_ARCHIVE = "_sdk_archive"
#: Whether a command is not run, but where a terminal for it can be opened is returned.
TERMINAL = "_terminal"
#: The arguments that each action plugin may add. They are not options, and a task cannot set them.
ADDED = (SECRETS, SDK, SDK_ARCHIVE, CALL)


class CalledModule(TakesArguments, AnsibleModule):
    """An AnsibleModule with what the action plugin has added in ``taken``.

    added: further names of such arguments.
    """

    def __init__(self, *, added: Sequence[str] = (), **settings: Any) -> None:
        self.names_to_take = (*ADDED, *added)
        super().__init__(**settings)

    def exit_json(self, **kwargs: Any) -> None:
        super().exit_json(**self._with_call(kwargs))

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        super().fail_json(msg, **self._with_call(kwargs))

    def _with_call(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return the result with the arguments and what identifies the call."""
        call = {CALL: self.taken[CALL]} if CALL in self.taken else {}
        return {"invocation": {"module_args": {**self.params, **call}}, **result}
