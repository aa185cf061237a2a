# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives with members outside of their folder: all are rejected, and nothing is left."""

from __future__ import annotations

import io
import stat
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.source_package import unpack
from ansible_collections.vigo.bridge.plugins.module_utils.types.source_package.behaviour import (
    SourcePackage,
)
from tests.unit.module_utils.applying import apply

PACKAGE = SourcePackage()
KINDS = {
    "file": tarfile.REGTYPE,
    "folder": tarfile.DIRTYPE,
    "link": tarfile.SYMTYPE,
    "same": tarfile.LNKTYPE,
    "fifo": tarfile.FIFOTYPE,
    "character": tarfile.CHRTYPE,
    "block": tarfile.BLKTYPE,
    "unknown": b"Z",
}
DEVICE = "is a device, a FIFO or an unknown entry"
OUT = "is a link that leads out of the archive"

#: The entries of an archive: a kind, a path, and what a link leads to. The last one is refused.
HOSTILE: dict[str, tuple[list[str], str, str]] = {
    "an absolute path": (["file /etc/evil"], "/etc/evil", "is an absolute path"),
    "two slashes": (["file //evil"], "//evil", "is an absolute path"),
    "the folder above": (["file ../evil"], "../evil", "contains '..'"),
    "a folder above in between": (["file a/../../evil"], "a/../../evil", "contains '..'"),
    "inside, but with dots": (["file a/../b"], "a/../b", "contains '..'"),
    "a folder that is above": (["folder .."], "..", "contains '..'"),
    "an absolute link": (["link a /etc/passwd"], "a", OUT),
    "an empty link": (["link a"], "a", OUT),
    "a link to what is above": (["link a ../evil"], "a", OUT),
    "a deep link to what is above": (["link b/c/d ../../../evil"], "b/c/d", OUT),
    "a link by way of a link": (
        ["folder a/b", "link a/b/top ../..", "link out a/b/top/.."],
        "out",
        OUT,
    ),
    "a link by way of a later link": (["link out in/..", "folder b", "link in ."], "out", OUT),
    "a file behind a link": (
        ["folder a", "link b a", "file b/c"],
        "b",
        "is a folder and also something",
    ),
    "a link in place of a folder": (
        ["file a/b", "link a ."],
        "a",
        "is a folder and also something",
    ),
    "a folder in place of a link": (
        ["link a .", "folder a"],
        "a",
        "is a folder and also something",
    ),
    "the same file outside": (
        ["same a /etc/passwd"],
        "a",
        "is a hard link to '/etc/passwd', which is",
    ),
    "the same file above": (
        ["same a ../../b"],
        "a",
        "is a hard link to '../../b', which contains '..'",
    ),
    "the same as a link": (
        ["link a b", "same c a"],
        "c",
        "is a hard link to 'a', which is not a file in the archive",
    ),
    "the same as nothing": (
        ["same c a"],
        "c",
        "is a hard link to 'a', which is not a file in the archive",
    ),
    "the same as itself": (
        ["same c c"],
        "c",
        "is a hard link to 'c', which is not a file in the archive",
    ),
    "a FIFO": (["fifo a"], "a", DEVICE),
    "a terminal": (["character a"], "a", DEVICE),
    "a disk": (["block a"], "a", DEVICE),
    "a file in place of the folder itself": (["file ."], "", "is a folder and also something else"),
    "a link in place of the folder itself": (
        ["link ./ /"],
        "",
        "is a folder and also something else",
    ),
    "very deep": (["file " + "a/" * 100 + "b"], "a/" * 100 + "b", "is below more than 100 folders"),
}


def tar(entries: list[str]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for written in ["file good", *entries]:
            kind, name, *target = written.split(" ")
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = KINDS[kind], "".join(target)
            entry.mode = 0o777
            archive.addfile(entry)
    return stream.getvalue()


@pytest.fixture(autouse=True)
def own_temporary_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))


def refusal(content: bytes, folder: Path) -> str:
    """Return why an archive is refused. Nothing remains of it, in check mode and in a run."""
    (folder / "it").write_bytes(content)
    (folder / "opt").mkdir()
    given = {"url": str(folder / "it"), "target_path": str(folder / "opt/app")}
    result = apply(PACKAGE, given)
    assert result.action == "failed"
    assert list((folder / "opt").iterdir()) == []
    assert list(Path(tempfile.gettempdir()).iterdir()) == []
    return result.reason


@pytest.mark.parametrize(("entries", "name", "why"), HOSTILE.values(), ids=HOSTILE)
def test_refused(entries: list[str], name: str, why: str, tmp_path: Path) -> None:
    reason = refusal(tar(entries), tmp_path)
    assert reason.startswith(f"url: the archive is not safe: {name!r} {why}")
    assert reason.endswith("nothing was changed; use another archive")


@pytest.mark.parametrize(
    ("name", "kind", "content", "why"),
    [
        ("/etc/evil", 0, "", "is an absolute path"),
        ("../evil", 0, "", "contains '..'"),
        ("a", stat.S_IFLNK, "/etc/passwd", OUT),
        ("a", stat.S_IFLNK, "../x", OUT),
        ("a", stat.S_IFIFO, "", DEVICE),
        ("a", stat.S_IFCHR, "", DEVICE),
        ("a", stat.S_IFBLK, "", DEVICE),
        ("a", stat.S_IFSOCK, "", DEVICE),
    ],
)
def test_refused_as_zip(name: str, kind: int, content: str, why: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("good", b"")
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, content)
    assert refusal(stream.getvalue(), tmp_path).startswith(
        f"url: the archive is not safe: {name!r} {why}"
    )


def damaged() -> dict[str, bytes]:
    """Return contents that are not whole archives."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"a" * 10_000)
    packed = stream.getvalue()
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        entry = tarfile.TarInfo("a")
        entry.size = 5000
        archive.addfile(entry, io.BytesIO(bytes(5000)))
    return {
        "half a tar": whole.getvalue()[:2000],
        "half a compressed tar": tar(["file a"])[:60],
        "half a zip": packed[: len(packed) // 2],
        "a zip with other bytes": packed[:40] + b"xxxx" + packed[44:],
        "an encrypted zip": packed[:6]
        + b"\x01"
        + packed[7:].replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"),
    }


@pytest.mark.parametrize("content", damaged().values(), ids=damaged())
def test_damaged(content: bytes, tmp_path: Path) -> None:
    reason = refusal(content, tmp_path)
    assert reason.startswith("url: the archive is damaged or has an unsupported format: ")


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", b"\x7fELF", bytes(100)])
def test_no_archive(content: bytes, tmp_path: Path) -> None:
    assert refusal(content, tmp_path) == (
        "url: the file is not a supported archive; use zip, or tar, also with gzip, bzip2 or xz"
    )


def test_a_file_that_is_larger_than_the_disk(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("huge")
    entry.size = 1 << 60
    reason = refusal(entry.tobuf(tarfile.GNU_FORMAT) + bytes(1024), tmp_path)
    assert reason.startswith(
        f"url: the archive contains a file of {1 << 60} bytes, but the disk does not"
    )


def test_too_many_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "_MOST", 3)
    assert "'c' is one of more than 3 entries" in refusal(
        tar(["file a", "file b", "file c"]), tmp_path
    )


def test_modes_that_give_rights_to_others_are_left_out(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, mode, kind in (
            ("f", 0o6777, tarfile.REGTYPE),
            ("d", 0o1777, tarfile.DIRTYPE),
            ("unreadable", 0o000, tarfile.REGTYPE),
        ):
            entry = tarfile.TarInfo(name)
            entry.mode, entry.type, entry.uid = mode, kind, 4711
            archive.addfile(entry)
    (tmp_path / "it").write_bytes(stream.getvalue())
    given = {"url": str(tmp_path / "it"), "target_path": str(tmp_path / "app")}
    assert apply(PACKAGE, given).action == "created"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "app").iterdir()}
    assert modes == {"f": 0o755, "d": 0o755, "unreadable": 0o600}
    assert (tmp_path / "app/f").stat().st_uid == tmp_path.stat().st_uid


def test_usual_archives_are_accepted(tmp_path: Path) -> None:
    entries = [
        "folder .",
        "file a",
        "file a",
        "same b a",
        "same c ./b",
        "link d/e/up ../../a",
        "link loop loop",
        "link nowhere d/none",
        "link nowhere a",
        "folder d",
    ]
    (tmp_path / "it").write_bytes(tar(entries))
    given = {"url": str(tmp_path / "it"), "target_path": str(tmp_path / "app")}
    result = apply(PACKAGE, given)
    assert result.action == "created", result.reason
    names = {str(path.relative_to(tmp_path / "app")) for path in (tmp_path / "app").rglob("*")}
    assert names == {"good", "a", "b", "c", "d", "d/e", "d/e/up", "loop", "nowhere"}
    assert (tmp_path / "app/nowhere").readlink() == Path("a")
