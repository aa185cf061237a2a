# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggests what to write instead of keywords and modules that Ansible users know from tasks."""

from __future__ import annotations

from collections.abc import Mapping

#: By the short name of a module: the resource type for the same purpose.
_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("apt", "dnf", "dnf5", "yum"), "package"),
    **dict.fromkeys(("systemd", "systemd_service"), "service"),
    **dict.fromkeys(("copy", "template"), "file"),
    **dict.fromkeys(("command", "shell", "raw"), "exec"),
    **dict.fromkeys(("docker", "podman_container"), "container"),
    "apt_repository": "repository",
    "deb822_repository": "repository",
    "yum_repository": "repository",
    "known_hosts": "sshkey",
    "lineinfile": "file_line",
    "ufw": "firewall",
    "unarchive": "source_package",
}
_TASK_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("loop", "with_items", "with_list"), "use foreach with the name of a list"),
    **dict.fromkeys(
        ("register", "changed_when"), "use notify on the source, and when: changed on the target"
    ),
    **dict.fromkeys(
        ("become", "become_user"), "set ansible_become or ansible_become_user in the inventory"
    ),
    "tags": "run part of a stack with --only",
}


def advice_for_type(name: str) -> str:
    """Return what to write for the short name of a module, or an empty text."""
    kind = _TYPES.get(name, "")
    if not kind:
        return ""
    return f"use {kind!r}, or a module with its full name: NAMESPACE.COLLECTION.{name}"


def advice_for_attribute(name: str) -> str:
    """Return what to write for a keyword of tasks, or an empty text."""
    return _TASK_WORDS.get(name, "")
