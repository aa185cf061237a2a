# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The decorator ``dataclass``, which takes a tenth of the time of the standard library's.

That one writes and compiles source code for the methods of each class, whenever a module is loaded.
For our classes, this was half of the time in which a target loads a module. Here, the methods are
closures. Fields are found by the standard library, so its ``field``, ``fields``, ``replace`` and
``asdict`` can be used as usual.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Callable, Optional

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
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


def _decorated(cls: Any, *, frozen: bool, order: bool, eq: bool, represented: bool) -> Any:
    own = cls.__dict__
    if own.get("__doc__") is None:
        cls.__doc__ = cls.__name__  # Python's would describe the arguments, which takes long.
    has_hash = own.get("__hash__") is not None
    dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
    fields = dataclasses.fields(cls)
    methods: dict[str, Any] = {"__init__": _init(cls, fields)}
    if represented:
        methods["__repr__"] = _repr(fields)
    if eq:
        compared = _values([each.name for each in fields if each.compare])
        methods["__eq__"] = _same(compared)
        if order:
            for name in ("__lt__", "__le__", "__gt__", "__ge__"):
                methods[name] = _compare(name, compared)
        if not has_hash:
            hashed = [
                each.name for each in fields if (each.compare if each.hash is None else each.hash)
            ]
            cls.__hash__ = _hash(_values(hashed)) if frozen else None
    for name, method in methods.items():
        if name not in own:
            method.__qualname__ = f"{cls.__qualname__}.{name}"
            setattr(cls, name, method)
    if frozen:
        cls.__setattr__, cls.__delattr__ = _frozen(cls, frozenset(each.name for each in fields))
    return cls


def _init(cls: type, fields: tuple[Any, ...]) -> Callable[..., None]:
    names = [each.name for each in fields if each.init]
    defaults = {each.name: each.default for each in fields if each.init and _is_set(each.default)}
    factories = {
        each.name: each.default_factory for each in fields if _is_set(each.default_factory)
    }
    required = frozenset(name for name in names if name not in defaults and name not in factories)
    known = frozenset(names)
    finish = hasattr(cls, "__post_init__")

    def __init__(self: Any, /, *values: Any, **given: Any) -> None:
        found = self.__dict__
        found.update(defaults)
        if values:
            if len(values) > len(names):
                raise TypeError(
                    f"{cls.__name__}.__init__() takes {len(names)} arguments, not {len(values)}"
                )
            positional = dict(zip(names, values))
            repeated = given and positional.keys() & given.keys()
            if repeated:
                raise TypeError(f"{cls.__name__}.__init__() got {repeated} twice")
            found.update(positional)
        if not known.issuperset(given):
            unknown = sorted(given.keys() - known)
            raise TypeError(f"{cls.__name__}.__init__() got unexpected arguments: {unknown}")
        found.update(given)
        for name, factory in factories.items():
            if name not in found:
                found[name] = factory()
        if not required <= found.keys():
            missing = [name for name in names if name in required and name not in found]
            raise TypeError(f"{cls.__name__}.__init__() misses arguments: {missing}")
        if finish:
            self.__post_init__()

    return __init__


def _is_set(value: Any) -> bool:
    return value is not dataclasses.MISSING


def _values(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function for the values of these fields of an object."""
    return lambda holder: tuple([getattr(holder, name) for name in names])


def _repr(fields: tuple[Any, ...]) -> Callable[[Any], str]:
    names = [each.name for each in fields if each.repr]

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
    """Return what refuses to change fields, and any attribute of the class itself."""

    def __setattr__(self: Any, name: str, value: Any) -> None:
        if self.__class__ is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def __delattr__(self: Any, name: str) -> None:
        if self.__class__ is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    return __setattr__, __delattr__
