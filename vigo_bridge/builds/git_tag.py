# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a tag for an image: the last commit that changed what is built."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from vigo_bridge.failures import Refusal

_ADVICE = "choose a tag with --tag"
#: Settings of the repository that would start programs.
_OPTIONS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_LENGTH = 12


def commit_tag(paths: Sequence[str], stack: Path) -> str:
    """Return the short name of the last commit that changed one of these folders and files.

    stack: a folder that does not count, because a build changes it. Raise Refusal if there are
    changes that are not committed, or no commit.
    """
    first = paths[0]
    start = first if os.path.isdir(first) else os.path.dirname(first)  # noqa: PTH112, PTH120
    top = _git(start, "rev-parse", "--show-toplevel").rstrip("\n")
    chosen = list(_selection(top, paths, stack))
    changed = _git(top, "status", "--porcelain", "-z", "--untracked-files=all", "--", *chosen)
    if changed:
        name = changed.split("\0")[0][3:]
        raise Refusal(f"{top}/{name} is not committed; commit it, or {_ADVICE}.")
    found = _git(top, "log", "-1", "--format=%H", "--", *chosen).strip()
    if not found:
        raise Refusal(f"no commit contains {first}; {_ADVICE}.")
    return found[:_LENGTH]


def _selection(top: str, paths: Iterable[str], stack: Path) -> Iterable[str]:
    """Yield git's patterns for the paths, without the stack's folder."""
    for path in paths:
        inner = os.path.relpath(os.path.realpath(path), top)
        if inner.startswith(".."):
            raise Refusal(f"{path} is not in the Git repository {top}; {_ADVICE}.")
        yield f":(top,literal){'' if inner == '.' else inner}"
    own = os.path.relpath(os.path.realpath(stack), top)
    if own != "." and not own.startswith(".."):
        yield f":(top,literal,exclude){own}"


def _git(folder: str, *words: str) -> str:
    """Return what git prints. Raise Refusal."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        finished = subprocess.run(
            ["git", *_OPTIONS, *words],
            cwd=folder,
            env={**kept, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        place = error.filename or "git"
        raise Refusal(
            f"cannot use a commit as the tag: {place}: {error.strerror}; {_ADVICE}."
        ) from error
    if finished.returncode:
        printed = finished.stderr.decode("utf-8", "replace").strip()
        said = printed.split("\n")[0].removeprefix("fatal: ") or "git failed"
        raise Refusal(f"cannot use a commit as the tag for {folder}: {said}; {_ADVICE}.")
    return os.fsdecode(finished.stdout)
