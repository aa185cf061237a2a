# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode knows about a path after predicted changes: a table."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import (
    Overlay,
    PredictedFile,
    PredictedFiles,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host.package_files import ADDED, replaced

FILE = PredictedFile(lambda: pytest.fail("not read"), 0o644, 0, 0)

#: what comes before -> a path, whether a file that is described there as a whole is as it is known
#: to be if it is missing, and if it exists
DESCRIBED: list[tuple[list[tuple[str, str]], str, tuple[bool, bool]]] = [
    ([], "/etc/a", (True, True)),
    ([("mark_unknown", "/")], "/etc/a", (True, True)),
    ([("add", "/")], "/etc/a", (False, True)),
    ([("replace", "/etc/a")], "/etc/a", (False, False)),
    ([("replace", "/etc/a")], "/etc/a/b", (False, False)),
    ([("replace", "/etc/a/b")], "/etc/a", (True, True)),
    ([("replace", "/etc/ab")], "/etc/a", (True, True)),
    ([("add", "/"), ("put", "/etc/a")], "/etc/a", (True, True)),
    ([("put", "/etc/a"), ("replace", "/etc/a")], "/etc/a", (False, False)),
    ([("put", "/etc/b"), ("add", "/etc")], "/etc/a", (False, True)),
]


def overlay_after(events: list[tuple[str, str]]) -> Overlay:
    files = PredictedFiles()
    for moment, (event, path) in enumerate(events):
        more: tuple[Any, ...] = {"put": (FILE,), "remove": (None,)}.get(event, ())
        method = "put" if event == "remove" else event
        getattr(files, method)(path, *more, moment)
    return Overlay(files)


@pytest.mark.parametrize(("events", "path", "expected"), DESCRIBED)
def test_a_file_that_is_described_as_a_whole(
    events: list[tuple[str, str]], path: str, expected: tuple[bool, bool]
) -> None:
    files = overlay_after(events).files
    assert (files.is_certain(path, True), files.is_certain(path, False)) == expected
    assert files.copy() == files


#: what comes before -> a path, its kind, whether anything is there, whether it is unchanged
PATHS: list[tuple[list[tuple[str, str]], str, str | None, bool | None, bool]] = [
    ([], "/no/such", None, False, True),
    ([("put_folder", "/no/a")], "/no/a", "directory", True, False),
    ([("put_folder", "/no/a")], "/no", "directory", True, False),
    ([("put_folder", "/no/a")], "/no/a/b", None, False, True),
    ([("put_folder", "/no/a")], "/no/ab", None, False, True),
    ([("put_folder", "/no/a"), ("mark_unknown", "/no")], "/no/a", "directory", None, False),
    ([("mark_unknown", "/no"), ("put_folder", "/no/a")], "/no/a", "directory", True, False),
    ([("put", "/no/a")], "/no/a/b", None, False, False),
    ([("remove", "/no/a")], "/no/a", "missing", False, False),
    ([("remove", "/no/a")], "/no/a/b", None, False, False),
    ([("mark_unknown", "/no/a/b")], "/no/a", None, None, False),
]


@pytest.mark.parametrize(("events", "path", "kind", "exists", "is_unchanged"), PATHS)
def test_paths(
    events: list[tuple[str, str]],
    path: str,
    kind: str | None,
    exists: bool | None,
    is_unchanged: bool,
) -> None:
    overlay = overlay_after(events)
    assert overlay.kind(path) == kind
    assert overlay.exists(path) is exists
    assert overlay.is_unchanged(path) is is_unchanged
    copy = overlay.copy()
    copy.mark_unknown(["/"])
    copy.accounts.users["ada"] = 1
    assert overlay.exists(path) is exists
    assert not overlay.accounts.users


@pytest.mark.parametrize(
    ("pattern", "expected"), [("/no/*", True), ("/no/a/*", False), ("/n?/a", True), ("/x/*", False)]
)
def test_patterns_match_folders(pattern: str, expected: bool) -> None:
    assert overlay_after([("put_folder", "/no/a")]).matches(pattern) is expected


#: a path -> whether packages that are installed may be about it, if missing and if it exists; the
#: same of packages that are removed
PACKAGES = {
    "/etc/nginx/nginx.conf": ((True, False), (True, True)),
    "/usr/share/nginx/index.html": ((True, True), (True, True)),
    "/lib/systemd/system/nginx.service": ((True, True), (True, True)),
    "/usr/local/bin/tool": ((True, False), (True, True)),
}


@pytest.mark.parametrize("path", PACKAGES)
@pytest.mark.parametrize("is_removal", [False, True])
def test_files_of_packages(path: str, is_removal: bool) -> None:
    overlay = Overlay(moment=1)
    overlay.add(ADDED)
    overlay.replace(replaced(is_removal))
    found = tuple(not overlay.files.is_certain(path, missing) for missing in (True, False))
    assert found == PACKAGES[path][is_removal]
