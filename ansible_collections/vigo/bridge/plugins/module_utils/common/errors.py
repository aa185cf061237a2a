# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with one resource."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterator, Mapping, Sequence


class ResourceError(Exception):
    """The resource cannot be what it should be: bad attributes, or its action failed.

    ``message`` says what happened and what to do. ``log`` holds the last lines of output of
    whatever failed (a container, a command), or is empty. ``rc`` is an exit code where there
    is one. ``returned``: see ``Outcome``.
    """

    status = "failed"

    def __init__(
        self,
        message: str,
        log: str = "",
        rc: int | None = None,
        returned: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.log = log
        self.rc = rc
        self.returned = returned or {}


class Blocked(ResourceError):
    """The surroundings prevent it: engine not answering, registry down, disk full."""

    status = "blocked"


class SeveralErrors(ResourceError):
    """Several things are wrong with one resource."""

    def __init__(self, errors: Sequence[ResourceError]) -> None:
        super().__init__(". ".join(error.message for error in errors))
        self.errors = tuple(errors)


class Problems:
    """Collects errors, so that all of them are reported at once."""

    def __init__(self) -> None:
        self._errors: list[ResourceError] = []

    @contextlib.contextmanager
    def collected(self) -> Iterator[None]:
        """Keep an error of the block instead of raising it."""
        try:
            yield
        except ResourceError as error:
            self._errors.append(error)

    def of(self, parse: Callable[..., Any], *arguments: Any) -> Any:
        """Return what a function returns; None where it raises an error, which is kept."""
        with self.collected():
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
