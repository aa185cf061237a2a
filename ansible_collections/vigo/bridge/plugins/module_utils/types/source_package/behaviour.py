# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks an archive, checks its content, moves it to its folder, and writes the version marker."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from typing import Any, Mapping, Sequence

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...host import private_files, regular_files, temporary_files, temporary_folders
from ...host.overlay import Overlay
from ..ansible_module.system_folders import refuse_removal
from ..base import NOT_YET_KNOWN, Behaviour, Decision, Outcome, Turn, currently
from ..exec.guards import Answer, ask
from ..fetched.fetching import digest, fetched, refuse_mismatch
from ..file.failures import explained
from ..file.spec import NEW_MODE
from ..file.writing import make_folder
from ..target import Target
from .descriptor import TYPE
from .placing import put, refuse_conflicts
from .spec import Package, on_this_machine, parse
from .unpack import unpack

_LONGEST_MARKER = 64 * 1024


@dataclass(frozen=True)
class Observed:
    """unless: the result of the guard. exists: whether the folder exists. marker: the content of
    the marker, None without one that can be trusted.

    has_marker: whether there is any marker. wrong: a problem with the file of ``binary_path``;
    empty for none. is_certain: whether earlier changes cannot alter this.
    """

    unless: Answer | None = None
    exists: bool = False
    marker: str | None = None
    has_marker: bool = False
    wrong: str = ""
    is_certain: bool = True


class SourcePackage(Behaviour):
    type = TYPE

    def parse(self, attributes: Mapping[str, Any]) -> Package:
        return on_this_machine(parse(attributes))

    def observe(self, spec: Package, target: Target) -> Observed:
        answer = None
        if spec.unless is not None:
            answer = ask(spec.unless.guards[0], spec.unless, target)
            if answer.agrees is False:
                return Observed(answer)
        exists = _exists(spec.path, target.overlay)
        if not spec.is_absent:
            _refuse_shared(spec.path)
        is_removed = target.overlay.kind(spec.marker) == "missing"
        marker = None if is_removed else _marker(spec.marker)
        has_marker = not is_removed and os.path.lexists(spec.marker)
        wrong = _wrong(spec) if exists and not spec.is_absent else ""
        is_certain = _is_certain(spec, target.overlay)
        return Observed(answer, exists, marker, has_marker, wrong, is_certain)

    def decide(self, spec: Package, observed: Observed, turn: Turn) -> Decision:
        if observed.unless is not None:
            if observed.unless.agrees is False:
                return Decision("skipped", f"unless: {observed.unless.finding}")
            if observed.unless.agrees is None:
                return Decision("unknown", "unless can be checked only after earlier changes")
        decision = _decision(spec, observed)
        if observed.is_certain:
            return decision
        return Decision("unknown", f"{NOT_YET_KNOWN}; {currently(decision.action)}")

    def act(self, spec: Package, observed: Observed, decision: Decision, target: Target) -> Outcome:
        try:
            if spec.is_absent:
                _remove(spec)
            else:
                _install(spec, target)
        except OSError as error:
            raise explained(error.filename or spec.path, error) from error
        return Outcome()

    def may_alter(self, spec: Package) -> Sequence[str]:
        return (spec.path, spec.marker)

    def may_replace(self, spec: Package) -> Sequence[str]:
        return (spec.path, spec.marker)


def _decision(spec: Package, observed: Observed) -> Decision:
    before = "" if observed.marker is None else f"version: {observed.marker}\n"
    if spec.is_absent:
        if not observed.exists and not observed.has_marker:
            return Decision("none")
        return Decision("deleted", "it exists", {"before": before or "exists\n", "after": ""})
    diff = {"before": before, "after": f"version: {spec.version}\n"}
    if not observed.exists:
        return Decision("created", "it does not exist", diff)
    if observed.marker is None:
        return Decision("updated", f"{spec.marker} does not name its version", diff)
    if observed.marker != spec.version:
        return Decision("updated", f"version {observed.marker} -> {spec.version}", diff)
    if observed.wrong:
        return Decision("updated", observed.wrong)
    return Decision("none")


def _is_certain(spec: Package, overlay: Overlay) -> bool:
    """Return whether no earlier change can alter what was observed, apart from predicted changes
    that are taken into account.
    """
    if "file" in (overlay.kind(spec.marker), overlay.kind(spec.binary_path)):
        return False
    return overlay.is_clear(spec.path) and overlay.is_clear(spec.marker)


def _exists(path: str, overlay: Overlay) -> bool:
    """Return whether the folder exists. Raise ResourceError for anything that is not a folder."""
    predicted = overlay.kind(path)
    if predicted in ("directory", "missing"):
        return predicted == "directory"
    try:
        mode = stat.S_IFREG if predicted == "file" else os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    if stat.S_ISLNK(mode):
        raise ResourceError(
            f"target_path: {path} is a symbolic link, which is not followed",
            "use the path of the folder itself",
        )
    if not stat.S_ISDIR(mode):
        raise ResourceError(
            f"target_path: {path} is not a folder", "remove it, or choose another path"
        )
    return True


def _refuse_shared(path: str) -> None:
    """Raise ResourceError if other users can replace files beside the folder."""
    try:
        parent = private_files.folder_of(path)
        if os.lstat(parent).st_mode & stat.S_ISVTX and os.path.lexists(path):
            private_files.checked_folder(path)
    except OSError as error:
        raise ResourceError(
            f"target_path: {error.filename}: {error.strerror}",
            "choose a folder that other users cannot write to",
        ) from error


def _marker(path: str) -> str | None:
    """Return the content of the marker; None if another user could have written it."""
    try:
        with os.fdopen(private_files.open_file(path), "rb") as stream:
            return stream.read(_LONGEST_MARKER).decode().rstrip("\n")
    except (OSError, UnicodeDecodeError):
        return None


def _wrong(spec: Package) -> str:
    if not spec.binary:
        return ""
    try:
        found = _digest_below(spec.path, spec.binary)
    except OSError:
        return f"{spec.binary_path} is missing, or not a file"
    if spec.sha256 not in ("", found):
        return f"{spec.binary_path} has the checksum {found}, expected {spec.sha256}"
    return ""


def _digest_below(folder: str, path: str) -> str:
    """Return the SHA-256 of a file whose path does not lead out of a folder. Raise OSError."""
    with os.fdopen(regular_files.open_below(folder, path), "rb") as stream:
        return digest(stream)


def _install(spec: Package, target: Target) -> None:
    parent = os.path.dirname(spec.path)
    make_folder(parent)
    prefix = temporary_files.prefix_beside(spec.path)
    temporary_folders.clear(parent, prefix)
    with temporary_folders.temporary_folder(parent, prefix) as new:
        with fetched(spec.url, "", target) as archive, open(archive.path, "rb") as stream:
            unpack(stream, new)
        _check_binary(spec, new)
        refuse_conflicts(new, spec.path)
        # The marker is removed first: until the new version is complete, the folder has none.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(spec.marker)
        put(new, spec.path)
    temporary_files.write_atomically(spec.marker, f"{spec.version}\n".encode())
    os.chmod(spec.marker, NEW_MODE)


def _check_binary(spec: Package, new: str) -> None:
    """Make the file of ``binary_path`` executable. Raise ResourceError if it is not the right
    one.
    """
    if not spec.binary:
        return
    try:
        descriptor = regular_files.open_below(new, spec.binary)
    except OSError:
        raise ResourceError(
            f"binary_path: the archive has no file {spec.binary!r}; nothing was changed",
            f"write a path below target_path, such as {_first_file(new)!r}",
        ) from None
    with os.fdopen(descriptor, "rb") as stream:
        refuse_mismatch(spec.binary, digest(stream), spec.sha256)
        mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        # Everyone who may read it may run it: zip archives often lack these permissions.
        os.fchmod(descriptor, mode | (mode & 0o444) >> 2)


def _first_file(folder: str) -> str:
    """Return the path of a file that was unpacked, as an example."""
    for path, folders, names in os.walk(folder):
        folders.sort()
        if names:
            return os.path.relpath(os.path.join(path, min(names)), folder)
    return "bin/NAME"


def _remove(spec: Package) -> None:
    refuse_removal(spec.path)
    # The marker goes first: it says that the folder is complete.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(spec.marker)
    if os.path.lexists(spec.path):
        shutil.rmtree(spec.path)
