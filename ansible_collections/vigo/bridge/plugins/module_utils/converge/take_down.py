# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes a stack's objects from this machine, and then its state.

It can be interrupted and repeated: the state, which records adopted objects, is removed last.
"""

from __future__ import annotations

import contextlib
from typing import Any, Iterator, Mapping

from ..common.dataclass import dataclass
from ..common.errors import ResourceError
from ..host import private_files
from ..state.of_stack import remove_state
from ..state.owners_file import OwnersFile
from ..state.ownership import Stack
from ..state.state_folder import LOCK_TIMEOUT, StateFolder
from ..state.written_files import WrittenFiles
from ..types.container import take_down as engines
from ..types.container.engine import Engine
from ..types.container.owners import Owners, refuse_name_conflicts
from ..types.file import take_down as files
from ..types.file.descriptor import TYPE as FILE
from ..types.result import PRUNED, Result, as_failed
from ..types.target import Target
from .described import Described, described
from .engine_addresses import engine_addresses
from .run import refuse_removal, stack_of


def take_down(arguments: Mapping[str, Any], target: Target) -> list[Result]:
    """Remove the stack's objects, or predict that, and return a result for each.

    arguments: as the module vigo.bridge.stack_state documents them. Raise ResourceError when
    nothing could be removed at all.
    """
    wanted, stack = described(arguments, target), stack_of(arguments)
    path = arguments.get("state_dir") or private_files.default_folder()
    folder = StateFolder(path, target.check_mode, target.note)
    given = arguments.get("lock_timeout")
    with folder.locked(LOCK_TIMEOUT if given is None else float(given)):
        record = OwnersFile.load(folder)
        refuse_removal(stack, record, "take the stack down", "use `vigo-bridge run` first")
        written = WrittenFiles.load(folder, stack.scope, stack.id)
        down = _Down(stack, wanted, record, written, target)
        results = list(down.on_engines(bool(arguments.get("volumes"))))
        results += down.of_files(bool(arguments.get("files")))
        if not any(result.failed for result in results):
            remove_state(folder, stack, record)
        return results


@dataclass(frozen=True)
class _Down:
    """wanted: what the stack describes. written: the files that its runs have written."""

    stack: Stack
    wanted: Described
    record: OwnersFile
    written: WrittenFiles
    target: Target

    def on_engines(self, with_volumes: bool) -> Iterator[Result]:
        """Remove objects on engines, and yield the results."""
        whose = Owners(self.stack, self.record, frozenset(self.wanted.resources))
        types = {each.id: each.type for each in self.wanted.resources.values()}
        found: list[engines.Owned] = []
        kept: list[str] = []
        for host, is_named in engine_addresses(self.wanted, self.record, self.stack).items():
            try:
                engine = Engine(host, self.target.secrets.conceal)
                refuse_name_conflicts(engine, whose, engine.all_containers)
                found += engines.find_all(engine, whose, self.wanted.graph.order, with_volumes)
                kept += [] if with_volumes else engines.kept_volumes(engine, whose)
            except (ResourceError, OSError) as error:
                failed = as_failed(Result(f"{PRUNED}{host}", engines.CONTAINER, "failed"), error)
                if is_named:
                    yield failed
                else:
                    self.target.note(f"cannot list containers at {host}: {failed.reason}")
        if kept:
            self.target.note(f"volumes are kept, because of their data: {', '.join(kept)}")
        once = {(each.kind, each.id): each for each in found}
        yield from engines.remove_all(
            list(once.values()), types, self.wanted.before, self.target.check_mode
        )

    def of_files(self, wanted: bool) -> list[Result]:
        """Remove the files that the stack has written, if wanted, and return the results."""
        paths = list(self.written)
        if not wanted:
            if paths:
                self.target.note(f"files that the stack has written are kept: {len(paths)}")
            return []
        ids = self._ids_of_paths()
        results = []
        for path in paths:
            result = files.remove_written(
                ids.get(path, f"{PRUNED}{FILE.name}{path}"),
                FILE.name,
                path,
                self.written.get(path) or "",
                self.target.check_mode,
            )
            results.append(result)
            if not result.failed:
                self.written.forget(path)
        return results

    def _ids_of_paths(self) -> dict[str, str]:
        """Return the IDs of the resources that describe files, by path."""
        ids = {}
        for resource in self.wanted.resources.values():
            if resource.type == FILE.name:
                with contextlib.suppress(ResourceError):
                    ids[str(self.wanted.rendering.of(resource, (FILE.key,))()[FILE.key])] = (
                        resource.id
                    )
        return ids
