# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a row in ``settings``."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, NamedTuple, Tuple, Union

from ...common.dataclass import Field, dataclass, field, fields
from ..descriptor import Attribute

if TYPE_CHECKING:
    from .observed import Observed
    from .settings import Settings
    from .values.mount import Mount

#: A version of an engine or its API.
Version = Tuple[int, int]
#: Inserts the values of secrets in a text.
Reveal = Callable[[str], str]
#: How the reason of a difference shows a setting: by both values, its differing keys, or its name.
VALUES, KEYS, NAME = "values", "keys", "name"


class Making(NamedTuple):
    """The input of the create call besides the settings.

    image: its ``Config``. file_env: the variables in ``env_file``. reveal: inserts the values of
        secrets. carried: volumes of the container that is replaced.
    """

    image: Mapping[str, Any]
    file_env: Mapping[str, str]
    reveal: Reveal
    carried: tuple[Mount, ...] = ()


class Pair(NamedTuple):
    """A setting, or one entry of it, with its wanted and observed value in canonical form.

    wanted: None if not set. before: the value at creation, None if unknown. expected: the values
    that are as wanted, which are the defaults if nothing is
    wanted. is_ours: whether the container has our label.
    """

    wanted: Any
    actual: Any
    before: Any
    expected: tuple[Any, ...]
    podman: bool
    is_ours: bool


def is_expected(pair: Pair) -> bool | None:
    """Return whether the value is as wanted; None if the engine does not report it."""
    return pair.actual in pair.expected


def _unset(observed: Observed) -> tuple[Any, ...]:
    return (None,)


def _no_entries(observed: Observed) -> Mapping[Any, Any]:
    return {}


class Single(NamedTuple):
    """Compared as one value.

    unset: the values that a container may have that is created without the setting. same: whether
    the value is as wanted. names_container: whether it may be ``container:NAME``, which engines
    store with the ID.
    """

    unset: Callable[[Observed], tuple[Any, ...]] = _unset
    same: Callable[[Pair], bool | None] = is_expected
    names_container: bool = False


class Entries(NamedTuple):
    """Compared entry by entry; the canonical form is a dict.

    unset: the entries that a container has by itself. same: whether one entry is as wanted.
    as_one: whether all are as wanted, where that cannot be said entry by entry; None if it can.
    completed: the actual entries with what the engine does not report; called with those that are
    wanted or were set at creation, the actual ones, and whether it is Podman. added_by: the engines
    where a container of another tool may have entries that were not set.
    """

    unset: Callable[[Observed], Mapping[Any, Any]] = _no_entries
    same: Callable[[Pair], bool | None] = is_expected
    as_one: Callable[[Pair], bool | None] | None = None
    completed: Callable[[Mapping[Any, Any], Mapping[Any, Any], bool], Mapping[Any, Any]] | None = (
        None
    )
    added_by: tuple[str, ...] = ()


class Words:
    """The command or the entry point: setting one decides about the image's other one."""


class Effect:
    """Compared by its result: the image's ID, the variables."""


class Live:
    """Compared with inspect alone, because engines can change it; so it is not in the label."""


def _never(wanted: Settings, actual: Settings) -> bool:
    return False


class Limit(NamedTuple):
    """A limit of resources: live, and some hosts cannot set it.

    ability: the key of the engine's ``/info`` that says whether the host can. unlimited: what
    engines report where it is not set. amount: a value as text. lifts_in_place: whether the update
    call can remove it. is_other_form: whether another limit is compared instead, which limits the
    same. recreates: whether the update call refuses the change because of other limits. Both are
    called with the wanted and the actual settings.
    """

    ability: str
    unlimited: tuple[Any, ...]
    amount: Callable[[Any], str] = str
    lifts_in_place: bool = False
    is_other_form: Callable[[Settings, Settings], bool] = _never
    recreates: Callable[[Settings, Settings], bool] = _never


Comparison = Union[Single, Entries, Words, Effect, Live, Limit]
ONE_VALUE = Single()


class Needs(NamedTuple):
    """The API version that the setting needs; older engines ignore it.

    part: of the value, if not all. what: what needs it, if not the setting or its part.
    """

    api: tuple[int, int]
    release: str
    part: str = ""
    what: str = ""


class Engines(NamedTuple):
    """What engines do with a setting: one row of the table in docs/containers.md.

    case: the first cell, with ``{}`` for the setting's name. Rows that differ in the name alone
    become one.
    """

    docker_20: str
    docker_25: str
    podman: str
    case: str = "{}"


@dataclass(eq=False, repr=False)
class Option:
    """One attribute of a container. parse: reads it; raises ResourceError. Others: `Attribute`."""

    parse: Callable[..., Any]
    type: str = "raw"
    choices: tuple[str, ...] = ()
    shown_default: Any = None
    no_log: bool = False
    secrets: bool = False
    plain: bool = False
    words: bool = False
    deep: bool = False
    name: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the attributes that it is read from."""
        return tuple(attribute.name for attribute in self.attributes)

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """The attributes that it is read from."""
        return (
            Attribute(
                self.name,
                self.type,
                default=self.shown_default,
                choices=self.choices,
                no_log=self.no_log,
                secrets=self.secrets,
                plain=self.plain,
                words=self.words,
                deep=self.deep,
            ),
        )


def _itself(value: Any) -> Any:
    return value


def _as_json(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@dataclass(eq=False, repr=False)
class Setting(Option):
    """One thing that a container is created with. What a row leaves out has a usual value.

    at: where inspect has it. The create call takes it there, too, without ``Config.``.
    read: the value from there; None if engines do not report it. read_at: where ``read`` finds
    it, if elsewhere; empty for the whole payload.
    revealed: the value with those of its secrets, called with the value and what inserts them; set
    for settings that may hold secrets and are compared with what the user set.
    send: the value for the create call. create: all that the create call gets, by place, where
    that is not one value at ``at``.
    update: what the update call gets, where engines can change it in place.
    form: its canonical form, the same for all spellings. empty_counts: whether an empty value
    differs from no value.
    compare: how it is compared. shown: how the reason of a difference shows it.
    of_network: whether the containers that share a network have it in common.
    shorthand: a second attribute for it.
    needs: the version of the API that has it; a function returns those that a value needs, and
    is called with it and the version of Podman, None on Docker; it raises ResourceError if Podman
    is too old. refuse_on_docker, refuse_on_podman: raise ResourceError for a value that this engine
    cannot have. ignored_with_containerd: whether Docker ignores it if containerd stores its images.
    on_podman: what to say of a value that Podman ignores, or nothing.
    engines: what engines do with it, where that is not the same everywhere.
    """

    at: str = ""
    read: Callable[[Any], Any] | None = _itself
    read_at: str | None = None
    revealed: Callable[[Any, Reveal], Any] | None = None
    send: Callable[[Any], Any] = _as_json
    create: Callable[[Settings, Making], Mapping[str, Any]] | None = None
    update: Callable[[Settings], Mapping[str, Any]] | None = None
    form: Callable[[Any], Any] = _itself
    empty_counts: bool = False
    compare: Comparison = ONE_VALUE
    shown: str = VALUES
    of_network: bool = False
    shorthand: Attribute | None = None
    needs: Needs | Callable[[Any, Version | None], Iterable[Needs]] | None = None
    refuse_on_docker: Callable[[Any], None] | None = None
    ignored_with_containerd: bool = False
    refuse_on_podman: Callable[[Any], None] | None = None
    on_podman: Callable[[Any], str] | None = None
    engines: tuple[Engines, ...] = ()

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        return (*([self.shorthand] if self.shorthand else []), *super().attributes)

    @property
    def is_live(self) -> bool:
        return isinstance(self.compare, (Live, Limit))

    def needed(self, value: Any, podman: Version | None) -> Iterable[Needs]:
        """Return the versions of the API that a value needs. podman: its version, if it is one."""
        if self.needs is None:
            return ()
        if not isinstance(self.needs, Needs):
            return self.needs(value, podman)
        is_used = not self.needs.part or getattr(value, self.needs.part) is not None
        return (self.needs,) if is_used else ()

    def with_secrets(self, value: Any, reveal: Reveal) -> Any:
        """Return a value of the user with the values of its secrets. Raise ResourceError."""
        return value if self.revealed is None or value is None else self.revealed(value, reveal)

    def canonical(self, value: Any) -> Any:
        """Return a value of the user, a label or an engine in one form. None: not set or empty."""
        if value is None:
            return None
        form = self.form(value)
        return form if form or self.empty_counts else None

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        """The keys from the inspect payload to what ``read`` gets."""
        place = self.at if self.read_at is None else self.read_at
        return tuple(filter(None, place.split(".")))

    def observed(self, payload: Mapping[str, Any]) -> Any:
        """Return the value from a container's inspect payload; None if it is not reported."""
        if self.read is None:
            return None
        found: Any = payload
        for key in self._keys:
            found = (found or {}).get(key)
        return self.read(found)

    def created(self, settings: Settings, making: Making) -> Mapping[str, Any]:
        """Return the values for the create call, by place. None: nothing."""
        if self.create is not None:
            return self.create(settings, making)
        value = getattr(settings, self.name)
        return {self.at: None if value is None else self.send(value)} if self.at else {}


def as_text(value: Any) -> str:
    """Read a text of an inspect payload."""
    return value or ""


def as_number(value: Any) -> int:
    """Read a number of an inspect payload."""
    return value or 0


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Read a list of an inspect payload."""
    return tuple(value or ())


def as_set(values: Iterable[Any]) -> dict[Any, Any]:
    """Return a list as a set, for lists whose order engines ignore."""
    return dict.fromkeys(values, True)


#: pylint allows `field` in the body of a dataclass only.
_field: Callable[..., Any] = partial(field)


def row(option: Option, default: Any = None) -> Any:
    """Return a dataclass field whose value is read by an option."""
    return _field(default=default, metadata={"option": option})


def rows(holder: type) -> tuple[Any, ...]:
    """Return the options of a dataclass, by the names of their fields."""
    return tuple(_named(item) for item in fields(holder) if "option" in item.metadata)


def _named(item: Field[Any]) -> Option:
    option: Option = item.metadata["option"]
    option.name = item.name
    return option
