# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives that are unpacked to a folder, with real files."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host import (
    private_files,
    temporary_folders,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.source_package.behaviour import (
    SourcePackage,
)
from tests.unit.module_utils.applying import apply

PACKAGE = SourcePackage()
PROGRAM = b"#!/bin/sh\necho 1\n"
SHA256 = hashlib.sha256(PROGRAM).hexdigest()


def tar(path: Path, files: Mapping[str, bytes], form: str = "gz", mode: int = 0o644) -> Path:
    """Write an archive with these files."""
    how: Any = f"w:{form}"
    with tarfile.open(path, how) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), mode
            archive.addfile(entry, io.BytesIO(content))
    return path


def tree(folder: Path) -> dict[str, str]:
    """Return all files below a folder, with their content."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder for what is installed."""
    folder = tmp_path / "opt"
    folder.mkdir()
    return folder


@pytest.fixture
def wanted(tmp_path: Path, place: Path) -> dict[str, Any]:
    """Return a resource that is not installed yet."""
    archive = tar(tmp_path / "app.tar.gz", {"app-1/bin/app": PROGRAM, "app-1/README": b"x\n"})
    return {"url": str(archive), "target_path": str(place / "app"), "version": "1"}


def test_it_is_unpacked_once(wanted: dict[str, Any], place: Path) -> None:
    assert apply(PACKAGE, wanted, check=True).action == "created"
    assert list(place.iterdir()) == []
    assert apply(PACKAGE, wanted).action == "created"
    assert tree(place) == {
        "app/app-1/README": "x\n",
        "app/app-1/bin/app": PROGRAM.decode(),
        "app.vigo-version": "1\n",
    }
    assert stat.S_IMODE((place / "app").stat().st_mode) == 0o755
    assert stat.S_IMODE((place / "app.vigo-version").stat().st_mode) == 0o644
    Path(wanted["url"]).unlink()
    for check in (True, False):
        assert apply(PACKAGE, wanted, check=check).action == "none"


@pytest.mark.parametrize("form", ["", "gz", "bz2", "xz"])
def test_forms_of_tar(form: str, wanted: dict[str, Any], tmp_path: Path, place: Path) -> None:
    archive = tar(tmp_path / "it", {"./a": b"1", "b/c": b"2"}, form)
    assert apply(PACKAGE, {**wanted, "url": f"file://{archive}"}).action == "created"
    assert tree(place / "app") == {"a": "1", "b/c": "2"}


def test_zip(wanted: dict[str, Any], tmp_path: Path, place: Path) -> None:
    with zipfile.ZipFile(tmp_path / "it", "w") as archive:
        archive.writestr("empty/", b"")
        program = zipfile.ZipInfo("bin/app")
        program.external_attr = 0x20  # as programs of Windows write it
        archive.writestr(program, PROGRAM)
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "bin/app")
    given = {**wanted, "url": str(tmp_path / "it"), "binary_path": "bin/app", "sha256": SHA256}
    assert apply(PACKAGE, given).action == "created"
    assert (place / "app/link").readlink() == Path("bin/app")
    assert (place / "app/empty").is_dir()
    assert stat.S_IMODE((place / "app/bin/app").stat().st_mode) == 0o755


def test_an_uncompressed_tar_that_ends_with_a_zip(
    wanted: dict[str, Any], tmp_path: Path, place: Path
) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", b"y")
    outer = tar(tmp_path / "it", {"inner.zip": inner.getvalue()}, "")
    assert apply(PACKAGE, {**wanted, "url": str(outer)}).action == "created"
    assert [path.name for path in (place / "app").iterdir()] == ["inner.zip"]


def test_a_new_version_keeps_other_files(
    wanted: dict[str, Any], tmp_path: Path, place: Path
) -> None:
    apply(PACKAGE, wanted)
    (place / "app/app-1/data").write_text("mine")
    archive = tar(tmp_path / "2.tar.gz", {"app-1/README": b"new\n", "app-1/doc/a": b"a"})
    newer = {**wanted, "url": str(archive), "version": "2"}
    assert apply(PACKAGE, newer, check=True).reason == "version 1 -> 2"
    assert apply(PACKAGE, newer).action == "updated"
    assert tree(place) == {
        "app/app-1/README": "new\n",
        "app/app-1/bin/app": PROGRAM.decode(),
        "app/app-1/data": "mine",
        "app/app-1/doc/a": "a",
        "app.vigo-version": "2\n",
    }
    assert apply(PACKAGE, newer).action == "none"


def test_what_is_shown_of_changes(wanted: dict[str, Any], place: Path) -> None:
    """In check mode, too."""
    marker = place / "app.vigo-version"
    newer = {**wanted, "version": "2"}
    steps = [
        (wanted, "created", "it does not exist", {"before": "", "after": "version: 1\n"}),
        (newer, "updated", "version 1 -> 2", {"before": "version: 1\n", "after": "version: 2\n"}),
        (
            newer,
            "updated",
            f"{marker} does not name its version",
            {"before": "", "after": "version: 2\n"},
        ),
        (
            {**newer, "state": "absent"},
            "deleted",
            "it exists",
            {"before": "version: 2\n", "after": ""},
        ),
    ]
    for attributes, action, reason, diff in steps:
        if "does not name" in reason:
            marker.unlink()
        for check in (True, False):
            result = apply(PACKAGE, attributes, check=check)
            assert (result.action, result.reason, result.diff) == (action, reason, diff)


def test_without_a_version_the_url_counts(wanted: dict[str, Any], tmp_path: Path) -> None:
    del wanted["version"]
    assert apply(PACKAGE, wanted).action == "created"
    assert apply(PACKAGE, wanted).action == "none"
    other = tar(tmp_path / "other.tar.gz", {"a": b"1"})
    assert apply(PACKAGE, {**wanted, "url": str(other)}).action == "updated"


def test_a_secret_of_the_url_is_not_stored(
    wanted: dict[str, Any], tmp_path: Path, place: Path
) -> None:
    hidden = tmp_path / "hush-hush"
    Path(wanted["url"]).rename(hidden)
    given = {"url": f"{tmp_path}/secret:a/b", "target_path": wanted["target_path"]}
    result = apply(PACKAGE, given, secrets={"a/b": "hush-hush"})
    assert result.action == "created"
    assert "hush" not in (place / "app.vigo-version").read_text()
    assert "hush" not in str(result.as_dict())
    assert apply(PACKAGE, given, secrets={"a/b": "hush-hush"}).action == "none"


@pytest.mark.parametrize("written", ["app-1/bin/app", "./app-1/bin/app", "TARGET/app-1/bin/app"])
def test_the_installed_file_is_checked(written: str, wanted: dict[str, Any], place: Path) -> None:
    path = written.replace("TARGET", wanted["target_path"])
    given = {**wanted, "binary_path": path, "sha256": f"SHA256:{SHA256.upper()}"}
    assert apply(PACKAGE, given).action == "created"
    program = place / "app/app-1/bin/app"
    assert os.access(program, os.X_OK)
    for spoil in (lambda: program.write_text("evil"), program.unlink):
        spoil()
        result = apply(PACKAGE, given, check=True)
        assert result.action == "updated"
        assert str(program) in result.reason
        assert apply(PACKAGE, given).action == "updated"
        assert program.read_bytes() == PROGRAM
    assert apply(PACKAGE, given).action == "none"


def test_a_wrong_checksum_changes_nothing(wanted: dict[str, Any], place: Path) -> None:
    apply(PACKAGE, wanted)
    before = tree(place)
    given = {**wanted, "version": "2", "binary_path": "app-1/bin/app", "sha256": "0" * 64}
    result = apply(PACKAGE, given)
    assert result.reason == (
        f"sha256: app-1/bin/app has the checksum {SHA256}, expected {'0' * 64}; nothing was"
        " changed; correct sha256 if you trust the file"
    )
    assert tree(place) == before
    missing = apply(PACKAGE, {**wanted, "version": "2", "binary_path": "app"})
    assert missing.reason == (
        "binary_path: the archive has no file 'app'; nothing was changed; write a path below"
        " target_path, such as 'app-1/README'"
    )
    assert tree(place) == before


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_what_was_interrupted_is_repeated(
    steps: int,
    wanted: dict[str, Any],
    tmp_path: Path,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The process ends before files are moved, after some of them, or before the mark."""
    apply(PACKAGE, wanted)
    archive = tar(tmp_path / "2.tar.gz", {"app-1/README": b"new\n", "app-1/new": b"n"})
    newer = {**wanted, "url": str(archive), "version": "2"}
    left = [steps]
    real = os.rename

    def rename(*arguments: Any, **others: Any) -> None:
        if not left[0]:
            raise SystemExit(1)
        left[0] -= 1
        real(*arguments, **others)

    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(SystemExit):
        apply(PACKAGE, newer)
    monkeypatch.undo()
    # Neither version is what is there now.
    for one in (wanted, newer):
        assert apply(PACKAGE, one, check=True).action == "updated"
    assert apply(PACKAGE, newer).action == "updated"
    assert tree(place)["app/app-1/README"] == "new\n"
    assert tree(place)["app/app-1/new"] == "n"
    assert {path.name for path in place.iterdir()} == {"app", "app.vigo-version"}


def test_folders_of_killed_runs_are_removed(wanted: dict[str, Any], place: Path) -> None:
    (place / ".app.vigo-killed/deep").mkdir(parents=True)
    with temporary_folders.temporary_folder(str(place), ".app.vigo-") as used:
        apply(PACKAGE, wanted)
        assert Path(used).is_dir()
    assert {path.name for path in place.iterdir()} == {"app", "app.vigo-version"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda marker: marker.chmod(0o666),
        lambda marker: (marker.unlink(), marker.symlink_to("elsewhere")),
        lambda marker: os.link(marker, f"{marker}2"),
        lambda marker: marker.write_bytes(b"\xff"),
        lambda marker: marker.unlink(),
    ],
)
def test_a_mark_of_others_is_not_trusted(
    spoil: Any, wanted: dict[str, Any], tmp_path: Path, place: Path
) -> None:
    apply(PACKAGE, wanted)
    marker = place / "app.vigo-version"
    (place / "elsewhere").write_text("1\n")
    spoil(marker)
    assert apply(PACKAGE, wanted).action == "updated"
    assert marker.read_text() == "1\n"
    assert (place / "elsewhere").read_text() == "1\n"
    assert not marker.is_symlink()


@pytest.mark.parametrize("mode", [0o777, 0o775])
def test_nothing_is_installed_where_others_can_write(
    mode: int, wanted: dict[str, Any], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_files, "_is_private_group", lambda _gid: False)
    place.chmod(mode)
    for check in (True, False):
        result = apply(PACKAGE, wanted, check=check)
        assert result.reason == (
            f"target_path: {place}: other users can write to it (mode {mode:04o}); choose a"
            " folder that other users cannot write to"
        )
    assert list(place.iterdir()) == []


def test_links_in_the_folder_are_not_followed(
    wanted: dict[str, Any], tmp_path: Path, place: Path
) -> None:
    (tmp_path / "precious").mkdir()
    (place / "app").mkdir()
    (place / "app/app-1").symlink_to(tmp_path / "precious")
    result = apply(PACKAGE, wanted)
    assert result.reason == (
        f"{place}/app/app-1 is a symbolic link, which is not followed; nothing was changed;"
        " remove it, or choose another target_path"
    )
    assert list((tmp_path / "precious").iterdir()) == []
    (place / "app/app-1").unlink()
    (place / "app/app-1").mkdir()
    (place / "app/app-1/README").symlink_to(tmp_path / "precious/README")
    assert apply(PACKAGE, wanted).action == "updated"
    assert list((tmp_path / "precious").iterdir()) == []
    assert (place / "app/app-1/README").read_text() == "x\n"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (
            lambda place: (place / "app").symlink_to(place),
            "target_path: {place}/app is a symbolic link, which is not followed; use the path of"
            " the folder itself",
        ),
        (
            lambda place: (place / "app").write_text(""),
            "target_path: {place}/app is not a folder; remove it, or choose another path",
        ),
        (
            lambda place: (place / "app/app-1/bin/app").mkdir(parents=True),
            "{place}/app/app-1/bin/app is a folder, but the archive has a file there; nothing was"
            " changed; remove it, or choose another target_path",
        ),
        (
            lambda place: ((place / "app").mkdir(), (place / "app/app-1").write_text("")),
            "{place}/app/app-1 is not a folder, but the archive has a folder there; nothing was"
            " changed; remove it, or choose another target_path",
        ),
    ],
)
def test_what_is_in_the_way(make: Any, reason: str, wanted: dict[str, Any], place: Path) -> None:
    make(place)
    before = tree(place)
    assert apply(PACKAGE, wanted).reason == reason.format(place=place)
    assert tree(place) == before


def test_it_is_removed(wanted: dict[str, Any], place: Path) -> None:
    apply(PACKAGE, wanted)
    gone = {"target_path": wanted["target_path"], "state": "absent"}
    (place / "other").write_text("")
    assert apply(PACKAGE, gone, check=True).action == "deleted"
    assert apply(PACKAGE, gone).action == "deleted"
    assert [path.name for path in place.iterdir()] == ["other"]
    assert apply(PACKAGE, gone).action == "none"
    (place / "app.vigo-version").write_text("1\n")
    assert apply(PACKAGE, gone).action == "deleted"
    assert [path.name for path in place.iterdir()] == ["other"]


def test_unless_it_is_there_already(wanted: dict[str, Any], place: Path) -> None:
    given = {**wanted, "unless": f"test -e {place}/flag"}
    (place / "flag").write_text("")
    result = apply(PACKAGE, given)
    assert (result.action, result.reason) == (
        "skipped",
        f"unless: `test -e {place}/flag` ended with exit code 0",
    )
    assert not (place / "app").exists()
    (place / "flag").unlink()
    assert apply(PACKAGE, given).action == "created"
    assert apply(PACKAGE, given).action == "none"


def test_folders_above_are_created(wanted: dict[str, Any], place: Path) -> None:
    before = os.umask(0o077)
    try:
        given = {**wanted, "target_path": str(place / "a/b/app")}
        assert apply(PACKAGE, given).action == "created"
    finally:
        os.umask(before)
    for path in ("a", "a/b", "a/b/app", "a/b/app/app-1"):
        assert stat.S_IMODE((place / path).stat().st_mode) == 0o755
    assert stat.S_IMODE((place / "a/b/app/app-1/README").stat().st_mode) == 0o644


@pytest.mark.parametrize("url", ["/no/such/file", "file:///no/such/file"])
def test_what_cannot_be_fetched(url: str, wanted: dict[str, Any], place: Path) -> None:
    assert apply(PACKAGE, {**wanted, "url": url}).reason == (
        "url: /no/such/file cannot be read: No such file or directory; create it first, or"
        " correct the path"
    )
    assert list(place.iterdir()) == []
