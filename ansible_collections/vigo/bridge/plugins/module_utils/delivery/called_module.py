# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a module gets its arguments and returns its result.

Ansible's AnsibleModule takes longer to import than most modules take to run. So `plain_module`
reads arguments that need no conversion. AnsibleModule converts or refuses all others, and reads all
arguments if Ansible itself runs the module.
"""

from __future__ import annotations

from typing import Any, Mapping, Protocol, Sequence

from . import plain_module
from .bundled_module import CALL

#: The values of the secrets that other arguments name, by path.
SECRETS = "_secrets"
#: What the controller can send of the docker SDK: its digest and versions.
SDK = "_sdk"
#: That SDK (base64), sent after the module has reported that it is missing.
SDK_ARCHIVE = "_sdk_archive"
#: The offer of an archive of modules: its ``digest``, and in ``modules`` what Python imports, by
#: the name of each module. Then the archive itself (base64), sent after the module has reported
#: that it is missing.
MODULES, MODULES_ARCHIVE = "_modules", "_modules_archive"
#: Whether the module does not run a command, but returns where a terminal for it can be opened.
TERMINAL = "_terminal"

#: The arguments that each action plugin may add. They are not options, and a task cannot set them.
ADDED = (SECRETS, SDK, SDK_ARCHIVE, CALL)

#: The line of JSON with the arguments; None if Ansible itself runs the module.
_line: bytes | None = None


class CalledModule(Protocol):
    """A module that was called.

    params: the values of all its options. taken: what the action plugin has added. told: the
    arguments that Ansible gives every module in addition to its options.
    """

    argument_spec: Mapping[str, Mapping[str, Any]]
    params: dict[str, Any]
    taken: Mapping[str, Any]
    told: Mapping[str, Any]
    check_mode: bool

    def warn(self, warning: str) -> None:
        """Return a warning with the result."""

    def exit_json(self, **kwargs: Any) -> None:
        """End the process with a result."""

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        """End the process with a failure."""


def give_arguments(line: bytes) -> None:
    """Make the next module of this process read these arguments, as a line of JSON."""
    global _line
    _line = line


def called_module(
    argument_spec: Mapping[str, Mapping[str, Any]], *, added: Sequence[str] = (), **relations: Any
) -> CalledModule:
    """Return the module with its arguments, or end the process if they are wrong.

    argument_spec, relations: as AnsibleModule takes them. added: further names of arguments that
    the action plugin adds.
    """
    names = (*ADDED, *added)
    if _line is not None:
        module = plain_module.read(_line, argument_spec, names, relations)
        if module is not None:
            return module
    from .ansible_module import FullModule

    return FullModule(_line, dict(argument_spec), names, relations)
