# SPDX-License-Identifier: GPL-3.0-or-later
"""The decorator of data classes, beside that of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common import dataclass as ours

Decorator = Callable[..., Any]
HERE = Path(ours.__file__).parents[1]


def classes(dataclass: Decorator, field: Any) -> dict[str, type]:
    """Return classes of all kinds, made with this decorator and this function."""

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


BOTH = {
    "ours": classes(ours.dataclass, ours.field),
    "Python's": classes(dataclasses.dataclass, dataclasses.field),
}
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


def tried(action: Callable[..., Any]) -> Any:
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
    for one in dataclasses.fields(cls):
        shown = (one.name, one.type, one.init, one.repr, one.hash, one.compare)
        seen += [shown, dict(one.metadata), one.default, callable(one.default_factory)]
    seen.append(getattr(cls, "__match_args__", None))
    return seen


#: By name, the functions of ours that do the same as Python's.
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "asdict": lambda of, holder: of.asdict(holder),
    "asdict of what is in it": lambda of, holder: of.asdict(of.replace(holder, two=[(holder, 1)])),
    "replace": lambda of, holder: repr(of.replace(holder, one=5)),
    "replace something unknown": lambda of, holder: of.replace(holder, nine=5),
    "replace a field that is not an argument": lambda of, holder: of.replace(holder, three=[5]),
    "fields": lambda of, holder: [one.name for one in of.fields(holder)],
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", BOTH["ours"])
def test_a_function_is_like_that_of_python(name: str, function: str) -> None:
    made = BOTH["ours"][name](1)
    use = FUNCTIONS[function]
    seen = [tried(lambda of=of: use(of, made)) for of in (ours, dataclasses)]
    assert repr(seen[0]) == repr(seen[1])


def test_a_default_that_would_be_shared() -> None:
    with pytest.raises(ValueError, match="would be shared"):

        @ours.dataclass
        class Wrong:
            one: Any = []  # noqa: RUF012


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
            line.startswith(("from dataclasses ", "import dataclasses"))
            for line in path.read_text().splitlines()
        )
    ]
    assert found == []
