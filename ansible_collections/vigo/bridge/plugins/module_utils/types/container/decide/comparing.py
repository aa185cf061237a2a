# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a container has a setting as it is wanted. Pure.

One rule holds for all containers: a setting that differs from what was set at creation counts as a
difference, unless the container has the wanted value already. For a container of this collection,
the label says what was set. For any other container, all that it has counts as set, except where
engines and images add entries of their own.
"""

from __future__ import annotations

from typing import Any, Callable, Mapping, cast

from ..observed import Existing, Observed
from ..spec import Settings
from ..values import mounts, ports
from ..values.canonical import COLLECTIONS, canonical
from ..values.mounts import Mount
from . import defaults

Reveal = Callable[[str], str]

#: Settings that may have unwanted entries in a container that another tool created.
_ADDED_TO = frozenset({"labels", "sysctls", "log_opts", "ulimits", "volumes", "healthcheck"})
#: Setting one decides about the image's other one.
_WORDS = ("command", "entrypoint")
#: Options of mounts that no engine shows.
_UNSEEN = frozenset({"z", "Z", "nocopy"})
#: Podman lists all capabilities one by one, and leaves out those that all containers have.
_ALL = {"cap_add": 20, "cap_drop": 11}
_USUAL_ON_PODMAN = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD"),
    *("NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)
#: Podman says one of these for the others, too.
_IPC_ON_PODMAN = (None, "none", "private", "shareable", "host")


def differing(name: str, wanted: Settings, observed: Observed, reveal: Reveal) -> list[str]:
    """Return the entries of a setting that differ, or its name; empty if nothing differs."""
    container = cast(Existing, observed.container)
    recorded, value = container.recorded, getattr(wanted, name)
    together = _WORDS if name in _WORDS else (name,)
    # The other container may have been recreated under its name.
    is_shared = name in ("ipc", "pid") and (value or "").startswith("container:")
    if (
        recorded is not None
        and not is_shared
        and all(recorded.holds(each, getattr(wanted, each)) for each in together)
    ):
        return []
    actual = getattr(container.settings, name)
    if recorded is None and (value is None or actual is None):
        return []
    if actual is None:
        return [name]  # Podman does not report it; the label does.
    if name in _WORDS:
        return [] if _has_words(name, wanted, observed, reveal) else [name]
    if name in COLLECTIONS:
        return _differing_entries(name, value, observed)
    return [name] if _differs(_same_single(name, value, observed), observed) else []


def _differs(same: bool | None, observed: Observed) -> bool:
    """Return whether they differ. If the engine does not report it (None), the label counts."""
    is_ours = cast(Existing, observed.container).recorded is not None
    return same is False or (same is None and is_ours)


def _has_words(name: str, wanted: Settings, observed: Observed, reveal: Reveal) -> bool:
    command, entrypoint = (
        None if words is None else tuple(reveal(word) for word in words)
        for words in (wanted.command, wanted.entrypoint)
    )
    expected = defaults.of_words(name, observed, entrypoint, command)
    actual: tuple[str, ...] | None = getattr(cast(Existing, observed.container).settings, name)
    return expected == actual


def _same_single(name: str, value: Any, observed: Observed) -> bool | None:
    container = cast(Existing, observed.container)
    wanted = canonical(name, value)
    actual = canonical(name, getattr(container.settings, name))
    if name == "workdir":
        actual = actual or "/"
    if str(wanted).startswith("container:"):  # Engines store the ID.
        other = str(wanted).partition(":")[2]
        return actual in (wanted, f"container:{observed.shared.get(other, other)}")
    if observed.podman and name == "domainname" and actual is None:
        return True  # Its Docker API drops it, which is said.
    if observed.podman and name == "ipc" and actual != "host":
        is_told = wanted not in _IPC_ON_PODMAN or actual not in _IPC_ON_PODMAN
        return actual == wanted if is_told else _same_ipc_on_podman(wanted, container)
    usual = defaults.of_single(name, observed)
    if observed.podman and name == "shm_size" and wanted in usual:
        return actual in usual
    return actual in (usual if wanted is None else (wanted,))


def _same_ipc_on_podman(wanted: str | None, container: Existing) -> bool | None:
    """Compare by the label. Podman's default is ``shareable``, and ``private`` is Docker's."""
    if container.recorded is None:
        return None
    modes = {wanted, canonical("ipc", container.recorded.fields.get("ipc"))}
    return True if None in modes and modes <= {None, "private", "shareable"} else None


def _differing_entries(name: str, value: Any, observed: Observed) -> list[str]:
    container, podman = cast(Existing, observed.container), observed.podman
    recorded = container.recorded
    wanted = canonical(name, value, podman) or {}
    actual = canonical(name, getattr(container.settings, name), podman) or {}
    if name == "ports" and podman and (recorded is None or wanted == actual):
        return [] if ports.same(wanted, actual) else [name]
    base = defaults.of_collection(name, observed)
    if name == "healthcheck":
        actual = {**defaults.CHECKS, **actual}
        if actual["test"] == wanted.get("test", base["test"]) == defaults.NO_CHECK:
            return []
    before = _before(name, observed, actual)
    if podman and name in _ALL:
        actual = _capabilities_on_podman(name, {**before, **wanted}, actual)
    changed = [key for key in {**before, **wanted} if before.get(key) != wanted.get(key)]
    return sorted(
        str(key)
        for key in changed
        if _differs(
            _same(name, wanted.get(key, base.get(key)), actual.get(key), before.get(key), observed),
            observed,
        )
    )


def _capabilities_on_podman(
    name: str, named: Mapping[Any, Any], actual: Mapping[Any, Any]
) -> Mapping[Any, Any]:
    if "ALL" in named and len(actual) >= _ALL[name]:
        return {"ALL": True}
    usual = _USUAL_ON_PODMAN if name == "cap_add" else ()
    return {**actual, **{capability: True for capability in usual if capability in named}}


def _before(name: str, observed: Observed, actual: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """What was set at its creation, as far as that is known."""
    recorded = cast(Existing, observed.container).recorded
    if recorded is not None and name not in recorded.hashed:
        return canonical(name, recorded.fields.get(name), observed.podman) or {}
    is_added_to = name in _ADDED_TO or (name == "tmpfs" and observed.podman)
    return {} if recorded is None and is_added_to else actual


def _same(name: str, wanted: Any, actual: Any, before: Any, observed: Observed) -> bool | None:
    """Compare one entry; None if the engine does not report it."""
    if name == "ports" and observed.podman and (wanted or before).host is None:
        return None  # It puts a number where the host's port was left to it.
    if wanted is None or actual is None:
        return wanted is actual
    if name == "tmpfs" and observed.podman:  # It adds options.
        return wanted <= actual and not (before or frozenset()) - wanted & actual
    if name == "devices":
        (host, access), (actual_host, actual_access) = wanted, actual
        same = host == actual_host and actual_access in ("", access)
        return None if same and not actual_access else same  # Podman leaves permissions out.
    if name == "volumes":
        is_ours = cast(Existing, observed.container).recorded is not None
        return _same_mount(wanted, actual, before, is_ours)
    return bool(wanted == actual)


def _same_mount(wanted: Mount, actual: Mount, before: Any, is_ours: bool) -> bool | None:
    propagation = "" if wanted.propagation == "rprivate" else wanted.propagation
    is_set = is_ours or bool(propagation)
    if wanted.read_only != actual.read_only or (is_set and propagation != actual.propagation):
        return False
    if wanted.is_anonymous:
        is_any = mounts.is_anonymous_name(actual.source) or not is_ours
        same = is_any and not actual.is_bind
    else:
        same = wanted.source == actual.source
    unseen = _UNSEEN.intersection(before.options if before else ())
    return None if same and unseen != _UNSEEN.intersection(wanted.options) else same
