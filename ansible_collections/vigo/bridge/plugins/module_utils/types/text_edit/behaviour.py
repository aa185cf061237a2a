# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies edits of text files: computes the new content, and writes it as a file resource does."""

from __future__ import annotations

import os
from typing import Any, Mapping, Sequence, cast

from ...common.dataclass import dataclass, replace
from ...common.errors import ResourceError
from ...common.time_limit import matching_limit
from ...host.home_folder import expanded
from ..base import NOT_YET_KNOWN, Behaviour, Decision, Outcome, Turn, currently
from ..descriptor import ResourceType
from ..file import content, observation
from ..file.behaviour import File
from ..file.mode import Mode
from ..file.observation import Observed
from ..file.spec import NEW_MODE, NEW_SECRET_MODE, FileSpec
from ..target import Target
from .edit import Edit, Reveal
from .text import Form, data_of, text_of

_FILE = File()
#: The largest file that is edited, in bytes: files are read as a whole.
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Found:
    """spec: the file after the edit. observed: the existing file, as `spec` compares it.

    data: the existing content. is_certain: whether earlier changes cannot alter it.
    """

    spec: FileSpec
    observed: Observed
    data: bytes | None
    is_certain: bool = True


class TextEdit(Behaviour):
    """One type of edits."""

    def __init__(self, kind: ResourceType) -> None:
        self.type = kind

    def parse(self, attributes: Mapping[str, Any]) -> Edit:
        edit = cast(Edit, self.type.parse(attributes))
        return replace(edit, path=os.path.normpath(expanded(edit.path, "target_path")))

    def observe(self, spec: Edit, target: Target) -> Any:
        return find(spec, target)

    def decide(self, spec: Edit, observed: Any, turn: Turn) -> Decision:
        decision = _FILE.decide(observed.spec, observed.observed, turn)
        if observed.is_certain or decision.action == "unknown":
            return decision
        return Decision("unknown", f"{NOT_YET_KNOWN}; {currently(decision.action)}")

    def act(self, spec: Edit, observed: Any, decision: Decision, target: Target) -> Outcome:
        if not spec.is_whole and _data(spec, target) != observed.data:
            raise ResourceError(f"{spec.path} was changed by something else meanwhile", "run again")
        return _FILE.act(observed.spec, observed.observed, decision, target)

    def may_alter(self, spec: Edit) -> Sequence[str]:
        return (spec.path,)

    def predict(self, spec: Edit, observed: Any, target: Target) -> None:
        _FILE.predict(observed.spec, observed.observed, target)


def find(edit: Edit, target: Target) -> Found:
    """Return the existing file, and the file after the edit. Raise ResourceError."""
    kind, now = observation.found_at(edit.path, target)
    if kind == "link" and not edit.is_whole:
        raise ResourceError(
            f"{edit.path} is a symbolic link to {os.readlink(edit.path)!r}, which is not followed",
            "use the path of the file itself",
        )
    data = _data(edit, target) if kind == "file" else None
    wanted = data if kind in ("directory", "special") else edited(edit, data, target.secrets.reveal)
    mode = now.mode if kind == "file" else NEW_SECRET_MODE if edit.holds_secrets else NEW_MODE
    is_absent = wanted is None and kind not in ("directory", "special")
    spec = FileSpec(
        path=edit.path,
        state="absent" if is_absent else "present",
        content=None,
        data=wanted if edit.is_whole or wanted != data else None,
        is_secret=edit.holds_secrets,
        source=None,
        stream_edit=(),
        mode=Mode(mode if edit.mode is None else edit.mode),
        owner=edit.owner,
        group=None,
        secontext=None,
        backup="",
        validate=None,
    )
    is_certain = edit.is_whole or target.overlay.is_clear(edit.path)
    observed = _FILE.observe(spec, target)
    if edit.is_ours:
        observed = replace(observed, is_certain=True)
    return Found(spec, observed, data, is_certain)


def _data(edit: Edit, target: Target) -> bytes | None:
    """Return the content of the file, None if there is none."""
    kind, _now = observation.found_at(edit.path, target)
    if kind != "file":
        return None
    with content.opened(edit.path, target) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ResourceError(
            f"{edit.path} is larger than {LARGEST >> 20} MiB", "edit it with an exec resource"
        )
    return data


def edited(edit: Edit, data: bytes | None, reveal: Reveal) -> bytes | None:
    """Return the content after the edit, None for no file. Pure. Raise ResourceError."""
    with matching_limit(f"{edit.path}: the search"):
        return _edited(edit, data, reveal)


def _edited(edit: Edit, data: bytes | None, reveal: Reveal) -> bytes | None:
    if edit.is_whole:
        text = edit.edited(None, reveal)
        return None if text is None else data_of(text, Form())
    before, form = (None, Form()) if data is None else text_of(data, edit.path)
    after = edit.edited(before, reveal)
    if after == before or after is None:
        return data if after is not None else None
    if edit.edited(after, reveal) != after:
        raise ResourceError(
            f"{edit.path}: each run would change the file again",
            "use a pattern that does not match the new text",
        )
    return data_of(after, form)
