# SPDX-License-Identifier: GPL-3.0-or-later
"""The decorator of data classes, beside that of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common import dataclass as ours

Decorator = Callable[..., Any]
HERE = Path(ours.__file__).parents[1]


def classes(dataclass: Decorator) -> dict[str, type]:
    """Return classes of all kinds, made with this decorator."""

    @dataclass
    class Plain:
        one: int
        two: str = "b"
        three: list[int] = field(default_factory=list)

    @dataclass(frozen=True)
    class Frozen:
        """A description."""

        KIND: ClassVar[str] = "kind"
        one: int
        two: str = field(default="b", compare=False)
        three: tuple[int, ...] = field(default=(), repr=False)
        four: dict[str, int] = field(default_factory=dict, hash=False)

    @dataclass(frozen=True)
    class Derived(Frozen):
        five: int = 5
        one: int = 1

    class Undecorated(Frozen):
        pass

    @dataclass(frozen=True, order=True)
    class Ordered:
        one: int
        two: str = field(default="b", compare=False)

    @dataclass(eq=False, repr=False)
    class Identity:
        one: int
        two: str = "b"

    @dataclass
    class Counted:
        one: int
        two: int = field(default=7, init=False)
        three: list[int] = field(init=False, default_factory=list)

        def __post_init__(self) -> None:
            self.three.append(self.one)

    @dataclass(frozen=True)
    class Own:
        one: int
        two: str = "b"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own) and self.one == other.one

        def __hash__(self) -> int:
            return 17

        def __repr__(self) -> str:
            return "own"

    made = (Plain, Frozen, Derived, Undecorated, Ordered, Identity, Counted, Own)
    return {each.__name__: each for each in made}


BOTH = {"ours": classes(ours.dataclass), "Python's": classes(dataclasses.dataclass)}
#: Arguments, of which each class accepts some.
ARGUMENTS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((1,), {}),
    ((2,), {"two": "c"}),
    ((), {"one": 1, "two": "c"}),
    ((1, "b", (3,)), {}),
    ((1,), {"one": 1}),
    ((1,), {"nine": 1}),
    ((1, "b", (3,), {"x": 1}, 5, 6), {}),
    ((1,), {"four": {"y": 1}}),
]


def tried(action: Callable[[], Any]) -> Any:
    """Return the result, or the type of the error."""
    try:
        return action()
    except Exception as error:
        return type(error)


def uses(cls: type) -> list[Any]:
    """Return what can be seen of a class and its objects, without their identity."""
    made = [tried(lambda given=given: cls(*given[0], **given[1])) for given in ARGUMENTS]
    objects = [each for each in made if not isinstance(each, type)]
    seen: list[Any] = [[type(each).__name__ if each in objects else each for each in made]]
    for each in objects:
        changed = copy.copy(each)
        seen += [
            tried(lambda each=each: repr(each)) if "object at" not in repr(each) else "default",
            dataclasses.asdict(each),
            tried(lambda each=each: hash(each) == hash(copy.copy(each))),
            tried(lambda each=each: copy.copy(each) == each),
            tried(lambda each=each: vars(copy.deepcopy(each))),
            tried(lambda each=each: dataclasses.asdict(dataclasses.replace(each, two="z"))),
            tried(lambda each=changed: setattr(each, "one", 9)),
            tried(lambda each=changed: delattr(each, "one")),
            tried(lambda each=changed: setattr(each, "other", 9)),
            [each == other for other in objects],
            [tried(lambda each=each, other=other: each < other) for other in objects],
            [tried(lambda each=each, other=other: each >= other) for other in objects],
            each == "text",
            tried(lambda each=each: each < "text"),
        ]
    seen.append([one.name for one in dataclasses.fields(cls)])
    seen.append(getattr(cls, "__match_args__", None))
    return seen


@pytest.mark.parametrize("name", BOTH["ours"])
def test_it_is_like_that_of_python(name: str) -> None:
    assert uses(BOTH["ours"][name]) == uses(BOTH["Python's"][name])


def test_a_default_is_not_shared() -> None:
    plain = BOTH["ours"]["Plain"]
    first: Any = plain(1)
    first.three.append(3)
    second: Any = plain(1)
    assert second.three == []


@ours.dataclass(frozen=True)
class Pickled:
    one: int


def test_it_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Pickled(3))) == Pickled(3)


def test_a_target_loads_no_other_ones() -> None:
    """That of Python would take half of the time of a call without changes."""
    found = [
        path.name
        for path in HERE.rglob("*.py")
        if path != Path(ours.__file__)
        and any(
            line.startswith("from dataclasses import") and "dataclass" in line.split()[3:]
            for line in path.read_text().replace(",", "").splitlines()
        )
    ]
    assert found == []
