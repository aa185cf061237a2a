# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The current state of a file, and its desired content."""

from __future__ import annotations

import os
import stat

from ...common.dataclass import dataclass
from ...host.overlay import PredictedFile
from ..target import Target
from . import content, selinux
from .failures import explained
from .owners import gid_of, group_name, may_be, uid_of, user_name
from .spec import FileSpec


@dataclass(frozen=True)
class Observed:
    """kind: missing, file, link, directory or special. Digests are SHA-256.

    before, after: the old and new content as text; None if they cannot be shown. secontext is
    empty if the spec does not ask for it. desired_digest, desired_uid and desired_gid are None
    if the spec leaves them as they are. link: what a symbolic link holds. in_doubt: whether
    an earlier change that cannot be predicted, such as a command's, may alter the file's source.
    is_certain: whether no earlier change may alter this file, or create an account with the number
        of its owner.
    """

    kind: str
    digest: str = ""
    mode: int = 0
    uid: int = -1
    gid: int = -1
    secontext: str = ""
    link: str = ""
    desired_mode: int = 0
    before: str | None = ""
    after: str | None = ""
    desired_digest: str | None = None
    desired_uid: int | None = None
    desired_gid: int | None = None
    in_doubt: bool = False
    is_certain: bool = True


_NOTHING = content.Digest("", "")


def observe(spec: FileSpec, target: Target) -> Observed:
    """Return the present state.

    Raise ResourceError if it cannot be read, and for unknown owners.
    """
    kind, found = found_at(spec.path, target)
    before = _NOTHING
    if kind == "file" and spec.state == "present" and spec.names_content:
        with content.opened(spec.path, target) as stream:
            before = content.digest(stream)
    desired = _desired(spec, target, kind) if spec.state == "present" else None
    accounts = target.overlay.accounts
    uid = None if spec.owner is None else uid_of(spec.owner, accounts)
    gid = None if spec.group is None else gid_of(spec.group, accounts)
    return Observed(
        kind=kind,
        digest=before.sha256,
        mode=found.mode,
        uid=found.uid,
        gid=found.gid,
        secontext=_secontext(spec, kind, found),
        link=os.readlink(spec.path) if kind == "link" else "",
        desired_mode=spec.mode_of(found.mode if kind == "file" else None),
        before=before.text,
        after=before.text if desired is None else desired.text,
        desired_digest=None if desired is None else desired.sha256,
        desired_uid=uid,
        desired_gid=gid,
        in_doubt=bool(spec.source) and not target.overlay.is_clear(spec.source or ""),
        is_certain=not (
            may_be(found.uid, uid, user_name)
            or may_be(found.gid, gid, group_name)
            or not target.overlay.files.is_certain(spec.path, kind == "missing")
        ),
    )


def predict(spec: FileSpec, observed: Observed, target: Target) -> None:
    """Record in the overlay what this file would be, for later resources."""
    overlay = target.overlay
    # The content before: the prediction for this path must not refer to itself.
    earlier = target.with_overlay(overlay.copy())
    kept = observed if observed.kind == "file" else Observed("missing")
    file = PredictedFile(
        lambda: content.predicted(spec, earlier, observed.kind == "file"),
        observed.desired_mode,
        _first_known(observed.desired_uid, kept.uid, os.geteuid()),
        _first_known(observed.desired_gid, kept.gid, os.getegid()),
        spec.secontext or kept.secontext,
    )
    overlay.files.put(spec.path, None if spec.state == "absent" else file, overlay.moment)


@dataclass(frozen=True)
class Found:
    """The attributes of a file."""

    mode: int = 0
    uid: int = -1
    gid: int = -1
    secontext: str | None = None


def found_at(path: str, target: Target) -> tuple[str, Found]:
    """Return the kind of the path, as it is or is predicted, and its attributes."""
    predicted = target.overlay.files.get(path)
    if predicted is not None:
        return "file", Found(predicted.mode, predicted.uid, predicted.gid, predicted.secontext)
    kind = target.overlay.files.kind(path)
    if kind is not None:
        return kind, Found()
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return "missing", Found()
    except OSError as error:
        raise explained(path, error) from error
    return _kind(status.st_mode), Found(stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)


def _first_known(*numbers: int | None) -> int:
    return next(number for number in numbers if number is not None and number != -1)


def _desired(spec: FileSpec, target: Target, kind: str) -> content.Digest | None:
    if kind in ("directory", "special"):
        return None
    with content.desired(spec, target, kind == "file") as stream:
        return None if stream is None else content.digest(stream)


def _secontext(spec: FileSpec, kind: str, found: Found) -> str:
    """Return the SELinux context.

    For a missing file the folder is read, so that a prediction fails if the change would.
    """
    if not spec.secontext or spec.state == "absent":
        return ""
    if found.secontext is not None:
        return found.secontext
    if kind == "file":
        return selinux.context_of(spec.path)
    folder = os.path.dirname(spec.path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    selinux.context_of(folder)
    return ""


def _kind(mode: int) -> str:
    for kind, matches in (
        ("link", stat.S_ISLNK),
        ("directory", stat.S_ISDIR),
        ("file", stat.S_ISREG),
    ):
        if matches(mode):
            return kind
    return "special"
