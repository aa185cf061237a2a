# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How our modules take secrets."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  _secrets:
    description:
      - The values of the secrets that other options name, by path. Never set it, the action plugin
        does.
    type: dict
    default: {}
notes:
  - A text may name a secret as C(secret:PATH), or as C(secret:{PATH}) where more text follows. Its
    value is looked up on the controller at the moment of the call, in the environment variable
    E(VIGO_SECRET_PATH), with the path in capitals and C(_) for every other character. It shows in
    no result, no diff and no label.
  - A task that names secrets needs pipelining (C(pipelining = true) in C(ansible.cfg)), since
    Ansible writes the arguments to a file on the target otherwise.
"""
