# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our action plugins add to the modules that they call."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
notes:
  - A string can contain a reference to a secret, C(secret:PATH), or C(secret:{PATH}) if more text
    follows. Its value is looked up on the controller when the module is called, in the environment
    variable E(VIGO_SECRET_PATH), with the path in capitals and C(_) for every other character. It
    does not appear in results, diffs or labels.
  - The module is stored on the target, in the folder C(modules) of the state folder
    (C(/var/lib/vigo-bridge) for root, C(~/.local/state/vigo-bridge) for others), and later calls of
    the same version run the stored module instead of sending it again. It is sent with each call if
    it cannot be stored, in check mode, without pipelining, and if the variable C(vigo_keep_modules)
    or the environment variable E(VIGO_KEEP_MODULES) is false.
  - A task with references to secrets requires pipelining (C(pipelining = true) in
    C(ansible.cfg)). Otherwise Ansible would write the arguments to a file on the target.
"""
