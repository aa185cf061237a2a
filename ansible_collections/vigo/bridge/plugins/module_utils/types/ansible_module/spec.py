# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of a module: attributes to a frozen spec."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Tuple

from ...common import durations
from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from ..descriptor import TIME_LIMIT
from .part import Part
from .system_folders import is_system_folder

_PACKAGES = frozenset({"apk", "apt", "dnf", "dnf5", "homebrew", "pacman", "pkgng", "yum", "zypper"})
_ABSENT = ("absent", "removed")


@dataclass(frozen=True)
class ModuleSpec:
    """What to run. Texts keep their references to secrets; timeout in seconds.

    after: the steps after the module.
    """

    module: str
    args: Mapping[str, Any]
    timeout: float
    after: Tuple[Part, ...] = ()

    @property
    def is_of_packages(self) -> bool:
        """Return whether it installs or removes packages."""
        return self.module.rpartition(".")[2] in _PACKAGES

    @property
    def is_removal(self) -> bool:
        """Return whether the module removes something."""
        return self.args.get("state") in _ABSENT


def parse(module: str, attributes: Mapping[str, Any]) -> ModuleSpec:
    """Return the spec of a module call.

    Raise ResourceError for arguments that are invalid, or would make the machine unusable.
    """
    problems = Problems()
    args = attributes.get("args")
    if args is None:
        args = {}
    if not isinstance(args, Mapping):
        raise ResourceError("args must be a mapping of the module's options", place=("args",))
    timeout = problems.of(
        "timeout", durations.seconds, attributes.get("timeout") or TIME_LIMIT, "timeout"
    )
    problems.of("args", refuse_disaster, module, args)
    problems.refuse()
    return ModuleSpec(module, args, timeout)


def own_options(module: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the options under which Ansible itself calls the module for some tasks."""
    if module not in ("ansible.builtin.command", "ansible.builtin.shell"):
        return args
    own = {("_raw_params" if name == "cmd" else name): value for name, value in args.items()}
    return {**own, "_uses_shell": True} if module.endswith(".shell") else own


def refuse_disaster(
    module: str, args: Mapping[str, Any], attributes: Mapping[str, str] | None = None
) -> None:
    """Raise ResourceError for calls that can only be a mistake and cannot be undone.

    attributes: the resource's name for each option; None if the names are the same.
    """
    if args.get("state") not in _ABSENT:
        return
    short = module.rpartition(".")[2]
    names = attributes or {}
    if short in _PACKAGES:
        for name in ("name", "package", "pkg"):
            if any(part.strip() == "*" for part in _words(args.get(name))):
                called = names.get(name, name)
                raise ResourceError(
                    f"{called}: '*' with state absent would remove all packages; name those to"
                    " remove",
                    place=(called,),
                )
    for name, path in removed(module, args):
        if is_system_folder(path):
            called = names.get(name, name)
            raise ResourceError(
                f"{called}: {path!r} with state absent would remove a system folder;"
                " name what to remove in it",
                place=(called,),
            )


def removed(module: str, args: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the option and the path of each folder that a module removes with its content."""
    if args.get("state") in _ABSENT and module.rpartition(".")[2] == "file":
        for name in ("path", "dest", "name"):
            if isinstance(args.get(name), str):
                yield name, args[name]


def _words(value: Any) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value]
    return str(value or "").split(",")
