# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container differs from its spec. Pure.

What only creation can set is compared with our label where there is one, and by inspect on the
fields that the user set where there is none. What engines can change later is always compared by
inspect. Secrets are compared by value and shown as their references.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, cast

from .. import secret_references
from . import comparing, networks
from .comparing import Reveal
from .label import LIVE, Recorded, plain
from .observed import Existing, Observed
from .spec import LIMITS, Settings

HIDDEN = "********"
#: What engines report for a limit that is not set.
_UNLIMITED = {
    "memory": (0,),
    "memory_swap": (0, -1),
    "cpus": (0,),
    "cpu_shares": (0, 1024),
    "pids_limit": (0, -1, 2048),
}
#: Long values: the reason says only that they changed.
_NOT_SPELLED_OUT = frozenset({"command", "entrypoint", "healthcheck", "security_opt", "tmpfs"})
_MAPS = frozenset({"env", "labels", "ulimits", "sysctls", "log_opts"})


@dataclass(frozen=True)
class Difference:
    """One field that is not as it should be. in_place: the engine can change it as it is."""

    field: str
    reason: str
    before: Any
    after: Any
    in_place: bool = False


def find(wanted: Settings, observed: Observed, reveal: Reveal) -> tuple[Difference, ...]:
    """All differences of the container that was observed, in the order of the settings."""
    container = cast(Existing, observed.container)
    found = [*_image(wanted, observed, container)]
    if container.recorded is not None:
        found += _by_label(wanted, container.recorded)
        found += _secrets(wanted, observed, container, container.recorded, reveal)
    else:
        found += _by_inspect(wanted, observed, container, reveal)
    found += _restart(wanted, observed, container)
    found += _limits(wanted, observed, container)
    found += _networks(wanted, observed, container)
    return tuple(found)


def _image(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    before, after = container.settings.image or "", wanted.image or ""
    here = observed.image.id if observed.image else None
    if observed.podman and before == f"localhost/{after}":
        before = after  # Podman's short names: the image's ID tells whether it is the one.
    if before != after and not (before in ("", here) or before.startswith("sha256:")):
        return [Difference("image", f"image {before} -> {after}", before, after)]
    if observed.moved or (here is not None and here != container.image_id):
        reason = f"image {after} is another one now"
        return [Difference("image", reason, f"{after} ({_short(container.image_id)})", after)]
    return []


def _short(image_id: str) -> str:
    return image_id.rpartition(":")[2][:12]


def _by_label(wanted: Settings, recorded: Recorded) -> list[Difference]:
    """The fields whose recorded value is not the wanted one, removed ones included."""
    found = []
    for name in Settings.__dataclass_fields__:
        if name in LIVE or name == "image":
            continue
        before, after = recorded.fields.get(name), recorded.value(wanted, name)
        if before == after:
            continue
        if name in recorded.hashed:
            before, after = None, None
        found.append(Difference(name, _words(name, before, after), before, after))
    return found


def _by_inspect(
    wanted: Settings, observed: Observed, container: Existing, reveal: Reveal
) -> list[Difference]:
    """The fields that the user set and whose actual value is another one."""
    found = []
    for name, value in wanted.chosen().items():
        if name in LIVE or name in ("image", "env_file", "env"):
            continue
        actual = getattr(container.settings, name)
        if actual is None or comparing.agree(name, value, actual, observed.podman, reveal):
            continue
        secret = bool(secret_references.paths(plain(value)))
        before = HIDDEN if secret else _shown_before(value, actual)
        reason = f"{name} changed" if secret else _words(name, before, plain(value))
        found.append(Difference(name, reason, before, plain(value)))
    return found + _env_values(wanted, observed, container, reveal, lambda name: True)


def _secrets(
    wanted: Settings,
    observed: Observed,
    container: Existing,
    recorded: Recorded,
    reveal: Reveal,
) -> list[Difference]:
    """Values that the label does not hold: those of secrets, and of files of variables."""
    found = []
    for name in ("command", "entrypoint"):
        value = getattr(wanted, name)
        if value is None or not secret_references.paths(value):
            continue
        if recorded.fields.get(name) != recorded.value(wanted, name):
            continue  # Found by the label already.
        if tuple(reveal(word) for word in value) != getattr(container.settings, name):
            reason = f"{name}: the value of a secret changed"
            found.append(Difference(name, reason, HIDDEN, plain(value)))
    written = wanted.env or {}
    return found + _env_values(
        wanted,
        observed,
        container,
        reveal,
        lambda name: name not in written or bool(secret_references.find(written[name])),
    )


def _env_values(
    wanted: Settings,
    observed: Observed,
    container: Existing,
    reveal: Reveal,
    compared: Callable[[str], bool],
) -> list[Difference]:
    """Variables whose actual value is another one, named but never shown."""
    written = wanted.env or {}
    actual = container.settings.env or {}
    effective = {**observed.file_env, **{name: reveal(value) for name, value in written.items()}}
    names = [
        name for name, value in effective.items() if compared(name) and actual.get(name) != value
    ]
    if not names:
        return []
    before = {name: HIDDEN for name in names if name in actual}
    after = {name: written.get(name, HIDDEN) for name in names}
    return [Difference("env", f"env {', '.join(sorted(names))} changed", before, after)]


def _shown_before(wanted: Any, actual: Any) -> Any:
    """Of maps only what the user names: the rest belongs to the image or to somebody else."""
    if isinstance(wanted, Mapping):
        return {key: actual[key] for key in wanted if key in actual}
    return plain(actual)


def _restart(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    before, after = container.settings.restart, wanted.restart or "no"
    if before == after or (wanted.restart is None and container.recorded is None):
        return []
    reason = f"restart {before} -> {after}"
    return [Difference("restart", reason, before, after, in_place=not observed.podman)]


def _limits(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    """Limits that differ. A container of ours whose limit is no longer set loses it."""
    found = []
    for name in LIMITS:
        if name in observed.incapable:
            continue
        before, after = getattr(container.settings, name), getattr(wanted, name)
        if name == "memory_swap" and (after is None or (after == -1 and observed.podman)):
            after = _default_swap(container, wanted)
        if after is None:
            follows_memory = name == "memory_swap"
            if container.recorded is None or follows_memory or before in _UNLIMITED[name]:
                continue
            reason = f"{name} {_amount(name, before)} -> no limit"
            can = name in ("cpu_shares", "pids_limit") and not observed.podman
            found.append(Difference(name, reason, _amount(name, before), None, can))
        elif before != after and not (before in _UNLIMITED[name] and after in _UNLIMITED[name]):
            reason = f"{name} {_amount(name, before)} -> {_amount(name, after)}"
            found.append(
                Difference(
                    name,
                    reason,
                    _amount(name, before),
                    _amount(name, after),
                    in_place=not observed.podman,
                )
            )
    return found


def _default_swap(container: Existing, wanted: Settings) -> int | None:
    """What engines set themselves beside a memory: as much swap again. Podman knows no other.

    None where that does not matter: a change of the memory takes the swap along.
    """
    actual = container.settings
    if container.recorded is None or not actual.memory_swap:
        return None
    return 2 * actual.memory if actual.memory and actual.memory == wanted.memory else None


def _amount(name: str, value: int) -> str:
    if value in _UNLIMITED[name]:
        return "no limit"
    if name == "cpus":
        return f"{value / 1e9:g}"
    for unit, size in (("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)):
        if name.startswith("memory") and value % size == 0:
            return f"{value // size}{unit}"
    return str(value)


def _networks(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    mode = _made_on(wanted, observed, container)
    if wanted.networks:
        return _attachments(wanted, container, mode, observed.podman)
    after = wanted.network_mode
    if after is None:
        if container.recorded is None or mode == "bridge":
            return []
        after = "bridge"
    if after.startswith("container:"):
        same = mode == f"container:{observed.shared_container}"
        before = "another container" if mode.startswith("container:") else mode
    else:
        same, before = mode == after, mode
    if same:
        return []
    return [Difference("network_mode", f"network_mode {before} -> {after}", before, after)]


def _made_on(wanted: Settings, observed: Observed, container: Existing) -> str:
    """The network or mode that it was created with. Podman says ``bridge`` for any network."""
    mode = container.network_mode
    names = [attachment.network for attachment in container.attachments]
    if not observed.podman or mode != "bridge" or not names:
        return mode
    kept = [item.network for item in wanted.networks or () if item.network in names]
    return kept[0] if kept else mode if "podman" in names else names[0]


def _attachments(
    wanted: Settings, container: Existing, first: str, podman: bool
) -> list[Difference]:
    """Further networks come and go in place; the one that a container was made on does not."""
    targets = {attachment.network: attachment for attachment in wanted.networks or ()}
    actual = {attachment.network: attachment for attachment in container.attachments}
    found = []
    if first not in targets:
        before = first if first != "bridge" else "the engine's own"
        after = ", ".join(str(attachment) for attachment in targets.values())
        return [Difference("networks", f"networks {before} -> {after}", before, after)]
    for name, attachment in targets.items():
        if name not in actual:
            found.append(
                Difference("networks", f"network {name} added", None, attachment, in_place=True)
            )
        elif not networks.satisfies(actual[name], attachment, podman):
            found.append(
                Difference(
                    "networks",
                    f"network {actual[name]} -> {attachment}",
                    actual[name],
                    attachment,
                    in_place=name != first,
                )
            )
    for name in sorted(set(actual) - set(targets)):
        found.append(
            Difference("networks", f"network {name} removed", actual[name], None, in_place=True)
        )
    return found


def _words(name: str, before: Any, after: Any) -> str:
    """The reason for one field: short values are spelled out, maps by their keys."""
    if name in _MAPS and isinstance(before or {}, Mapping) and isinstance(after or {}, Mapping):
        old, new = before or {}, after or {}
        keys = sorted(key for key in {**old, **new} if old.get(key) != new.get(key))
        if keys:
            return f"{name} {', '.join(keys)} changed"
    if name in _NOT_SPELLED_OUT or (before is None and after is None):
        return f"{name} changed"
    return f"{name} {_value(before)} -> {_value(after)}"


def _value(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value) or "none"
    return str(value)
