# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport of calls to an engine, the only part that depends on the kind of connection."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Protocol


class Transport(Protocol):
    """Sends requests to one engine. Raises OSError and http.client.HTTPException.

    Answers are as those of ``requests``: ``status_code``, ``headers``, ``content``, ``text`` and
    ``json()``.
    """

    def request(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        """Return the whole response. timeout: seconds without a byte. body: sent as JSON."""

    def stream(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        silence: float | None = None,
    ) -> Any:
        """Return a response that comes in parts, see ``Lines``; an error is read at once.

        timeout: seconds until it begins. silence: seconds without a byte then; None for any.
        """

    def converse(self, path: str, timeout: float, body: Any, has_input: bool) -> Any:
        """Send a POST that starts a program, and return the connection to it, see ``Program``; an
        error is read at once.

        timeout: seconds until it begins. has_input: whether something is sent to the program.
        """


class Program(Protocol):
    """A connection to a program."""

    @property
    def status_code(self) -> int: ...

    def exchange(self, given: bytes) -> Iterator[bytes]:
        """Send the input, and yield the output; empty bytes from time to time."""

    def close(self) -> None: ...


class Lines(Protocol):
    """An answer that comes line by line, or in chunks."""

    @property
    def status_code(self) -> int: ...

    def iter_lines(self) -> Iterator[bytes]: ...

    def iter_chunks(self) -> Iterator[bytes]:
        """Yield the same in pieces of any size, instead of lines."""

    def close(self) -> None:
        """End the iteration, from any thread."""
