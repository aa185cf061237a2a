# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings a person chose for a container: those that are neither the image's nor the
engine's. Pure.

The rows of the settings say what a container has by itself; only what is not in them is written
here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.decide import environment
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import Observed
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.setting import (
    Entries,
    Limit,
    Pair,
    Setting,
    Single,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.settings import SETTINGS
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import (
    healthcheck,
    limits,
)

#: Labels that other programs put on each of their containers.
_OF_PROGRAMS = ("com.docker.compose.", "io.podman.compose.", "desktop.docker.io/")
#: What Podman adds to folders in memory, and the folders that it adds to `read_only`.
_PODMAN_OPTIONS = frozenset({"nodev", "nosuid", "rprivate", "rw", "tmpcopyup"})
_PODMAN_FOLDERS = frozenset({"/run", "/tmp", "/var/tmp"})


def chosen(observed: Observed, entries: Collection[str]) -> dict[str, Any]:
    """Return the values of settings by attribute, except networks.

    entries: the variables as the engine lists them. Those without ``=`` are not set.
    """
    found: dict[str, Any] = {"image": _image(observed)}
    found |= _words(observed)
    are_set = {entry.partition("=")[0] for entry in entries if "=" in entry}
    found["env"] = _env(observed, are_set)
    for name, setting in SETTINGS.items():
        value = getattr(observed.existing.settings, name)
        if value is not None:
            found.setdefault(name, _kept(setting, value, observed))
    found["restart"] = observed.existing.settings.restart
    found["labels"] = _labels(found["labels"])
    found["tmpfs"] = _tmpfs(found, observed.podman)
    unset = _unset(found, observed)
    return {name: value for name, value in found.items() if _is_given(value) and name not in unset}


def _is_given(value: Any) -> bool:
    return value is not None and value is not False and value not in ((), [], {}, "")


def _unset(found: Mapping[str, Any], observed: Observed) -> Collection[str]:
    """Return the settings that follow from others."""
    mode = observed.existing.network_mode
    memory, swap = found.get("memory"), found.get("memory_swap")
    return {
        name
        for name, follows in {
            "memory_swap": bool(memory) and swap == 2 * (memory or 0),
            "cpus": limits.has_quota(observed.existing.settings),
            "hostname": mode == "host" or mode.startswith("container:"),
            "restart": found["restart"] == "no",
            "ipc": found.get("ipc") == ("shareable" if observed.podman else "private"),
        }.items()
        if follows
    }


def _image(observed: Observed) -> str:
    return observed.existing.settings.image or observed.existing.image_id


def _words(observed: Observed) -> dict[str, Any]:
    """Return the command and the entrypoint. Setting an entrypoint drops the image's command."""
    settings, image = observed.existing.settings, observed.image_config
    entrypoint, command = settings.entrypoint or (), settings.command or ()
    if entrypoint != tuple(image.get("Entrypoint") or ()):
        return {"entrypoint": entrypoint or [""], "command": command}
    return {
        "entrypoint": None,
        "command": command if command != tuple(image.get("Cmd") or ()) else None,
    }


def _env(observed: Observed, are_set: Collection[str]) -> dict[str, str]:
    of_image = environment.of_image(observed)
    of_engine = environment.of_engine(observed.podman)
    return {
        name: value
        for name, value in (observed.existing.settings.env or {}).items()
        if of_image.get(name) != value and name not in of_engine and name in are_set
    }


def _labels(labels: Mapping[str, str] | None) -> dict[str, str]:
    return {
        name: value for name, value in (labels or {}).items() if not name.startswith(_OF_PROGRAMS)
    }


def _tmpfs(found: Mapping[str, Any], podman: bool) -> dict[str, str]:
    """Return folders in memory, without what Podman adds to them, and those of `read_only`."""
    folders = found.get("tmpfs") or {}
    if not podman:
        return dict(folders)
    added = _PODMAN_FOLDERS if found.get("read_only") else ()
    return {
        path: ",".join(word for word in options.split(",") if word not in _PODMAN_OPTIONS)
        for path, options in folders.items()
        if path not in added
    }


def _kept(setting: Setting, value: Any, observed: Observed) -> Any:
    """Return what of a value is not there by itself; None for nothing."""
    compare = setting.compare
    if isinstance(compare, Limit):
        return None if value in compare.unlimited else value
    if isinstance(compare, Single):
        form = setting.canonical(value)
        return None if form is None or form in compare.unset(observed) else value
    if isinstance(compare, Entries):
        return _kept_entries(setting, compare, value, observed)
    return None


def _kept_entries(setting: Setting, compare: Entries, value: Any, observed: Observed) -> Any:
    actual = setting.canonical(value) or {}
    base = compare.unset(observed)
    if compare.completed:
        actual = compare.completed(actual, actual, observed.podman)
    kept = {
        key: entry
        for key, entry in actual.items()
        if key not in base or not compare.same(_pair(base[key], entry, observed))
    }
    if isinstance(value, healthcheck.Healthcheck):
        return kept

    def is_kept(entry: Any) -> bool:
        return not kept.keys().isdisjoint(setting.canonical(entry) or ())

    if isinstance(value, Mapping):
        return {key: entry for key, entry in value.items() if is_kept({key: entry})}
    return [entry for entry in value if is_kept((entry,))]


def _pair(base: Any, actual: Any, observed: Observed) -> Pair:
    """Return a pair in which a volume with another name than an engine's own differs."""
    return Pair(base, actual, None, (base,), observed.podman, is_ours=True)
