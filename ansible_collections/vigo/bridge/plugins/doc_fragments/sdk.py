# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How our modules get the docker SDK."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
notes:
  - For an engine at a Unix socket, the Docker SDK for Python is not needed. For other engines, and
    if the user has a Docker configuration, it is copied once from the controller to targets that do
    not have it. It is unpacked into the folder C(sdk) of the state folder (C(/var/lib/vigo-bridge)
    for root, C(~/.local/state/vigo-bridge) for others), or, if that is not writable, into
    C(/var/tmp/vigo-bridge-sdk-UID). In check mode, it is unpacked for this call only.
"""
