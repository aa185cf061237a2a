# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Capabilities of the kernel, by their short names in capitals: ``NET_ADMIN``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Mapping

from ....common.comma_strings import each
from ....common.errors import ResourceError
from ....common.suggest import did_you_mean

if TYPE_CHECKING:
    from ..observed import Observed

_KNOWN = (
    *("ALL", "AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF"),
    *("CHECKPOINT_RESTORE", "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID"),
    *("IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE"),
    *("MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "PERFMON", "SETFCAP"),
    *("SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT", "SYS_CHROOT"),
    *("SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE"),
    *("SYS_TIME", "SYS_TTY_CONFIG", "WAKE_ALARM"),
)
#: The default capabilities of containers.
USUAL_ON_PODMAN = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
    *("NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)
#: Podman lists all capabilities one by one: from this number on, ``ALL`` were added, or dropped.
_ALL_ADDED, _ALL_DROPPED = 20, 11


def parse(value: Any, attribute: str) -> tuple[str, ...]:
    """Return capabilities in any order, each once.

    Raise ResourceError for one that no kernel has.
    """

    def known(written: str) -> str:
        name = short(written)
        if name not in _KNOWN:
            hint = did_you_mean(name, _KNOWN) or "see the manual page capabilities(7)"
            raise ResourceError(f"{attribute}: unknown capability {written!r}", hint)
        return name

    return tuple(sorted(set(each(value, known))))


def short(name: str) -> str:
    """Return a capability without ``CAP_``, in capitals."""
    name = name.upper()
    return name[len("CAP_") :] if name.startswith("CAP_") else name


def read(names: Any) -> tuple[str, ...]:
    """Return the capabilities of an inspect payload."""
    return tuple(sorted(short(name) for name in names or []))


def form(names: Iterable[str]) -> dict[Any, Any]:
    """Return capabilities as a set; ``ALL`` includes the others."""
    found = {short(name) for name in names}
    return dict.fromkeys({"ALL"} if "ALL" in found else found, True)


def added(observed: Observed) -> Mapping[Any, Any]:
    """Return the capabilities that a container has by default."""
    return _of_privileged(observed, observed.existing.settings.cap_add)


def dropped(observed: Observed) -> Mapping[Any, Any]:
    """Return the capabilities that a container lacks by default."""
    return _of_privileged(observed, observed.existing.settings.cap_drop)


def _of_privileged(observed: Observed, names: Any) -> Mapping[Any, Any]:
    is_privileged = observed.podman and observed.existing.settings.privileged
    return form(names or ()) if is_privileged else {}


def with_usual(
    named: Mapping[Any, Any], actual: Mapping[Any, Any], podman: bool
) -> Mapping[Any, Any]:
    """Return the capabilities added, with Podman's defaults, which it does not list there."""
    if podman and "ALL" in named and len(actual) >= _ALL_ADDED:
        return {"ALL": True}
    usual = [name for name in USUAL_ON_PODMAN if podman and name in named]
    return {**actual, **dict.fromkeys(usual, True)}


def with_all_dropped(
    named: Mapping[Any, Any], actual: Mapping[Any, Any], podman: bool
) -> Mapping[Any, Any]:
    """Return the capabilities dropped; Podman lists all of them for ``ALL``."""
    is_all = podman and "ALL" in named and len(actual) >= _ALL_DROPPED
    return {"ALL": True} if is_all else actual
