# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container differs from its spec. Pure.

Settings that engines cannot change later are compared by ``comparing.py``, with the label if there
is one. All others are always compared with the live container. Secrets are compared by value and
shown as their references.
"""

from __future__ import annotations

from typing import Any, Mapping, cast

from ....common.dataclass import dataclass
from ....secrets import references as secret_references
from ..label import plain
from ..observed import Existing, Observed
from ..setting import KEYS, NAME, Effect, Limit, Reveal, Setting
from ..settings import LIMITS, SETTINGS, Settings
from ..values import donors, networks
from ..values.image_name import is_id, match
from ..values.networks import Attachment
from . import comparing, environment

HIDDEN = "********"
#: The settings that ``comparing`` compares: those that cannot be changed in place, and are compared
#: by themselves.
_FIXED = tuple(
    name
    for name, setting in SETTINGS.items()
    if not (setting.is_live or isinstance(setting.compare, Effect))
)
_WITH_SECRETS = tuple(setting for setting in SETTINGS.values() if setting.revealed is not None)


@dataclass(frozen=True)
class Difference:
    """One field that differs. in_place: whether the engine can change it in place."""

    field: str
    reason: str
    before: Any
    after: Any
    in_place: bool = False


def find(wanted: Settings, observed: Observed, reveal: Reveal) -> tuple[Difference, ...]:
    """Return all differences of the observed container, in the order of the settings."""
    container = cast(Existing, observed.container)
    found = [*_image(wanted, observed, container), *_platform(wanted, observed, container)]
    found += _settings(wanted, observed, reveal)
    found += _secrets(wanted, container, reveal)
    found += _env(wanted, observed, container, reveal)
    found += _volumes_from(wanted, observed, container)
    found += _restart(wanted, observed, container)
    found += _limits(wanted, observed, container)
    found += _networks(wanted, observed, container)
    return tuple(found)


def _image(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    before, after = container.settings.image or "", wanted.image or ""
    here = observed.image.id if observed.image else None
    if observed.podman and _may_mean(before, after, here == container.image_id):
        before = after
    if before != after and not (before in ("", here) or before.startswith("sha256:")):
        return [Difference("image", f"image {before} -> {after}", before, after)]
    if observed.moved or (here is not None and here != container.image_id):
        reason = f"image {after} now has a different ID"
        return [Difference("image", reason, f"{after} ({_short(container.image_id)})", after)]
    return []


def _platform(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    """Return the difference in the platform, if the image's ID does not show it."""
    image, recorded = observed.image, container.recorded
    if image is None or recorded is None or not image.may_be_list:
        return []
    before = recorded.fields.get("platform") or image.platform
    after = wanted.platform or image.platform
    if match(before, after):
        return []
    return [Difference("platform", f"platform {before} -> {after}", before, after)]


def _may_mean(before: str, after: str, is_same_image: bool) -> bool:
    """Return whether Podman may report the first name for a container of the second one.

    It has short names of its own. For a digest, it reports the image's ID or any of its digests.
    """
    if before == f"localhost/{after}":
        return True
    return is_same_image and "@" in after and ("@" in before or is_id(before))


def _short(image_id: str) -> str:
    return image_id.rpartition(":")[2][:12]


def _settings(wanted: Settings, observed: Observed, reveal: Reveal) -> list[Difference]:
    """Return the differences in settings that cannot be changed in place, except environment
    variables.
    """
    found = []
    container = cast(Existing, observed.container)
    recorded = container.recorded
    for name in _FIXED:
        entries = comparing.differing(name, wanted, observed, reveal)
        if not entries:
            continue
        after = plain(getattr(wanted, name))
        if recorded is not None and name in recorded.hashed:
            before, after = None, None
        elif recorded is not None:
            before = recorded.fields.get(name)
        else:
            before = _shown_before(after, getattr(container.settings, name))
        if recorded is None and secret_references.paths(after):
            found.append(Difference(name, f"{name} changed", HIDDEN, after))
        else:
            found.append(Difference(name, _words(name, entries, before, after), before, after))
    return found


def _secrets(wanted: Settings, container: Existing, reveal: Reveal) -> list[Difference]:
    """Return the settings, except environment variables, in which the value of a secret differs.

    The label holds references to secrets, not their values.
    """
    found = []
    for setting in _WITH_SECRETS:
        name, value = setting.name, getattr(wanted, setting.name)
        if not secret_references.paths(plain(value)):
            continue
        if container.recorded is None or not container.recorded.holds(name, value):
            continue  # Found already.
        if not _has_secrets(setting, value, getattr(container.settings, name), reveal):
            reason = f"{name}: the value of a secret changed"
            found.append(Difference(name, reason, HIDDEN, plain(value)))
    return found


def _has_secrets(setting: Setting, value: Any, actual: Any, reveal: Reveal) -> bool:
    """Return whether an actual value has the values of the secrets in the wanted one.

    Of a map, only the entries with secrets are compared: engines add others.
    """
    written, actual = setting.canonical(value), setting.canonical(actual)
    expected = setting.canonical(setting.with_secrets(value, reveal))
    if not isinstance(written, Mapping):
        return bool(actual == expected)
    secret = [key for key in written if secret_references.paths(written[key])]
    return all((actual or {}).get(key) == expected.get(key) for key in secret)


def _env(
    wanted: Settings, observed: Observed, container: Existing, reveal: Reveal
) -> list[Difference]:
    """Return the variables whose actual value is not the wanted one: their names, never their
    values.
    """
    written = wanted.env or {}
    actual = container.settings.env or {}
    effective = {**observed.file_env, **{name: reveal(value) for name, value in written.items()}}
    names = [
        name
        for name in sorted(environment.to_compare(wanted, observed))
        if actual.get(name) != effective.get(name, environment.of_image(observed).get(name))
    ]
    if not names:
        return []
    before = {name: HIDDEN for name in names if name in actual}
    after = {name: written.get(name, HIDDEN) for name in names if name in effective}
    return [Difference("env", f"env {', '.join(names)} changed", before, after)]


def _volumes_from(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    """Return whether other containers' volumes are not, or no longer, mounted.

    Engines mount them when a container is created, so what is mounted is compared, too.
    """
    name, entries = "volumes_from", wanted.volumes_from or ()
    after = plain(wanted.volumes_from)
    if container.recorded is not None and not container.recorded.holds(name, wanted.volumes_from):
        before = container.recorded.fields.get(name)
        return [Difference(name, f"{name} {_value(before)} -> {_value(after)}", before, after)]
    own = [mount.target for mount in wanted.volumes or ()] + list(wanted.tmpfs or ())
    changed = donors.missing(entries, observed.donors, container.volumes, own)
    if not changed:
        return []
    reason = f"the volumes of {', '.join(changed)} changed"
    return [Difference(name, reason, None, after)]


def _shown_before(wanted: Any, actual: Any) -> Any:
    """Return the old value to show.

    For maps, only the keys that the user sets: others come from the image or another tool.
    """
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        return {key: actual[key] for key in wanted if key in actual}
    return plain(actual)


def _restart(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    before, after = container.settings.restart, wanted.restart or "no"
    if before == after or (wanted.restart is None and container.recorded is None):
        return []
    reason = f"restart {before} -> {after}"
    return [Difference("restart", reason, before, after, in_place=not observed.podman)]


def _limits(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    """Return the limits that differ, including those to remove because the stack dropped them."""
    found = []
    for name, limit in LIMITS.items():
        if name in observed.incapable or limit.is_other_form(wanted, container.settings):
            continue
        can_change = not observed.podman and not limit.recreates(wanted, container.settings)
        before, after = getattr(container.settings, name), getattr(wanted, name)
        is_left = after is None and container.recorded is None
        if not limit.lifts_in_place:
            after = after or None  # Engines ignore a 0 in an update.
        if name == "memory_swap" and (after is None or (after == -1 and observed.podman)):
            after = _default_swap(container, wanted)
        if after is None:
            follows_memory = name == "memory_swap"
            if is_left or follows_memory or before in limit.unlimited:
                continue
            reason = f"{name} {_amount(limit, before)} -> no limit"
            can_lift = limit.lifts_in_place and can_change
            found.append(Difference(name, reason, _amount(limit, before), None, can_lift))
        elif before != after and not (before in limit.unlimited and after in limit.unlimited):
            shown = _amount(limit, before), _amount(limit, after)
            reason = f"{name} {shown[0]} -> {shown[1]}"
            found.append(Difference(name, reason, *shown, in_place=can_change))
    return found


def _default_swap(container: Existing, wanted: Settings) -> int | None:
    """Return the swap limit that engines set for a memory limit: twice the memory.

    Podman supports no other.

    None if a change of the memory limit sets the swap limit, too.
    """
    actual = container.settings
    if container.recorded is None or not actual.memory_swap:
        return None
    return 2 * actual.memory if actual.memory and actual.memory == wanted.memory else None


def _amount(limit: Limit, value: Any) -> str:
    return "no limit" if value in limit.unlimited else limit.amount(value)


def _networks(wanted: Settings, observed: Observed, container: Existing) -> list[Difference]:
    mode = _made_on(wanted, observed, container)
    after = wanted.network_mode
    if wanted.networks:
        return _attachments(wanted.networks, observed, mode)
    if after is not None and not networks.is_special(after):
        return _attachments((Attachment(after),), observed, mode)
    if after is None:
        if container.recorded is None:
            return []
        after = "bridge"
    if after.startswith("container:"):
        same = mode == f"container:{observed.shared.get(after.partition(':')[2])}"
        before = "another container" if mode.startswith("container:") else mode
    else:
        same, before = mode == after, mode
    if not same:
        return [Difference("network_mode", f"network_mode {before} -> {after}", before, after)]
    if mode.startswith("container:"):
        return []
    own = (mode, "podman") if observed.podman else (mode,)
    return [_left(actual) for actual in container.attachments if actual.network not in own]


def _made_on(wanted: Settings, observed: Observed, container: Existing) -> str:
    """Return the network or mode that the container was created with.

    Podman reports ``bridge`` for any network.
    """
    mode = container.network_mode
    names = [attachment.network for attachment in container.attachments]
    if not observed.podman or mode != "bridge" or not names:
        return mode
    kept = [item.network for item in wanted.networks or () if item.network in names]
    return kept[0] if kept else mode if "podman" in names else names[0]


def _attachments(
    wanted: tuple[Attachment, ...], observed: Observed, first: str
) -> list[Difference]:
    """Return the differences in networks.

    All can change in place, except the network with which a container was created.
    """
    container = cast(Existing, observed.container)
    targets = {attachment.network: attachment for attachment in wanted}
    actual = {attachment.network: attachment for attachment in container.attachments}
    recorded_macs = container.recorded.macs if container.recorded else {}
    found = []
    if first not in targets:
        made_on = first if first != "bridge" else "the engine's own"
        after = ", ".join(str(attachment) for attachment in wanted)
        return [Difference("networks", f"networks {made_on} -> {after}", made_on, after)]
    for name, attachment in targets.items():
        if name not in actual:
            reason = f"network {name} added"
            in_place = not attachment.mac
            found.append(Difference("networks", reason, None, attachment, in_place))
            continue
        exactly = container.recorded is not None
        if not networks.satisfies(actual[name], attachment, observed.podman, exactly):
            before = actual[name]
            in_place = name != first and not (attachment.mac or recorded_macs.get(name))
        elif (kept := _kept_addresses(actual[name], attachment, observed)) is not None:
            before, in_place = kept, False
        elif exactly and recorded_macs.get(name, "") != attachment.mac:
            before, in_place = Attachment(name, mac=recorded_macs.get(name, "")), False
        else:
            continue
        reason = f"network {before} -> {attachment}"
        found.append(Difference("networks", reason, before, attachment, in_place))
    return found + [_left(actual[name]) for name in sorted(set(actual) - set(targets))]


def _kept_addresses(
    actual: Attachment, wanted: Attachment, observed: Observed
) -> Attachment | None:
    """Return the addresses from the label, as Podman does not report which ones are fixed."""
    recorded = cast(Existing, observed.container).recorded
    if recorded is None or not observed.podman:
        return None
    fixed = recorded.addresses.get(actual.network, frozenset()) - wanted.fixed
    if not fixed or (actual.current and not fixed & set(actual.current)):
        return None
    return Attachment(actual.network, (*actual.aliases, *sorted(fixed)))


def _left(actual: Attachment) -> Difference:
    reason = f"network {actual.network} removed"
    return Difference("networks", reason, actual, None, in_place=True)


def _words(name: str, entries: list[str], before: Any, after: Any) -> str:
    """Return the reason for one field: short values in full, maps by their keys."""
    shown = SETTINGS[name].shown
    if shown == KEYS:
        return f"{name} {', '.join(entries)} changed"
    if before == after and name in ("ipc", "pid"):
        return f"{name} {after} now has a different ID"
    if shown == NAME or (before is None and after is None):
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
