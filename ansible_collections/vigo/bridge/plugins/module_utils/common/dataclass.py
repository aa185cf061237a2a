# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data classes that load in a tenth of the time that those of the standard library need.

The standard library generates and compiles source code for the methods of each class, each time a
module is loaded. For our classes, this was half of the loading time on a target. Importing its
``dataclasses`` takes longer than many modules run. Here, the methods are closures. The functions of
``dataclasses`` work with these classes, too.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional

_FIELDS = "__dataclass_fields__"
#: Stands for a default that is not set.
_MISSING: Any = object()

if TYPE_CHECKING:
    from dataclasses import Field, asdict, dataclass, field, fields, replace
else:

    def dataclass(
        cls: Optional[type] = None,
        *,
        frozen: bool = False,
        order: bool = False,
        eq: bool = True,
        repr: bool = True,
    ) -> Any:
        """Return the class with the methods of a data class. The options are those of Python's."""

        def decorated(cls: type) -> Any:
            return _decorated(cls, frozen=frozen, order=order, eq=eq, represented=repr)

        return decorated if cls is None else decorated(cls)

    class Field:
        """A field of a data class, with the attributes that Python's has."""

        name = ""
        type: Any = None
        kw_only = False

        def __init__(
            self,
            default: Any,
            default_factory: Any,
            init: bool,
            repr: bool,
            hash: Optional[bool],
            compare: bool,
            metadata: Optional[Mapping[Any, Any]],
        ) -> None:
            self._default = default
            self._default_factory = default_factory
            self.init = init
            self.repr = repr
            self.hash = hash
            self.compare = compare
            self.metadata = metadata or {}

        def __getattr__(self, name: str) -> Any:
            """Return what only the functions of the standard library ask for."""
            import dataclasses

            if name in ("default", "default_factory"):
                value = getattr(self, f"_{name}")
                return dataclasses.MISSING if value is _MISSING else value
            if name == "_field_type":
                return dataclasses._FIELD
            raise AttributeError(name)

    def field(
        *,
        default: Any = _MISSING,
        default_factory: Any = _MISSING,
        init: bool = True,
        repr: bool = True,
        hash: Optional[bool] = None,
        compare: bool = True,
        metadata: Optional[Mapping[Any, Any]] = None,
    ) -> Any:
        """Describe a field. The options are those of Python's."""
        return Field(default, default_factory, init, repr, hash, compare, metadata)

    def fields(holder: Any) -> tuple[Field, ...]:
        """Return the fields of a data class, or of an object of one."""
        return tuple(getattr(holder, _FIELDS).values())

    def replace(holder: Any, /, **changes: Any) -> Any:
        """Return a copy of an object with other values of some fields."""
        for each in fields(holder):
            if each.init:
                changes.setdefault(each.name, getattr(holder, each.name))
            elif each.name in changes:
                raise ValueError(f"the field {each.name} is not an argument")
        return holder.__class__(**changes)

    def asdict(holder: Any) -> dict[str, Any]:
        """Return an object as a mapping, with all data classes in it."""
        return {each.name: _plain(getattr(holder, each.name)) for each in fields(holder)}


def _plain(value: Any) -> Any:
    if hasattr(value, _FIELDS):
        return asdict(value)
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return value


def _decorated(cls: Any, *, frozen: bool, order: bool, eq: bool, represented: bool) -> Any:
    own = dict(cls.__dict__)
    if own.get("__doc__") is None:
        cls.__doc__ = cls.__name__  # Python's would describe the arguments, which takes long.
    found = _found(cls)
    setattr(cls, _FIELDS, {each.name: each for each in found})
    if "__match_args__" not in own:
        names = tuple(each.name for each in found if each.init)
        cls.__match_args__ = names  # type: ignore[misc]
    methods: dict[str, Any] = {"__init__": _init(cls, found)}
    if represented:
        methods["__repr__"] = _repr(found)
    if eq:
        compared = _values([each.name for each in found if each.compare])
        methods["__eq__"] = _same(compared)
        if order:
            for name in ("__lt__", "__le__", "__gt__", "__ge__"):
                methods[name] = _compare(name, compared)
        if own.get("__hash__") is None:
            hashed = [
                each.name for each in found if (each.compare if each.hash is None else each.hash)
            ]
            cls.__hash__ = _hash(_values(hashed)) if frozen else None
    for name, method in methods.items():
        if name not in own:
            method.__qualname__ = f"{cls.__qualname__}.{name}"
            setattr(cls, name, method)
    if frozen:
        cls.__setattr__, cls.__delattr__ = _frozen(cls, frozenset(each.name for each in found))
    return cls


def _found(cls: Any) -> list[Any]:
    """Return the fields of a class, those of its bases first, and set their defaults in it."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__[1:]):
        found.update(base.__dict__.get(_FIELDS, {}))
    for name, annotation in _annotations(cls).items():
        if "ClassVar" in str(annotation).partition("[")[0]:
            continue
        given = cls.__dict__.get(name, _MISSING)
        each: Any = given if isinstance(given, Field) else field(default=given)
        each.name, each.type = name, annotation
        if isinstance(each._default, (dict, list, set)):
            raise ValueError(f"the default of {cls.__name__}.{name} would be shared")
        if each._default is not _MISSING:
            setattr(cls, name, each._default)
        elif isinstance(given, Field):
            delattr(cls, name)
        found[name] = each
    return list(found.values())


def _annotations(cls: type) -> Mapping[str, Any]:
    """Return the annotations in the body of a class. Old Pythons have those of a base instead."""
    if sys.version_info >= (3, 10):
        return cls.__annotations__
    return vars(cls).get("__annotations__", {})


def _init(cls: type, found_fields: list[Any]) -> Callable[..., None]:
    names = [each.name for each in found_fields if each.init]
    defaults = {
        each.name: each._default
        for each in found_fields
        if each.init and each._default is not _MISSING
    }
    factories = {
        each.name: each._default_factory
        for each in found_fields
        if each._default_factory is not _MISSING
    }
    required = frozenset(name for name in names if name not in defaults and name not in factories)
    known, count = frozenset(names), len(names)
    finish = hasattr(cls, "__post_init__")

    def __init__(self: Any, /, *values: Any, **given: Any) -> None:
        found = self.__dict__
        if len(values) == count and not given:
            found.update(zip(names, values))
        else:
            found.update(defaults)
            found.update(zip(names, values))
            found.update(given)
            if (
                len(values) > count
                or not known.issuperset(given)
                or not required <= found.keys()
                or (values and given and not given.keys().isdisjoint(names[: len(values)]))
            ):
                raise _wrong(cls, names, required, values, given)
        for name, factory in factories.items():
            if name not in found:
                found[name] = factory()
        if finish:
            self.__post_init__()

    return __init__


def _wrong(
    cls: type,
    names: list[str],
    required: frozenset[str],
    values: tuple[Any, ...],
    given: Mapping[str, Any],
) -> TypeError:
    """Return the error about arguments that a class does not have, misses, or gets twice."""
    first = names[: len(values)]
    if len(values) > len(names):
        problem = f"takes {len(names)} arguments, not {len(values)}"
    elif repeated := sorted(given.keys() & set(first)):
        problem = f"got {repeated} twice"
    elif unknown := sorted(given.keys() - set(names)):
        problem = f"got unexpected arguments: {unknown}"
    else:
        absent = required.difference(first, given)
        missing = [name for name in names if name in absent]
        problem = f"misses arguments: {missing}"
    return TypeError(f"{cls.__name__}.__init__() {problem}")


def _values(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function for the values of these fields of an object."""
    return lambda holder: tuple([getattr(holder, name) for name in names])


def _repr(found_fields: list[Any]) -> Callable[[Any], str]:
    names = [each.name for each in found_fields if each.repr]

    def __repr__(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({shown})"

    return __repr__


def _same(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, Any], Any]:
    def __eq__(self: Any, other: Any) -> Any:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    return __eq__


def _compare(name: str, values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any, Any], Any]:
    operation: Callable[[Any, Any], Any] = getattr(tuple, name)

    def compare(self: Any, other: Any) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        return operation(values(self), values(other))

    return compare


def _hash(values: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], int]:
    return lambda self: hash(values(self))


def _frozen(cls: Any, names: frozenset[str]) -> tuple[Callable[..., None], Callable[..., None]]:
    """Return methods that refuse to set or delete fields, and any attribute of direct instances."""

    def __setattr__(self: Any, name: str, value: Any) -> None:
        if self.__class__ is cls or name in names:
            raise _is_frozen(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:
        if self.__class__ is cls or name in names:
            raise _is_frozen(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __setattr__, __delattr__


def _is_frozen(text: str) -> Exception:
    import dataclasses

    return dataclasses.FrozenInstanceError(text)
