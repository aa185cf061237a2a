# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capabilities of the kernel, by their short names in capitals: ``NET_ADMIN``."""

from __future__ import annotations

from typing import Any

from ....common.comma_strings import each
from ....common.errors import ResourceError
from ....common.suggest import did_you_mean

_KNOWN = (
    *("ALL", "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF"),
    *("CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID"),
    *("IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE"),
    *("MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP"),
    *("SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT"),
    *("SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE"),
    *("SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM"),
)


def parse(value: Any, attribute: str) -> tuple[str, ...]:
    """Capabilities in any order, each once. Raises ResourceError for one that no kernel has."""

    def known(written: str) -> str:
        name = short(written)
        if name not in _KNOWN:
            hint = did_you_mean(name, _KNOWN) or "see the manual page capabilities(7)"
            raise ResourceError(f"{attribute}: unknown capability {written!r}; {hint}")
        return name

    return tuple(sorted(set(each(value, known))))


def short(name: str) -> str:
    """Without ``CAP_``, in capitals."""
    name = name.upper()
    return name[len("CAP_") :] if name.startswith("CAP_") else name
