# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The namespaces of a container, and kernel parameters, which belong to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Mapping

from ....common.comma_strings import as_map, text
from ....common.errors import Key, ResourceError

if TYPE_CHECKING:
    from ..observed import Observed
    from ..setting import Pair

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_OF_IPC = re.compile(
    r"kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..+"
)
#: Podman also reports one of these for the others.
_IPC_ON_PODMAN = (None, "none", "private", "shareable", "host")


def ipc(value: Any, attribute: str) -> str:
    """Return an IPC namespace as engines name it."""
    return _mode(value, attribute, ("none", "private", "shareable", "host"))


def pid(value: Any, attribute: str) -> str:
    """Return a PID namespace as engines name it; by default, a container has its own."""
    return _mode(value, attribute, ("host",))


def userns(value: Any, attribute: str) -> str:
    """Return a user namespace: the host's, or one of Podman's modes."""
    written = text(value).strip()
    kind, _colon, _options = written.partition(":")
    if written in ("host", "private", "nomap") or kind in ("keep-id", "auto"):
        return written
    raise ResourceError(
        f"{attribute}: {written!r} is not host, private, nomap, keep-id or auto",
        "remove it to use the engine's default",
    )


def refuse_userns_on_docker(mode: str) -> None:
    """Raise ResourceError for a mode that Docker does not have, and would ignore."""
    if mode != "host":
        raise ResourceError(f"userns_mode: {mode} is a mode of Podman; Docker supports only host")


def own(value: Any, attribute: str) -> str:
    """Return whether a namespace is the container's own or the host's: ``private``, ``host``."""
    written = text(value).strip()
    if written in ("private", "host"):
        return written
    raise ResourceError(
        f"{attribute}: {written!r} is not private or host", "remove it to use the engine's default"
    )


def uts_form(mode: str) -> str:
    """Return a UTS namespace as Docker names it: its own one has no name."""
    return "" if mode == "private" else mode


def same_where_reported(pair: Pair) -> bool | None:
    """Return whether it is the wanted value; None on Podman, which does not report it."""
    return None if pair.podman else pair.actual in pair.expected


def _mode(value: Any, attribute: str, words: tuple[str, ...]) -> str:
    written = text(value).strip()
    kind, _colon, name = written.partition(":")
    if written in words or (kind == "container" and _NAME.fullmatch(name)):
        return written
    raise ResourceError(
        f"{attribute}: {written!r} is not {', '.join(words)} or container:NAME",
        "remove it to use the engine's default",
    )


def sysctls(value: Any, attribute: str) -> dict[str, str]:
    """Return kernel parameters that a container has for itself."""
    found = as_map(value, attribute)
    for name in found:
        if not is_of_network(name) and not is_of_ipc(name) and name != "kernel.domainname":
            raise ResourceError(
                f"{attribute}: {name!r} is a setting of the whole host, not of a container",
                "set it on the host (containers have net.*, fs.mqueue.*, kernel.sem, kernel.msg*"
                " and kernel.shm*)",
                place=(Key(name),),
            )
    return found


def is_of_network(name: str) -> bool:
    """Return whether a kernel parameter belongs to the network namespace."""
    return name.startswith("net.") and len(name) > len("net.")


def is_of_ipc(name: str) -> bool:
    """Return whether a kernel parameter belongs to the IPC namespace."""
    return bool(_OF_IPC.fullmatch(name))


def refuse_shared(sysctls: Mapping[str, str], network_mode: str | None, ipc: str | None) -> None:
    """Raise ResourceError for a parameter of a namespace that is not the container's own."""
    for name in sysctls:
        if is_of_network(name) and _is_shared(network_mode):
            raise ResourceError(
                f"sysctls: {name} belongs to the network namespace, which network_mode:"
                f" {network_mode} shares",
                "set it there, or change network_mode",
                place=("sysctls", Key(name)),
            )
        if is_of_ipc(name) and _is_shared(ipc):
            raise ResourceError(
                f"sysctls: {name} belongs to the IPC namespace, which ipc: {ipc} shares",
                "set it there, or change ipc",
                place=("sysctls", Key(name)),
            )


def _is_shared(mode: str | None) -> bool:
    return mode == "host" or (mode or "").startswith("container:")


def unset(observed: Observed) -> tuple[Any, ...]:
    """Return the mode that a container has by default."""
    return (None, "private")


def same_ipc(pair: Pair) -> bool | None:
    """Return whether it is the wanted IPC namespace.

    Podman's default is ``shareable``, and ``private`` is Docker's. Podman 4 reports ``shareable``
    for both, so the label is compared.
    """
    if not pair.podman or pair.actual == "host":
        return pair.actual in pair.expected
    if pair.wanted not in _IPC_ON_PODMAN or pair.actual not in _IPC_ON_PODMAN:
        return bool(pair.actual == pair.wanted)
    if pair.actual == "private":
        return bool(pair.wanted == "private")
    if not pair.is_ours:
        return None
    return True if {pair.wanted, pair.before} <= {None, "shareable"} else None
