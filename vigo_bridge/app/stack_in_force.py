# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which version of a stack a watcher uses: the newest one, or the last one without
errors.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.app.options import Earlier, StackOptions
from vigo_bridge.language import load
from vigo_bridge.language.identity import relocated
from vigo_bridge.language.model import Stack
from vigo_bridge.private_folder import private_folder
from vigo_bridge.run.kept_stacks import LARGEST, TooLarge
from vigo_bridge.run.state import stack_key
from vigo_bridge.watch.sources.last_good import LastGood
from vigo_bridge.watch.sources.source import Good, NotFetched, Revision, Source


@dataclass(frozen=True)
class InForce:
    """What is in force in a turn. stack: None if no version was ever without errors. loaded: its
    content.

    revision: its ID. since: when it came into force, as RFC 3339. problem: why the newest version
    is not in force; None if it is. kind: "stack" for errors of the stack, else one of NotFetched.
    """

    stack: StackOptions | None
    loaded: Stack | None = None
    revision: str = ""
    since: str = ""
    problem: str | None = None
    kind: str = ""


class StackInForce:
    """The stack of a source. The last version without errors is kept over restarts."""

    def __init__(
        self,
        source: Source,
        state: Path,
        settings: Mapping[str, Any],
        warn: Callable[[str], None],
    ) -> None:
        """Use a source. state: the controller's state folder. settings: of ``--set``."""
        self._source = source
        self._settings = settings
        self._warn = warn
        self._last = LastGood(state / "watch" / stack_key(source.folder), warn)

    @contextlib.contextmanager
    def turn(self, check: Callable[[StackOptions, Stack], str | None]) -> Iterator[InForce]:
        """Yield the stack in force in a turn, as a private copy.

        check: returns the errors of a stack, None if it can be used. It is called for the newest
        version only.
        """
        good = self._last.get()
        with private_folder() as private:
            copy = private / "newest"
            copy.mkdir()
            try:
                revision = self._source.fetch(copy, good)
            except NotFetched as error:
                yield self._earlier(good, private, str(error), error.kind)
                return
            except OSError as error:
                yield self._earlier(good, private, explained(error), "source")
                return
            stack, loaded = self._loaded(copy)
            problem = check(stack, loaded)
            if problem is not None:
                yield self._earlier(good, private, problem, "stack")
                return
            good = self._kept(good, revision, copy)
            yield InForce(stack, loaded, revision.id, good.since)

    def _earlier(self, good: Good | None, private: Path, problem: str, kind: str) -> InForce:
        folder = private / "last-good"
        folder.mkdir()
        if good is None or not self._last.restore(folder):
            return InForce(None, problem=problem, kind=kind)
        return InForce(*self._loaded(folder), good.revision.id, good.since, problem, kind)

    def _loaded(self, copy: Path) -> tuple[StackOptions, Stack]:
        """Return the stack in a copy, with the identity that it has at its source."""
        source, found = self._source, load(copy)
        identity = relocated(found.identity, copy, source.named_after)
        earlier = Earlier(copy, identity, source.stores or copy, source.url)
        options = StackOptions(source.folder, self._settings, earlier)
        return options, replace(found, identity=identity)

    def _kept(self, good: Good | None, revision: Revision, copy: Path) -> Good:
        """Return the version that is in force now, after it was kept."""
        if good is None or good.revision != revision:
            good = Good(revision, datetime.now().astimezone().isoformat(timespec="seconds"))
        elif self._last.is_complete():
            return good
        consequence = "if a later version has errors, or after a restart, it is not available"
        try:
            self._last.keep(good, self._source.kept_files(copy))
        except TooLarge:
            self._warn(
                f"the stack is not kept, because it exceeds {LARGEST >> 20} MiB; {consequence}"
            )
        except OSError as error:
            self._warn(f"the stack cannot be kept: {explained(error)}; {consequence}")
        return good
