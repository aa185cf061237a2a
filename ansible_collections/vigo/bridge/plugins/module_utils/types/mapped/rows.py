# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of resource types that map to modules of Ansible, and of the names of their options."""

from __future__ import annotations

from typing import Mapping

from ..descriptor import Attribute
from .account import check_group, check_user, group_parts, user_parts
from .row import Row, Use
from .values import block_markers, check_block, check_checkout, delete, device_and_type, key_line

_STATE = Attribute("state", "str", default="present", choices=("present", "absent"))
_FILE = "ansible.builtin.file"
_USER, _GROUP = "ansible.builtin.user", "ansible.builtin.group"
_KNOWN_HOSTS, _MOUNT = "ansible.builtin.known_hosts", "ansible.posix.mount"
_OWNER = {"owner": "owner", "group": "group"}


def _in_state(state: str, module: str, takes: Mapping[str, str]) -> Use:
    """Return the use for a state that has the same name in the module, with few other options."""
    return Use(module, {"state": state}, {"state": state}, takes)


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
            _in_state("absent", _FILE, {"path": "target_path"}),
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
            _in_state("absent", _FILE, {"path": "target_path"}),
            Use(
                _FILE,
                {"link_type": "hard"},
                {"state": "hard"},
                {"path": "target_path", "src": "to", "force": "force", **_OWNER},
            ),
            Use(
                _FILE,
                # Otherwise the owner of the link's target would be changed.
                options={"state": "link", "follow": False},
                takes={"path": "target_path", "src": "to", "force": "force", **_OWNER},
            ),
        ),
        needed_unless_absent=("to",),
    ),
    Row(
        name="user",
        key="username",
        attributes=(
            Attribute("username", "str", required=True, plain=True),
            _STATE,
            Attribute("uid", "int"),
            Attribute("shell", "str"),
            Attribute("home", "str"),
            Attribute("comment", "str"),
            Attribute("group", "str"),
            Attribute("groups"),
            Attribute("password", "str", no_log=True, secrets=True, data=True),
            Attribute("authorized_keys", secrets=True, data=True),
            Attribute("system", default=False),
            Attribute("manage_home", default=True),
        ),
        uses=(
            _in_state("absent", _USER, {"name": "username"}),
            Use(
                _USER,
                takes={
                    "name": "username",
                    "uid": "uid",
                    "shell": "shell",
                    "home": "home",
                    "comment": "comment",
                    "group": "group",
                    "groups": "groups",
                    "system": "system",
                    "create_home": "manage_home",
                },
            ),
        ),
        check=check_user,
        parts=user_parts,
        own=("password", "authorized_keys"),
    ),
    Row(
        name="group",
        key="group",
        attributes=(
            Attribute("group", "str", required=True, plain=True),
            _STATE,
            Attribute("gid", "int"),
            Attribute("system", default=False),
            Attribute("members"),
        ),
        uses=(
            _in_state("absent", _GROUP, {"name": "group"}),
            Use(
                _GROUP,
                takes={"name": "group", "state": "state", "gid": "gid", "system": "system"},
            ),
        ),
        check=check_group,
        parts=group_parts,
        own=("members",),
    ),
    Row(
        name="blockinfile",
        key="target_path",
        attributes=(
            Attribute("target_path", "str", required=True, plain=True),
            Attribute("block_content", "str", secrets=True, data=True),
            _STATE,
            Attribute("label", "str", default="managed"),
            Attribute("marker_begin", "str"),
            Attribute("marker_end", "str"),
            Attribute("create", default=False),
            Attribute("mode"),
        ),
        uses=(
            Use(
                "ansible.builtin.blockinfile",
                takes={
                    "path": "target_path",
                    "block": "block_content",
                    "state": "state",
                    "create": "create",
                    "mode": "mode",
                },
                derive=block_markers,
                derived_from=("label", "marker_begin", "marker_end"),
            ),
        ),
        check=check_block,
    ),
    Row(
        name="git",
        key="path",
        attributes=(
            Attribute("path", "str", required=True, plain=True),
            Attribute("repo", "str"),
            _STATE,
            Attribute("branch", "str"),
            Attribute("depth", "int"),
            Attribute("force", default=False),
        ),
        uses=(
            _in_state("absent", _FILE, {"path": "path"}),
            Use(
                "ansible.builtin.git",
                takes={
                    "dest": "path",
                    "repo": "repo",
                    "version": "branch",
                    "depth": "depth",
                    "force": "force",
                },
            ),
        ),
        check=check_checkout,
        needed_unless_absent=("repo",),
    ),
    Row(
        name="sshkey",
        key="hostname",
        attributes=(
            Attribute("hostname", "str", required=True, plain=True),
            Attribute("sshkey_type", "str"),
            Attribute("sshkey", "str"),
            _STATE,
            Attribute("aliases"),
            Attribute("file", "str", default="~/.ssh/known_hosts"),
        ),
        uses=(
            _in_state("absent", _KNOWN_HOSTS, {"name": "hostname", "path": "file"}),
            Use(
                _KNOWN_HOSTS,
                takes={"name": "hostname", "path": "file"},
                derive=key_line,
                derived_from=("hostname", "sshkey_type", "sshkey", "aliases"),
            ),
        ),
        needed_unless_absent=("sshkey_type", "sshkey"),
    ),
    Row(
        name="mount",
        key="path",
        attributes=(
            Attribute("path", "str", required=True, plain=True),
            Attribute(
                "state",
                "str",
                default="mounted",
                choices=("mounted", "present", "unmounted", "absent"),
            ),
            Attribute("device", "str"),
            Attribute("fstype", "str"),
            Attribute("options", "str", default="defaults"),
            Attribute("dump", "int", default=0),
            Attribute("pass", "int", default=0),
        ),
        uses=(
            _in_state("absent", _MOUNT, {"path": "path"}),
            _in_state("unmounted", _MOUNT, {"path": "path"}),
            Use(
                _MOUNT,
                takes={
                    "path": "path",
                    "state": "state",
                    "src": "device",
                    "fstype": "fstype",
                    "opts": "options",
                    "dump": "dump",
                    "passno": "pass",
                },
            ),
        ),
        check=device_and_type,
    ),
    Row(
        name="firewall",
        key="port",
        attributes=(
            Attribute("port", "str", required=True),
            _STATE,
            Attribute("proto", "str", default="any"),
            Attribute("action", "str", default="allow", choices=("allow", "deny")),
            Attribute("from", "str", default="any"),
            Attribute("direction", "str", default="in", choices=("in", "out")),
            Attribute("comment", "str"),
        ),
        uses=(
            Use(
                "community.general.ufw",
                takes={
                    "to_port": "port",
                    "proto": "proto",
                    "rule": "action",
                    "from_ip": "from",
                    "direction": "direction",
                    "comment": "comment",
                },
                derive=delete,
                derived_from=("state",),
            ),
        ),
    ),
    Row(
        name="timezone",
        key="timezone",
        attributes=(Attribute("timezone", "str", required=True),),
        uses=(Use("community.general.timezone", takes={"name": "timezone"}),),
    ),
)
