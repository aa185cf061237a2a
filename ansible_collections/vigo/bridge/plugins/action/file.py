# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of vigo.bridge.file: reads the file on the controller that `src` names."""

from __future__ import annotations

import base64
import os
import stat
from typing import Any

from ansible.errors import AnsibleActionFail

from ..module_utils.types.file.descriptor import CONTENT, CONTENTS, TYPE, VAULTED
from ..plugin_utils.secret_action import ModuleAction

#: The largest file that is sent, in bytes: larger ones would need much memory on the target.
_LIMIT = 64 * 1024 * 1024


class ActionModule(ModuleAction):
    data = TYPE.data
    options = {**TYPE.options, **TYPE.task_options}
    added = TYPE.added

    def arguments(self) -> dict[str, Any]:
        """Return the arguments with the content of ``src`` in its place."""
        given = super().arguments()
        source = given.pop("src", None)
        if source is None:
            return given
        others = [name for name in CONTENTS if given.get(name) is not None]
        if others:
            raise AnsibleActionFail(f"src and {others[0]} are mutually exclusive; keep one of them")
        path = self.find_file("files", source)
        if given.get("mode") == "preserve":
            given["mode"] = f"{stat.S_IMODE(os.stat(path).st_mode):04o}"
        content, given[VAULTED] = self._read(path)
        if given[VAULTED]:
            self.refuse_arguments_on_disk()
        given[CONTENT] = base64.b64encode(content).decode()
        return given

    def _read(self, path: str) -> tuple[bytes, bool]:
        """Return the content of a regular file, decrypted, and whether it was encrypted."""
        if not os.path.isfile(path):
            raise AnsibleActionFail(f"src: {path} is not a regular file; use a regular file")
        if os.path.getsize(path) > _LIMIT:
            raise AnsibleActionFail(
                f"src: {path} is larger than {_LIMIT >> 20} MiB; use ansible.builtin.copy for it"
            )
        readable = self.loader.get_real_file(path, decrypt=True)
        try:
            with open(readable, "rb") as stream:
                return stream.read(), readable != path
        finally:
            self.loader.cleanup_tmp_file(readable)
