# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files packages can create, replace and remove."""

from __future__ import annotations

#: A package may create new files anywhere.
ADDED = ("/",)
#: Package managers keep existing configuration files, but replace programs and their data.
_PROGRAMS = (
    *("/bin", "/boot", "/lib", "/lib64", "/opt", "/sbin", "/usr/bin", "/usr/include", "/usr/lib"),
    *("/usr/lib64", "/usr/libexec", "/usr/sbin", "/usr/share"),
)


def replaced(is_removal: bool) -> tuple[str, ...]:
    """Return the paths below which existing files may be replaced or removed."""
    return ("/",) if is_removal else _PROGRAMS
