# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is used on a target of Ansible that Ansible does not document for modules.

It stands apart from ``plugin_utils/ansible_compat.py``, since a target has nothing of
``plugin_utils``. The versions of ansible-core on which it was seen are there.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

#: How modules and Ansible write data to one another.
PROFILE = "legacy"


def give_arguments(basic: Any, arguments: bytes) -> None:
    """Have the next AnsibleModule of this process read these arguments.

    basic: the module ``ansible.module_utils.basic``. Why: it would read them from the standard
    input or from a wrapper of Ansible's. Missing: raises AttributeError, before the module has
    begun; the controller then has Ansible run it.
    """
    for name, value in (("_ANSIBLE_ARGS", arguments), ("_ANSIBLE_PROFILE", PROFILE)):
        getattr(basic, name)
        setattr(basic, name, value)


class TakesArguments:
    """A class in front of AnsibleModule that takes some arguments before Ansible checks them.

    Why: what an action plugin adds for its module is not an option that a user can set, and must
    not be documented or suggested as one. Missing: ``_load_params`` is then not called, and Ansible
    refuses these arguments as unsupported.
    """

    #: The names of these arguments.
    names_to_take: Sequence[str] = ()
    #: Those that were given.
    taken: Mapping[str, Any] = {}
    params: dict[str, Any]

    def _load_params(self) -> None:
        super()._load_params()  # type: ignore[misc]
        given = [name for name in self.names_to_take if name in self.params]
        self.taken = {name: self.params.pop(name) for name in given}
