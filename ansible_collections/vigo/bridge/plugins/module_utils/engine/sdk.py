# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The docker SDK of this target: its own, or one that the controller sends.

The controller sends its SDK as an archive whose name is derived from its content. The archive is
unpacked once, into a folder of that name that only this user can use, and stays there. Python
stores the bytecode beside it, separately for each version. In check mode, the archive is unpacked
for this call only.

Only an import shows whether an SDK works, and it takes longer than everything else in a run without
changes. So the state folder records which SDK worked.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
from typing import Any, Iterator, Mapping, Sequence

from ..common.errors import Blocked
from ..delivery.unpacking import extract, put, remove, remove_older, unpack
from ..host.private_files import checked_folder, open_file
from ..host.system_errors import reason
from .installed_packages import use_installed_packages

#: The packages in the archive: the SDK and its dependencies.
PACKAGES = ("docker", "requests", "urllib3", "idna", "certifi", "charset_normalizer")

#: The key of a result that reports that the controller has to send its SDK. Nothing has been done
#: then.
MISSING = "sdk_missing"

#: The file that records which SDK works. `_trusted` has the records that this call has used.
_MEMORY = "works"
_LONGEST_MEMORY = 10_000
_trusted: list[str] = []
_INSTALL = "install it there: apt install python3-docker, or pip install docker"


def provide(
    offer: Mapping[str, str], archive: str | None, folders: Sequence[str], keep: bool
) -> bool:
    """Make the SDK importable; return False if the controller has to send its archive first.

    offer: ``digest`` and ``versions`` of what the controller has, or nothing. folders: for unpacked
    archives; the first usable one is taken. keep: whether the archive stays there. Raise Blocked,
    with what to install.
    """
    use_installed_packages()
    if _works(folders, keep):
        return True
    if not offer:
        raise Blocked(
            f"this target's Python {platform.python_version()} has no usable docker SDK, and the"
            f" controller has no docker SDK to send; {_INSTALL}, or pip install docker on the"
            " controller"
        )
    for place in _unpacked_before(folders, offer["digest"]):
        if _use(place, folders, keep) is None:
            return True
        if keep:
            remove(place)  # damaged: the controller sends it again
    if archive is None:
        return False
    content = base64.b64decode(archive)
    place = _unpack(content, offer["digest"], folders) if keep else _unpack_for_now(content)
    error = _use(place, folders, keep)
    if error:
        raise Blocked(
            f"the controller's docker SDK ({offer['versions']}) does not run on this target's"
            f" Python {platform.python_version()} ({error.__cause__}); {_INSTALL}, or install older"
            " versions on the controller"
        ) from error
    return True


def folders(state_folder: str) -> list[str]:
    """Return the folders for unpacked archives: the state folder, or others where it cannot be
    written.
    """
    return [
        os.path.join(state_folder, "sdk"),
        os.path.join("/var/tmp", f"vigo-bridge-sdk-{os.geteuid()}"),
    ]


def imported() -> Any:
    """Return the module ``docker``. Raise Blocked if it cannot be imported."""
    try:
        import docker
        import docker.auth
        import docker.errors
        import docker.utils
    except Exception as error:  # An old or half installed one may raise anything.
        again = "run again, or " if _trusted else ""
        _forget()
        raise Blocked(
            f"the Python of this target has no usable docker SDK ({error}); {again}{_INSTALL}"
        ) from error
    return docker


def _works(folders: Sequence[str], keep: bool) -> bool:
    try:
        _try(folders, keep)
    except Blocked:
        return False
    return True


def _use(place: str, folders: Sequence[str], keep: bool) -> Blocked | None:
    """Put the SDK before the target's packages, whose ``requests`` may be too old for it.

    Return why it does not work.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] in PACKAGES]:
        del sys.modules[name]
    sys.path.insert(0, place)
    sys.dont_write_bytecode = False  # otherwise every call would compile it again
    try:
        _try(folders, keep)
    except Blocked as error:
        sys.path.remove(place)
        return error
    return None


def _try(folders: Sequence[str], keep: bool) -> None:
    """Import the SDK, unless it is known to work. Raise Blocked."""
    seen = _seen()
    for folder in folders:
        if seen and _remembered(folder) == seen:
            _trusted.append(os.path.join(folder, _MEMORY))
            return
    imported()
    for folder in folders if keep else ():
        with contextlib.suppress(OSError):
            put(folder, _MEMORY, seen.encode())
            return


def _seen() -> str:
    """Return a text that identifies the SDK that would be imported and this Python; empty if a
    package is missing.
    """
    seen = [sys.version]
    for package in PACKAGES[:3]:
        try:
            spec = importlib.util.find_spec(package)
        except (ImportError, ValueError):
            spec = None
        if spec is None or not spec.origin:
            return ""
        seen.append(f"{spec.origin} {os.stat(spec.origin).st_mtime}")
    return "\n".join(seen)


def _remembered(folder: str) -> str:
    try:
        path = os.path.join(checked_folder(folder), _MEMORY)
        with os.fdopen(open_file(path), encoding="utf-8") as stream:
            return stream.read(_LONGEST_MEMORY)
    except (OSError, UnicodeDecodeError):
        return ""


def _forget() -> None:
    for path in _trusted:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _unpacked_before(places: Sequence[str], digest: str) -> Iterator[str]:
    for folder in places:
        with contextlib.suppress(OSError):
            place = os.path.join(checked_folder(folder), digest)
            if os.path.isdir(place):
                yield place


def _unpack(archive: bytes, digest: str, places: Sequence[str]) -> str:
    """Unpack into the first usable folder, in one step, so that others never see a part of it."""
    obstacles = []
    for folder in places:
        try:
            place = unpack(archive, folder, digest)
            remove_older(folder, digest)
            return place
        except OSError as error:
            obstacles.append(f"{folder} ({reason(error)})")
    raise Blocked(
        "this target has no docker SDK, and the controller's cannot be unpacked into"
        f" {' or '.join(obstacles)}; free some space there, or {_INSTALL}"
    )


def _unpack_for_now(archive: bytes) -> str:
    try:
        place = tempfile.mkdtemp(prefix="vigo-bridge-sdk-")
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        extract(archive, place)
    except OSError as error:
        raise Blocked(
            "this target has no docker SDK, and the controller's cannot be unpacked into"
            f" {tempfile.gettempdir()} ({reason(error)}); free some space there, or {_INSTALL}"
        ) from error
    return place
