# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files of a machine packages create, replace and remove, as far as that can be known."""

from __future__ import annotations

#: Anywhere, a package may have a file that does not exist yet.
ADDED = ("/",)
#: Of files that exist, managers keep settings, but not programs and what belongs to them.
_PROGRAMS = (
    *("/bin", "/boot", "/lib", "/lib64", "/opt", "/sbin", "/usr/bin", "/usr/include", "/usr/lib"),
    *("/usr/lib64", "/usr/libexec", "/usr/sbin", "/usr/share"),
)


def replaced(is_removal: bool) -> tuple[str, ...]:
    """Return the paths below which files that exist may become others, or be removed."""
    return ("/",) if is_removal else _PROGRAMS
