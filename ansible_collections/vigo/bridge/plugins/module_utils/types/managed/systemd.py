# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds out, with the same calls of systemctl, that Ansible's module for systemd would change
nothing.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, Tuple

_UNDERSTOOD = frozenset({"name", "state", "enabled"})
#: States of a unit that count as the state of the option.
_ACTIVE = {"started": ("active", "activating"), "stopped": ("inactive", "failed")}
#: Other results, such as static or indirect, are left to the module.
_ENABLED = {"enabled": True, "disabled": False}

#: Runs systemctl with these arguments, and returns its exit code and what it prints.
Systemctl = Callable[..., Tuple[int, str]]


def has_nothing_to_do(args: Mapping[str, Any], systemctl: Systemctl) -> bool:
    """Return whether the module would change nothing; False if that is uncertain."""
    if not _UNDERSTOOD.issuperset(args) or args.get("state", "started") not in _ACTIVE:
        return False
    name = args["name"]
    code, output = systemctl("show", "-p", "LoadState", "-p", "ActiveState", name)
    shown = dict(line.partition("=")[::2] for line in output.split("\n"))
    if code != 0 or shown.get("LoadState") != "loaded":
        return False
    if "state" in args and shown.get("ActiveState") not in _ACTIVE[args["state"]]:
        return False
    if "enabled" not in args:
        return True
    _code, output = systemctl("is-enabled", name)
    return _ENABLED.get(output.strip()) is args["enabled"]
