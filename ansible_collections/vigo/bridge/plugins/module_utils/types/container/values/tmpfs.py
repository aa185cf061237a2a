# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of a container that live in memory: ``/run``, ``/tmp:size=64m``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Mapping

from ....common.comma_strings import NEXT_MOUNT, each, text
from ....common.errors import ResourceError, within
from . import paths
from .mount import PROPAGATION

if TYPE_CHECKING:
    from ..setting import Pair

_VALUES = {
    **dict.fromkeys(("size", "nr_inodes", "nr_blocks"), re.compile(r"\d+[kKmMgG%]?")),
    **dict.fromkeys(("uid", "gid"), re.compile(r"\d+")),
    "mode": re.compile(r"[0-7]{3,5}"),
    "mpol": re.compile(r".+"),
}
_FLAGS = PROPAGATION | {
    *("defaults", "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec"),
    *("sync", "async", "dirsync", "mand", "nomand", "atime", "noatime", "diratime", "nodiratime"),
    *("relatime", "norelatime", "strictatime", "nostrictatime"),
}
#: What engines add to each, and further options by whether it is Podman.
_USUAL = frozenset({"rw", "nosuid", "nodev", "rprivate", "defaults", "mode=1777", "uid=0", "gid=0"})
_ALSO_USUAL = {False: frozenset({"noexec"}), True: frozenset({"exec"})}
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def parse(value: Any, attribute: str) -> dict[str, str]:
    """Return the options of in-memory folders by path, from ``/run,/tmp:size=64m`` or a map."""
    folders: dict[str, str] = {}

    def add(path: str, options: Any) -> None:
        target = paths.mount_point(path, "tmpfs")
        if target in folders:
            raise ResourceError(f"tmpfs: duplicate entry for {target}", "keep one of them")
        folders[target] = _options(target, options)

    if isinstance(value, dict):
        for path, options in value.items():
            with within(path):
                add(text(path), options)
    else:
        each(value, lambda written: add(*written.partition(":")[::2]), NEXT_MOUNT)
    return folders


def _options(path: str, options: Any) -> str:
    words = sorted(word for word in text(options).split(",") if word)
    for word in words:
        name, equals, value = word.partition("=")
        form = _VALUES.get(name)
        if not (form.fullmatch(value) if form else name in _FLAGS and not equals):
            problem = f"invalid value in {word!r}" if form else f"unknown option {word!r}"
            raise ResourceError(
                f"tmpfs: {path}: {problem}",
                "write for example size=64m, mode=1777, uid=1000, noexec",
            )
    return ",".join(words)


def read(host: Any) -> dict[str, str]:
    """Return in-memory folders of both kinds: ``--tmpfs``, and ``--mount type=tmpfs`` as Compose
    writes it.
    """
    host = host or {}
    found = dict(host.get("Tmpfs") or {})
    for mount in host.get("Mounts") or []:
        if mount.get("Type") == "tmpfs":
            options = mount.get("TmpfsOptions") or {}
            words = ["ro"] if mount.get("ReadOnly") else []
            words += [f"size={options['SizeBytes']}"] if options.get("SizeBytes") else []
            words += [f"mode={options['Mode']:o}"] if options.get("Mode") else []
            found[mount["Target"]] = ",".join(words)
    return {
        path: ",".join(sorted(word for word in options.split(",") if word))
        for path, options in found.items()
    }


def form(folders: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return the options by path, without those that are the default."""
    return {paths.clean(path): _unusual(options) for path, options in folders.items()}


def _unusual(options: str) -> frozenset[str]:
    return frozenset({_spelled(word) for word in options.split(",") if word} - _USUAL)


def _spelled(word: str) -> str:
    """Return an option in one spelling.

    ``size=64k`` is ``size=65536``, and ``mode=0700`` is ``mode=700``.
    """
    name, _equals, value = word.partition("=")
    if name == "mode":
        return f"mode={value.lstrip('0')}"
    unit = _UNITS.get(value[-1:].lower())
    if name == "size" and unit and value[:-1].isdigit():
        return f"size={int(value[:-1]) * unit}"
    return word


def same(pair: Pair) -> bool:
    """Return whether a folder has the wanted options. Podman adds some."""
    if pair.actual is None or pair.expected == (None,):
        return pair.expected == (pair.actual,)
    wanted, actual, before = (
        (options or frozenset()) - _ALSO_USUAL[pair.podman]
        for options in (*pair.expected, pair.actual, pair.before)
    )
    if pair.podman:
        return wanted <= actual and not (before - wanted) & actual
    return bool(wanted == actual)
