# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares a container's settings with the wanted ones. Pure.

One rule applies to all containers: a setting that differs from what was set at creation counts as a
difference, unless the container has the wanted value already. For a container of this collection,
the label records what was set. For any other container, all its settings count as set, except
entries that engines and images add. Exceptions for a setting are in its row.
"""

from __future__ import annotations

from typing import Any, Mapping

from ..observed import Observed
from ..setting import Entries, Pair, Reveal, Setting, Single
from ..settings import SETTINGS, Settings
from . import program

#: Setting one of these changes which words of the image are used.
_WORDS = ("command", "entrypoint")
_OTHER_WORDS = dict(zip(_WORDS, reversed(_WORDS)))


def differing(name: str, wanted: Settings, observed: Observed, reveal: Reveal) -> list[str]:
    """Return the entries of a setting that differ, or its name; empty if nothing differs."""
    setting, container = SETTINGS[name], observed.existing
    recorded, value = container.recorded, getattr(wanted, name)
    other = _OTHER_WORDS.get(name)
    if (
        recorded is not None
        and recorded.holds(name, value)
        and (other is None or recorded.holds(other, getattr(wanted, other)))
        and not _names_container(setting, value)
    ):
        return []
    actual = getattr(container.settings, name)
    if recorded is None and (value is None or actual is None):
        return []
    if actual is None:
        return [name]  # Podman does not report it; the label does.
    if isinstance(setting.compare, Entries):
        return _differing_entries(
            setting, setting.compare, setting.with_secrets(value, reveal), observed
        )
    if isinstance(setting.compare, Single):
        same = _same_single(setting, setting.compare, value, observed)
        return [name] if _differs(same, observed) else []
    return [] if _has_words(name, wanted, observed, reveal) else [name]


def _names_container(setting: Setting, value: Any) -> bool:
    """Return whether it is the ID of another container, which may have been recreated since."""
    if not value or not isinstance(setting.compare, Single):
        return False
    return setting.compare.names_container and bool(value.startswith("container:"))


def _differs(same: bool | None, observed: Observed) -> bool:
    """Return whether they differ.

    If the engine does not report the value (None), the label decides.
    """
    return same is False or (same is None and observed.existing.recorded is not None)


def _has_words(name: str, wanted: Settings, observed: Observed, reveal: Reveal) -> bool:
    command, entrypoint = (
        SETTINGS[each].with_secrets(getattr(wanted, each), reveal) for each in _WORDS
    )
    expected = program.words(name, observed, entrypoint, command)
    actual: tuple[str, ...] | None = getattr(observed.existing.settings, name)
    return expected == actual


def _same_single(setting: Setting, compare: Single, value: Any, observed: Observed) -> bool | None:
    recorded = observed.existing.recorded
    wanted = setting.canonical(value)
    actual = setting.canonical(getattr(observed.existing.settings, setting.name))
    if _names_container(setting, wanted):  # Engines store the ID.
        other = wanted.partition(":")[2]
        return actual in (wanted, f"container:{observed.shared.get(other, other)}")
    before = setting.canonical(recorded.fields.get(setting.name)) if recorded else None
    expected = compare.unset(observed) if wanted is None else (wanted,)
    is_ours = recorded is not None
    return compare.same(Pair(wanted, actual, before, expected, observed.podman, is_ours))


def _differing_entries(
    setting: Setting, compare: Entries, value: Any, observed: Observed
) -> list[str]:
    is_ours, podman = observed.existing.recorded is not None, observed.podman
    wanted = setting.canonical(value) or {}
    actual = setting.canonical(getattr(observed.existing.settings, setting.name)) or {}
    base = compare.unset(observed)
    known = _recorded(setting, observed)
    if compare.completed:
        actual = compare.completed({**(known or {}), **wanted}, actual, podman)
    if known is not None:
        before = known
    else:
        is_added_to = not is_ours and ("podman" if podman else "docker") in compare.added_by
        before = {} if is_added_to else actual
    if compare.as_one:
        pair = Pair(wanted, actual, before, ({**base, **wanted},), podman, is_ours)
        all_same = compare.as_one(pair)
        if all_same is not None:
            return [] if all_same else [setting.name]
    changed = [key for key in {**before, **wanted} if before.get(key) != wanted.get(key)]
    found = []
    for key in changed:
        target = wanted.get(key, base.get(key))
        pair = Pair(target, actual.get(key), before.get(key), (target,), podman, is_ours)
        if _differs(compare.same(pair), observed):
            found.append(str(key))
    return sorted(found)


def _recorded(setting: Setting, observed: Observed) -> Mapping[Any, Any] | None:
    """Return what was set when the container was created; None if that is not known."""
    recorded = observed.existing.recorded
    if recorded is None or setting.name in recorded.hashed:
        return None
    return setting.canonical(recorded.fields.get(setting.name)) or {}
