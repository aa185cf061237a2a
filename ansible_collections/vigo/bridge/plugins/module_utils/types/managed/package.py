# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages of the machine's package manager. Pure."""

from __future__ import annotations

import re
from typing import Any, Mapping, Sequence

from ...common import comma_strings
from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from ...common.switches import is_on
from ...host import package_files
from ..descriptor import Attribute
from .managers import package_manager
from .modules import DATABASES, HOLD, PACKAGES, VERSION_LOCK
from .plan import Plan, Step

ATTRIBUTES = (
    Attribute("package", required=True, plain=True),
    Attribute("state", "str", default="present", choices=("present", "latest", "absent")),
    Attribute("version", "str"),
    Attribute("allow_downgrade", "bool", default=False),
    Attribute("purge", "bool", default=False),
    Attribute("update_cache", "bool", default=False),
    Attribute("lock_version", "bool", default=False),
)
_ALL = "*"
_GLOB = re.compile(r"[*?\[]")
#: How a version is written after the name of a package.
_VERSION = {"apt": "=", "dnf": "-", "dnf5": "-", "zypper": "=", "apk": "="}
#: By manager: the name of each of our options in its module.
_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "allow_downgrade": {
        "apt": "allow_downgrade",
        "dnf": "allow_downgrade",
        "dnf5": "allow_downgrade",
        "zypper": "oldpackage",
    },
    # The others do not keep configuration files, so there is nothing to purge.
    "purge": {"apt": "purge", "pacman": "remove_nosave"},
    "update_cache": dict.fromkeys(PACKAGES, "update_cache"),
}
#: Managers whose modules upgrade everything with an option instead of a name.
_UPGRADES = frozenset({"apk", "pacman"})


@dataclass(frozen=True)
class Packages:
    """The wanted state of packages. switches: the Boolean options that are on."""

    names: tuple[str, ...]
    state: str
    version: str
    lock: bool
    switches: tuple[str, ...]

    def steps(self, manager: str, triggered: bool) -> tuple[Step, ...]:
        """Return what to do with a package manager. Raise ResourceError."""
        module = PACKAGES[manager]
        args: dict[str, Any] = {"name": list(self._written(manager)), "state": self.state}
        if self.names == (_ALL,) and manager in _UPGRADES:
            args = {"upgrade": True}
        for switch in self.switches:
            option = _OPTIONS[switch].get(manager)
            if option:
                args[option] = True
            elif switch == "allow_downgrade":
                raise unsupported(switch, manager)
        if self.lock and manager == "apt":
            args["allow_change_held_packages"] = True
        return (Step(module, args), *self._lock_steps(manager))

    def _lock_steps(self, manager: str) -> tuple[Step, ...]:
        if not self.lock:
            return ()
        change = unlock_steps if self.state == "absent" else lock_steps
        return change(manager, self.names)

    def _written(self, manager: str) -> tuple[str, ...]:
        if not self.version:
            return self.names
        if manager not in _VERSION:
            raise unsupported("version", manager)
        return tuple(f"{name}{_VERSION[manager]}{self.version}" for name in self.names)


def lock_steps(manager: str, names: Sequence[str]) -> tuple[Step, ...]:
    """Return what keeps packages at their versions. Raise ResourceError."""
    if manager == "apt":
        return tuple(Step(HOLD, {"name": name, "selection": "hold"}) for name in names)
    if manager == "dnf":
        return (Step(VERSION_LOCK, {"name": list(names), "state": "present"}),)
    raise unsupported("lock_version", manager)


def unlock_steps(manager: str, names: Sequence[str]) -> tuple[Step, ...]:
    """Return what removes the locks of packages that are removed."""
    if manager == "dnf":
        return (Step(VERSION_LOCK, {"name": list(names), "state": "absent"}),)
    return ()  # With apt, removing a package removes the lock. Other managers have no locks.


def parse(attributes: Mapping[str, Any], triggered: bool = False) -> Plan:
    """Return what is wanted. Raise ResourceError for invalid attributes."""
    given = {name: value for name, value in attributes.items() if value not in (None, "")}
    problems = Problems()
    names = problems.of("package", _names, given.get("package"))
    state = problems.of("state", _state, str(given.get("state", "present")))
    on = {
        name: problems.of(name, is_on, given.get(name), name)
        for name in ("allow_downgrade", "purge", "update_cache", "lock_version")
    }
    problems.refuse()
    version = str(given.get("version", ""))
    problems.of("package", _refuse_patterns, names, state)
    problems.of("version", _check_version, version, names, state)
    _check_switches(on, names, state, version, problems)
    problems.refuse()
    switches = tuple(name for name in _OPTIONS if on[name])
    packages = Packages(names, state, version, on["lock_version"], switches)
    return Plan(
        package_manager,
        packages.steps,
        DATABASES,
        takes_latest=state == "latest",
        updates_list=on["update_cache"],
        adds=package_files.ADDED,
        replaces=package_files.replaced(state == "absent"),
    )


def _names(value: Any) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(comma_strings.each(value, _name)))
    if not names:
        raise ResourceError("package is missing or empty", "add the name of a package")
    return names


def _name(name: str) -> str:
    if name.startswith("-") or re.search(r"\s", name):
        raise ResourceError(f"package: invalid name {name!r}", "write the names in a list")
    if "=" in name:
        raise ResourceError(f"package: invalid name {name!r}", "set its version with version")
    if "/" in name or name.endswith((".deb", ".rpm")):
        raise ResourceError(
            f"package: {name!r} is a file",
            "install it with type: nonrepo_package",
        )
    return name


def _state(state: str) -> str:
    choices = next(one.choices for one in ATTRIBUTES if one.name == "state")
    if state not in choices:
        raise ResourceError(f"state: {state!r} is not one of {', '.join(choices)}")
    return state


def _refuse_patterns(names: tuple[str, ...], state: str) -> None:
    for name in names:
        if state == "absent" and _GLOB.search(name):
            raise ResourceError(
                f"package: {name!r} with state absent would remove every package that matches",
                "name the packages to remove",
            )
        if name == _ALL and (state != "latest" or len(names) > 1):
            raise ResourceError(
                "package: '*' means all installed packages",
                "use it alone, with state: latest",
            )


def _check_version(version: str, names: tuple[str, ...], state: str) -> None:
    if not version:
        return
    if version == "latest":
        raise ResourceError("version: 'latest' is not a version", "set state: latest")
    if state != "present":
        raise ResourceError(f"version cannot be combined with state {state}", "remove one of them")
    if len(names) > 1 or _GLOB.search(names[0]):
        raise ResourceError(
            "version is allowed only for a single package", "write a resource for each package"
        )
    if re.search(r"\s", version) or version.startswith("-"):
        raise ResourceError(f"version: invalid version {version!r}", "write it without blanks")


def _check_switches(
    on: Mapping[str, bool],
    names: tuple[str, ...],
    state: str,
    version: str,
    problems: Problems,
) -> None:
    with problems.collected("purge"):
        if on["purge"] and state != "absent":
            raise ResourceError(
                f"purge requires state absent, but state is {state}", "remove purge"
            )
    with problems.collected("allow_downgrade"):
        if on["allow_downgrade"] and not version:
            raise ResourceError("allow_downgrade has no effect without version", "set version")
    with problems.collected("lock_version"):
        if on["lock_version"] and any(map(_GLOB.search, names)):
            raise ResourceError(
                "lock_version cannot be combined with patterns", "remove lock_version"
            )


def unsupported(attribute: str, manager: str) -> ResourceError:
    """Return the error for an attribute that a package manager does not support."""
    return ResourceError(
        f"{attribute} is not supported with {manager}",
        'remove it for such hosts, for example with case: "{{ .Traits.os.family }}"',
    )
