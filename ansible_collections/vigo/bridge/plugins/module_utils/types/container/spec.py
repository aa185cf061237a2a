# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wanted state of one container: attributes parsed into frozen values.

``Settings`` holds the settings of the container. ``ContainerSpec`` adds how it is applied. Texts
still contain references to secrets.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Mapping, Sequence

from ...common.comma_strings import text
from ...common.dataclass import dataclass, replace
from ...common.durations import seconds
from ...common.errors import Key, Problems, ResourceError, errors_of
from ...common.integers import integer
from ...common.suggest import did_you_mean
from ..descriptor import Attribute
from . import conflicts, start_first
from .descriptor import TYPE
from .docker_container import aliases_of
from .needed import needs
from .rows.shared import plain
from .setting import Option, row, rows
from .settings import SETTINGS, Settings
from .values import mounts, process, quantities, restart
from .values.healthcheck import Healthcheck

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]+")
#: Suffixes of the containers that a replacement keeps for a while.
NEW, OLD, FAILED = ".vigo-new", ".vigo-old", ".vigo-failed"

#: Seconds that a container with ``expect: exited`` may take, the same as for a command.
JOB_TIMEOUT = 300.0


def _choice(*words: str) -> Any:
    """Return a field for one of some words; the first is the default."""
    option = Option(quantities.one_of(*words), "str", choices=words, shown_default=words[0])
    return row(option, words[0])


def _switch(default: bool) -> Any:
    return row(Option(quantities.switch, "bool", shown_default=default), default)


@dataclass(frozen=True)
class ContainerSpec:
    """One container resource.

    health_timeout: seconds until it must be healthy, or have ended with ``expect: exited``.
    settle_time: seconds. update: which container runs first when one is replaced. share_volumes:
    whether both may write to volumes meanwhile. pre_stop: a command to run before the old one is
    stopped; pre_stop_failure: what its failure is. drain_time: seconds to wait after it.
    docker_host: empty means the environment's or the default. keep_images: how many older images of
    the repository to leave; None: all. scope, stack_id, resource: the stack and the resource, for
    its labels; may be empty.
    """

    name: str
    settings: Settings
    state: str = _choice("running", "stopped", "absent")
    pull: str = _choice("missing", "always", "never")
    registry_username: str = row(Option(plain, "str"), "")
    registry_password: str = row(Option(plain, "str", no_log=True, secrets=True), "")
    docker_host: str = row(Option(plain, "str"), "")
    create_networks: bool = _switch(True)
    health_timeout: float = row(Option(seconds), 60.0)
    settle_time: float = row(Option(seconds), 2.0)
    expect: str = _choice("running", "exited")
    renew_volumes: bool = _switch(False)
    remove_volumes: bool = _switch(False)
    update: str = _choice("stop-first", start_first.START_FIRST)
    share_volumes: bool = _switch(False)
    pre_stop: tuple[str, ...] = row(Option(quantities.words, words=True), ())
    pre_stop_on: str = _choice("container", "host")
    pre_stop_timeout: float = row(Option(seconds), 60.0)
    pre_stop_failure: str = _choice("error", "warning")
    drain_time: float = row(Option(seconds), 0.0)
    keep_images: int | None = row(Option(integer, "int"))
    scope: str = row(Option(plain, "str"), "")
    stack_id: str = row(Option(plain, "str"), "")
    resource: str = row(Option(plain, "str"), "")

    @property
    def image(self) -> str:
        return self.settings.image or ""

    @property
    def is_wanted(self) -> bool:
        return self.state != "absent"

    @property
    def is_by_name(self) -> bool:
        """Whether it only names an existing container, whose settings stay as they are."""
        return self.is_wanted and not self.image


#: How each attribute is read that says how a container is applied, by name.
HANDLING: Mapping[str, Option] = {option.name: option for option in rows(ContainerSpec)}
#: Added to each resource by the stack; these are not attributes.
_ORIGIN = ("scope", "stack_id", "resource")


def attributes() -> tuple[Attribute, ...]:
    """Return the attributes of a container."""
    options = (*SETTINGS.values(), *HANDLING.values())
    name = Attribute("container", "str", required=True, plain=True)
    found = [name, *(attribute for option in options for attribute in option.attributes)]
    return tuple(
        replace(attribute, aliases=aliases_of(attribute.name))
        for attribute in found
        if attribute.name not in _ORIGIN
    )


def parse(attributes: Mapping[str, Any], may_be_by_name: bool = False) -> ContainerSpec:
    """Return the spec of attributes from a playbook or a stack. Raise ResourceError.

    may_be_by_name: whether the image may be omitted to name an existing container.
    """
    given = {name: value for name, value in attributes.items() if not _is_blank(value)}
    reading = _Reading(given)
    for name in given:
        reading.of((name,), _refuse_unknown, name)
    handling = reading.parsed(HANDLING)
    settings = reading.parsed(SETTINGS)
    reading.of(("mounts", "volumes", "tmpfs"), _move_tmpfs, settings)
    settings = {name: value for name, value in settings.items() if _is_set(name, value)}
    if handling.get("expect") == "exited":
        handling.setdefault("health_timeout", JOB_TIMEOUT)
    if handling.get("update") == start_first.START_FIRST:
        handling.setdefault("drain_time", start_first.DRAIN_TIME)
    container = reading.of(("container",), _name, given.get("container")) or ""
    spec = ContainerSpec(container, Settings(**settings), **handling)
    check = _check_by_name if may_be_by_name else _check_image
    reading.whole(("image", "state"), check, spec)
    _check_whole(spec, reading)
    reading.problems.refuse()
    return spec


def _move_tmpfs(settings: dict[str, Any]) -> None:
    """Move the folders in memory from the mounts to ``tmpfs``, where all of them are."""
    if not settings.get("volumes"):
        return
    settings["volumes"], folders = mounts.split(settings["volumes"])
    for path in settings.get("tmpfs", ()):
        if path in folders:
            raise ResourceError(f"tmpfs: {path} is also in volumes", "keep one of them")
    if folders:
        settings["tmpfs"] = {**settings.get("tmpfs", {}), **folders}


class _Reading:
    """Parses attributes one by one, and collects errors."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.problems = Problems()
        self._given = given
        self._invalid: set[str] = set()

    def of(self, names: Sequence[str], read: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a function returns for attributes; None if it raises an error, which is kept.

        names: the last one is where the error is, if it does not name another one itself.
        """
        try:
            return read(*arguments)
        except ResourceError as error:
            _place(error, names)
            self.problems.add(error)
            self._invalid.update(names)
            return None

    def parsed(self, options: Mapping[str, Option]) -> dict[str, Any]:
        """Return the values of the options that are given and can be read."""
        found = {}
        for name, option in options.items():
            given = [one for one in option.names if one in self._given]
            if given:
                values = [self._given.get(one) for one in option.names]
                value = self.of(given, option.parse, *values, given[-1])
                if self._invalid.isdisjoint(given):
                    found[name] = value
        return found

    def whole(self, names: Sequence[str], check: Callable[..., None], *arguments: Any) -> None:
        """Check what depends on several attributes, where all of these can be read."""
        if self._invalid.isdisjoint(names):
            try:
                check(*arguments)
            except ResourceError as error:
                self.problems.add(error)


def _place(error: ResourceError, names: Sequence[str]) -> None:
    """Prepend the last of these attributes to the place of an error that names no other one.

    For a key of docker_container that does not exist here, it then says what to write.
    """
    if error.attribute not in names[:-1]:
        error.move_into((names[-1],))
    from .docker_container_suboptions import advice_within  # Only errors need it.

    for one in errors_of(error):
        hint = advice_within(one.place)
        if hint:
            one.say(one.problem, hint)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


_EMPTY: tuple[Any, ...] = ((), {}, Healthcheck())


def _is_set(name: str, value: Any) -> bool:
    """Return whether a value is set. An empty list or map is not, except as an empty command."""
    return SETTINGS[name].empty_counts or value not in _EMPTY


def _check_whole(spec: ContainerSpec, reading: _Reading) -> None:
    for names, check in _WHOLE:
        reading.whole(names, check, spec)
    for names, refuse in conflicts.CONFLICTS:
        reading.whole(names, refuse, spec.settings)


def _check_image(spec: ContainerSpec) -> None:
    if spec.is_wanted and not spec.settings.image:
        raise ResourceError(
            "image is missing", "it is optional only with state: absent", place=("image",)
        )


#: What a task without an image can have, besides the name and the state.
_BY_NAME = (
    "docker_host, expect, force_kill, health_timeout, remove_volumes, settle_time, and stop_timeout"
    " with state stopped, restarted or absent"
)


def _check_by_name(spec: ContainerSpec) -> None:
    settings = sorted(spec.settings.chosen())
    if spec.is_by_name and settings:
        raise ResourceError(
            f"image is missing, and {settings[0]} requires it",
            "without an image, a task only starts, stops, restarts or removes an existing"
            f" container, and has no options but {_BY_NAME}",
            place=("image",),
        )


def _check_labels(spec: ContainerSpec) -> None:
    ours = [name for name in spec.settings.labels or {} if name.startswith(process.RESERVED)]
    if ours:
        raise ResourceError(
            f"labels: {ours[0]} is reserved", "choose another name", place=("labels", Key(ours[0]))
        )


def _check_itself(spec: ContainerSpec) -> None:
    """Raise ResourceError if it shares something with itself, which engines notice late."""
    for need in needs(spec.settings):
        if need.name == spec.name:
            raise ResourceError(
                f"{need.attribute}: {spec.name} is the container itself",
                "name another one, or remove it",
                place=(need.attribute,),
            )


def _check_keep_images(spec: ContainerSpec) -> None:
    if spec.keep_images is not None and spec.keep_images < 0:
        raise ResourceError(
            "keep_images: expected the number of older images to keep, 0 or more",
            place=("keep_images",),
        )


def _check_registry(spec: ContainerSpec) -> None:
    if bool(spec.registry_username) != bool(spec.registry_password):
        given = "registry_username" if spec.registry_username else "registry_password"
        raise ResourceError(
            "registry_username and registry_password must be given together", place=(given,)
        )


def _check_pre_stop(spec: ContainerSpec) -> None:
    for name in ("pre_stop_on", "pre_stop_timeout", "pre_stop_failure"):
        if not spec.pre_stop and getattr(spec, name) != getattr(ContainerSpec, name):
            raise ResourceError(f"{name} requires pre_stop", "set both", place=(name,))


def _check_restart(spec: ContainerSpec) -> None:
    policy = spec.settings.restart
    if spec.expect != "exited" or policy in (None, restart.NO):
        return
    if policy.startswith("on-failure"):
        reason = "the first exit code is the result; retries of the engine are not considered"
    else:
        reason = "otherwise the engine restarts it"
    raise ResourceError(
        f"expect: exited cannot be combined with restart: {policy}: {reason}",
        "remove it",
        place=("expect",),
    )


#: The checks, and the attributes that each depends on.
_WHOLE: tuple[tuple[tuple[str, ...], Callable[[ContainerSpec], None]], ...] = (
    (("expect", "restart"), _check_restart),
    (("labels",), _check_labels),
    (("container", "network_mode", "ipc", "pid", "volumes_from"), _check_itself),
    (("keep_images",), _check_keep_images),
    (("registry_username", "registry_password"), _check_registry),
    (("pre_stop", "pre_stop_on", "pre_stop_timeout", "pre_stop_failure"), _check_pre_stop),
    *start_first.CONFLICTS,
)


def _name(value: Any) -> str:
    name = text(value).strip()
    if not _NAME.fullmatch(name):
        raise ResourceError(
            f"container: {name!r} is not a container name",
            "write two or more letters, digits, _ . -",
        )
    if name.endswith((NEW, OLD, FAILED)):
        raise ResourceError(
            f"container: {name!r}: names with this ending are reserved for replacements",
            "choose another one",
        )
    return name


def _refuse_unknown(name: str) -> None:
    if name in TYPE.options or name in _ORIGIN:
        return
    hint = (
        TYPE.advice(name)
        or did_you_mean(name, TYPE.options)
        or "see `ansible-doc vigo.bridge.container`"
    )
    raise ResourceError(f"unknown attribute {name!r}", hint)
