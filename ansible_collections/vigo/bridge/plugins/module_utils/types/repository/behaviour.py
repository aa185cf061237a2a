# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files of a repository after its key was checked and its index was fetched."""

from __future__ import annotations

import io
from typing import Sequence, Tuple

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...host import process
from ..base import Behaviour, Decision, Outcome, Turn
from ..descriptor import TIME_LIMIT
from ..fetched.fetching import fetch
from ..file import content
from ..file.behaviour import File
from ..file.mode import Mode
from ..file.observation import Observed as ObservedFile
from ..file.spec import NEW_MODE, FileSpec
from ..managed.managers import package_manager, this_machine
from ..target import Target
from .descriptor import TYPE
from .index import INDEX_FOLDER, refuse_conflict, update_index
from .layouts import LAYOUTS, Layout, Piece, layout_of
from .openpgp import binary, owners
from .spec import RepositorySpec

_FILE = File()
#: The largest size of a key, in bytes.
_LARGEST_KEY = 4 << 20


@dataclass(frozen=True)
class Change:
    """A file that differs, and the step it needs."""

    piece: Piece
    spec: FileSpec
    observed: ObservedFile
    decision: Decision


@dataclass(frozen=True)
class Observed:
    """key: its packets, None for no key. main: the file of the repository among the changes."""

    layout: Layout
    key: bytes | None
    changes: Tuple[Change, ...]
    main: Change | None


class Repository(Behaviour):
    type = TYPE

    def observe(self, spec: RepositorySpec, target: Target) -> Observed:
        layout = layout_of(package_manager(this_machine()))
        key = _key(spec, layout, target) if spec.key_url else None
        changes = []
        main = None
        for piece in layout.pieces(spec, key):
            change = _look(piece, target)
            is_main = piece.path.startswith(f"{layout.folder}/") and piece.data is not None
            if change.decision.action != "none":
                changes.append(change)
                main = change if is_main else main
        return Observed(layout, key, tuple(changes), main)

    def decide(self, spec: RepositorySpec, observed: Observed, turn: Turn) -> Decision:
        if not observed.changes:
            return Decision("none")
        first = observed.main or observed.changes[0]
        steps = tuple(change.decision for change in observed.changes)
        reasons = [f"{change.piece.path}: {change.decision.reason}" for change in observed.changes]
        if spec.written is None:
            return Decision("deleted", "; ".join(reasons), first.decision.diff, steps)
        is_new = observed.main is not None and observed.main.decision.action == "created"
        action = "created" if is_new else "updated"
        return Decision(action, "; ".join(reasons), first.decision.diff, steps)

    def act(
        self, spec: RepositorySpec, observed: Observed, decision: Decision, target: Target
    ) -> Outcome:
        layout = observed.layout
        if layout.has_index and spec.written is not None:
            if observed.main:
                refuse_conflict(layout, spec.name, observed.main.piece, target)
            if spec.is_enabled and any(change.piece.data for change in observed.changes):
                update_index(layout, spec, observed.key, target)
        for change in observed.changes:
            _FILE.act(change.spec, change.observed, change.decision, target)
            if change.piece.path == layout.key_path(spec.name) and change.piece.data:
                _import(layout, change.piece.path, target)
        return Outcome()

    def may_alter(self, spec: RepositorySpec) -> Sequence[str]:
        folders = [layout.folder for layout in LAYOUTS.values()]
        keys = [layout.keys[0] for layout in LAYOUTS.values()]
        return tuple(dict.fromkeys((*folders, *keys, INDEX_FOLDER)))

    def predict(self, spec: RepositorySpec, observed: Observed, target: Target) -> None:
        for change in observed.changes:
            _FILE.predict(change.spec, change.observed, target)
        target.overlay.mark_unknown([INDEX_FOLDER])


def _look(piece: Piece, target: Target) -> Change:
    spec = FileSpec(
        path=piece.path,
        state="absent" if piece.data is None else "present",
        content=None,
        data=piece.data,
        is_secret=False,
        source=None,
        stream_edit=(),
        mode=Mode(NEW_MODE),
        owner=None,
        group=None,
        secontext=None,
        backup="",
        validate=None,
    )
    observed = _FILE.observe(spec, target)
    return Change(piece, spec, observed, _FILE.decide(spec, observed, Turn()))


def _key(spec: RepositorySpec, layout: Layout, target: Target) -> bytes:
    """Return the key. An existing key with the right fingerprints is not fetched again."""
    if spec.fingerprints:
        kept = _kept(layout.key_path(spec.name), target)
        if kept is not None and owners(kept) == spec.fingerprints:
            return kept
    elif spec.key_url.startswith("http://"):
        target.note(
            f"repository {spec.name}: anyone on the network can replace a key that is fetched with"
            " http; set key_fingerprint"
        )
    stream = io.BytesIO()
    fetch(spec.key_url, stream, "key_url", target, _LARGEST_KEY)
    try:
        packets = binary(stream.getvalue())
        found = owners(packets)
    except ResourceError as error:
        error.say(f"key_url: {error.problem}", error.advice)
        raise
    if spec.fingerprints and found != spec.fingerprints:
        raise ResourceError(
            f"key_url: the file contains the key {', '.join(found)}, expected"
            f" {', '.join(spec.fingerprints)}; nothing was changed",
            "correct key_fingerprint if you trust the key",
        )
    return packets


def _kept(path: str, target: Target) -> bytes | None:
    """Return the packets of the existing key, None if there is none."""
    try:
        with content.opened(path, target) as stream:
            return binary(stream.read(_LARGEST_KEY))
    except ResourceError:
        return None


def _import(layout: Layout, path: str, target: Target) -> None:
    if not layout.import_key:
        return
    command = (*layout.import_key, path)
    finished = process.run(command, timeout=TIME_LIMIT, secrets=target.secrets)
    finished.refuse_failure(" ".join(command), "see the log")
