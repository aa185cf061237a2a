# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which modules of Ansible are resource types of ours, and how their options are called there."""

from __future__ import annotations

from ..descriptor import Attribute
from .row import Row, Use

_STATE = Attribute("state", "str", default="present", choices=("present", "absent"))
_FILE = "ansible.builtin.file"
_OWNER = {"owner": "owner", "group": "group"}

#: In the order in which they are documented.
ROWS = (
    Row(
        name="directory",
        key="target_path",
        attributes=(
            Attribute("target_path", "str", required=True, plain=True),
            _STATE,
            Attribute("mode", default="0755"),
            Attribute("owner", "str"),
            Attribute("group", "str"),
            Attribute("recurse", default=False),
        ),
        uses=(
            Use(_FILE, {"state": "absent"}, {"state": "absent"}, {"path": "target_path"}),
            Use(
                _FILE,
                options={"state": "directory"},
                takes={"path": "target_path", "mode": "mode", "recurse": "recurse", **_OWNER},
            ),
        ),
    ),
    Row(
        name="symlink",
        key="target_path",
        attributes=(
            Attribute("target_path", "str", required=True, plain=True),
            Attribute("to", "str"),
            _STATE,
            Attribute("link_type", "str", default="soft", choices=("soft", "hard")),
            Attribute("force", default=False),
            Attribute("owner", "str"),
            Attribute("group", "str"),
        ),
        uses=(
            Use(_FILE, {"state": "absent"}, {"state": "absent"}, {"path": "target_path"}),
            Use(
                _FILE,
                {"link_type": "hard"},
                {"state": "hard"},
                {"path": "target_path", "src": "to", "force": "force", **_OWNER},
            ),
            Use(
                _FILE,
                # Otherwise the owner of what it leads to would be changed.
                options={"state": "link", "follow": False},
                takes={"path": "target_path", "src": "to", "force": "force", **_OWNER},
            ),
        ),
        needed_unless_absent=("to",),
    ),
    Row(
        name="group",
        key="group",
        attributes=(
            Attribute("group", "str", required=True, plain=True),
            _STATE,
            Attribute("gid", "int"),
            Attribute("system", default=False),
        ),
        uses=(
            Use(
                "ansible.builtin.group",
                takes={"name": "group", "state": "state", "gid": "gid", "system": "system"},
            ),
        ),
    ),
)
