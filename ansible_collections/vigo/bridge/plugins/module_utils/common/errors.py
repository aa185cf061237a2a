# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of a resource."""

from __future__ import annotations

from typing import Any, Callable, ContextManager, Mapping, Sequence


class Offset(int):
    """The offset of a character in a text, from 0, as a part of an error's place."""


class Key(str):
    """A key that is itself invalid, as a part of an error's place."""


class Advised(Exception):
    """An error with advice. ``problem`` says what is wrong, ``advice`` what to do, ``message``
    both.

    The advice is empty if the problem includes it.
    """

    def __init__(self, problem: str, advice: str = "") -> None:
        super().__init__(problem, advice)
        self.say(problem, advice)

    def say(self, problem: str, advice: str) -> None:
        """Replace the error's message."""
        self.problem = problem
        self.advice = advice
        self.message = f"{problem}; {advice}" if advice else problem

    def __str__(self) -> str:
        return self.message


class ResourceError(Advised):
    """A resource cannot be applied: its attributes are invalid, or its action failed.

    ``log`` has the last lines of output of the failed container or command, or is empty. ``rc`` is
    an exit code, if there is one. ``returned``: see ``Outcome``. ``place`` says
    which of the resource's attributes is wrong, and where in it: keys of mappings, indexes of
    items, and at the end a ``Key`` or the ``Offset`` in a text. Only errors of parsing
    have it, as it becomes a position in a file of the stack. It is empty if no attribute is at
    fault.
    """

    status = "failed"

    def __init__(
        self,
        problem: str,
        advice: str = "",
        *,
        log: str = "",
        rc: int | None = None,
        returned: Mapping[str, Any] | None = None,
        place: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(problem, advice)
        self.log = log
        self.rc = rc
        self.returned = returned or {}
        self.place = place

    @property
    def attribute(self) -> str:
        """The attribute that is wrong, or an empty string."""
        return str(self.place[0]) if self.place else ""

    def move_into(self, place: tuple[Any, ...]) -> None:
        """Prepend the place that contains the error's place."""
        self.place = (*place, *self.place)


class Blocked(ResourceError):
    """The environment prevents the action: the engine does not respond, the disk is full, and so
    on.
    """

    status = "blocked"


class Uncertain(ResourceError):
    """An error that check mode finds, but that an earlier change may prevent in a run."""


class NoAccount(ResourceError):
    """A user or group does not exist, or not yet."""


class SeveralErrors(ResourceError):
    """Several errors of one resource. It is blocked if all of them say so."""

    def __init__(self, errors: Sequence[ResourceError]) -> None:
        super().__init__(". ".join(error.message for error in errors))
        self.errors = tuple(errors)
        if all(isinstance(error, Blocked) for error in errors):
            self.status = Blocked.status

    def move_into(self, place: tuple[Any, ...]) -> None:
        for error in self.errors:
            error.move_into(place)


def errors_of(error: ResourceError) -> tuple[ResourceError, ...]:
    """Return the single errors that an error consists of."""
    return error.errors if isinstance(error, SeveralErrors) else (error,)


class _Within:
    """Prepends a place to errors of a block. One of contextlib would take twice as long."""

    def __init__(self, place: tuple[Any, ...]) -> None:
        self._place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> bool:
        if isinstance(error, ResourceError):
            error.move_into(self._place)
            return self._handle(error)
        return False

    def _handle(self, error: ResourceError) -> bool:
        """Return whether the error ends here."""
        return False


class _Collected(_Within):
    """Keeps an error of a block, with its place, instead of raising it."""

    def __init__(self, problems: Problems, place: tuple[Any, ...]) -> None:
        super().__init__(place)
        self._problems = problems

    def _handle(self, error: ResourceError) -> bool:
        self._problems.add(error)
        return True


def within(*place: Any) -> ContextManager[None]:
    """Prepend an attribute, or a part of it, to the place of errors in the block."""
    return _Within(place)


class Problems:
    """Collects errors, so that all of them are reported at once."""

    def __init__(self) -> None:
        self._errors: list[ResourceError] = []

    def collected(self, *place: Any) -> ContextManager[None]:
        """Keep an error of the block instead of raising it. place: see ``within``."""
        return _Collected(self, place)

    def add(self, error: ResourceError) -> None:
        """Keep an error."""
        self._errors.append(error)

    def of(self, attribute: str, parse: Callable[..., Any], *arguments: Any) -> Any:
        """Return the result of a function for an attribute; None if it raises an error."""
        with self.collected(attribute):
            return parse(*arguments)
        return None

    @property
    def count(self) -> int:
        return len(self._errors)

    def refuse(self) -> None:
        """Raise the errors that were kept, if there are any."""
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise SeveralErrors(self._errors)
