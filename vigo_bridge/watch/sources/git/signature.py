# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the signature of a commit or tag as git is configured: GPG keys, or allowed signers."""

from __future__ import annotations

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.watch.sources.git.failures import quoted
from vigo_bridge.watch.sources.git.program import Git, TooLong, TooMuch

_TIMEOUT = 60.0
_LARGEST = 1 << 20


def problem(git: Git, identifier: str, tag: str) -> str | None:
    """Return why a signature is not accepted; None if it is. identifier: of a commit, or of an
    annotated tag. tag: the tag's name; empty for a commit.
    """
    what = f"tag {one_line(tag)}" if tag else f"commit {identifier[:12]}"
    command = "verify-tag" if tag else "verify-commit"
    try:
        content = git.run(
            "cat-file", "tag" if tag else "commit", identifier, timeout=_TIMEOUT, largest=_LARGEST
        )
        finished = git.run(command, "--", identifier, timeout=_TIMEOUT, largest=_LARGEST)
    except TooLong:
        return f"the signature of {what} could not be checked within {_TIMEOUT:g} s"
    except TooMuch:
        return f"{what} is too large to be checked"
    if b"-----BEGIN " not in content.output:
        return f"{what} is not signed"
    if finished.status != 0:
        return f"{what} has no valid signature: {quoted(finished.errors, ())}"
    named = _name_in(content.output) if tag else tag
    if named != tag:
        return f"{what} has the signature of another tag, {one_line(named)!r:.80}"
    return None


def _name_in(content: bytes) -> str:
    """Return the name for which a tag was signed."""
    for line in content.partition(b"\n\n")[0].split(b"\n"):
        key, _, value = line.partition(b" ")
        if key == b"tag":
            return value.decode("utf-8", "replace")
    return ""
