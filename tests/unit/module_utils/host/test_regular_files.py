# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of any kind: regular ones are read, all others are refused at once."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import (
    read_below,
    read_regular,
)

LIMIT = 4096

# What is made in a folder, and what is said of `file` in it; the folder `outside` is beside it.
REFUSED = {
    "a FIFO": (lambda at: os.mkfifo(at), "it is a FIFO, not a regular file"),
    "a folder": (lambda at: at.mkdir(), "it is a folder, not a regular file"),
    "a device": (lambda at: at.symlink_to("/dev/zero"), "it is a device, not a regular file"),
    "a link to nowhere": (lambda at: at.symlink_to("nowhere"), "No such file or directory"),
    "too large": (lambda at: at.write_bytes(bytes(LIMIT + 1)), "it is larger than 4 KiB"),
    "a sparse file": (lambda at: os.truncate(_empty(at), 1 << 40), "it is larger than 4 KiB"),
}
LEADS_OUT = {
    "a link to a file": lambda at: at.symlink_to("../outside/secret"),
    "an absolute link": lambda at: at.symlink_to(at.parents[1] / "outside/secret"),
    "a link through a link": lambda at: _two_links(at),
    "a link to a device": lambda at: at.symlink_to("/dev/zero"),
    "a link to a folder with almost the same name": lambda at: at.symlink_to("../folder2/secret"),
}
READ = {
    "a file": lambda at: at.write_text("x"),
    "a link inside": lambda at: _linked(at, "other"),
    "an absolute link inside": lambda at: _linked(at, str(at.with_name("other"))),
    "a link inside by a way outside": lambda at: _linked(at, "../folder/other"),
    "a full file": lambda at: at.write_bytes(b"x" * LIMIT),
}


def _empty(at: Path) -> Path:
    at.touch()
    return at


def _two_links(at: Path) -> None:
    at.with_name("folder").symlink_to("../outside")
    at.symlink_to("folder/secret")


def _linked(at: Path, target: str) -> None:
    at.with_name("other").write_text("x")
    at.symlink_to(target)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("folder", "outside", "folder2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret").write_text("secret")
    return tmp_path / "folder"


@pytest.mark.parametrize(("make", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused_wherever_it_is(make, reason, folder: Path) -> None:  # type: ignore[no-untyped-def]
    make(folder / "file")
    with pytest.raises(OSError, match=reason):
        read_regular(str(folder / "file"), LIMIT)


@pytest.mark.parametrize("make", LEADS_OUT.values(), ids=LEADS_OUT)
def test_refused_below_a_folder(make, folder: Path) -> None:  # type: ignore[no-untyped-def]
    make(folder / "file")
    with pytest.raises(OSError, match="it points outside the folder, to '/"):
        read_below(str(folder), "file", LIMIT)


@pytest.mark.parametrize("make", READ.values(), ids=READ)
@pytest.mark.parametrize("by_link", [False, True])
def test_read_below_a_folder(make, folder: Path, by_link: bool) -> None:  # type: ignore[no-untyped-def]
    make(folder / "file")
    if by_link:
        (folder.parent / "link").symlink_to("folder")
    found = read_below(str(folder.parent / "link" if by_link else folder), "file", LIMIT)
    assert set(found) == set(b"x")


NAMES = {
    "a\0b": "its name contains a NUL character",
    "\ud800": "is not valid UTF-8",
    "x" * 5000: "File name too long",
    "../outside/secret": "it points outside the folder",
    "/etc/passwd": "it points outside the folder",
}


@pytest.mark.parametrize(("path", "reason"), NAMES.items(), ids=map(repr, NAMES.values()))
def test_names_that_cannot_be(path: str, reason: str, folder: Path) -> None:
    with pytest.raises(OSError, match=reason):
        read_below(str(folder), path, LIMIT)


def test_a_link_in_a_circle(folder: Path) -> None:
    (folder / "file").symlink_to("file")
    with pytest.raises(OSError, match="circular"):
        read_below(str(folder), "file", LIMIT)


def test_a_socket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("file")
        with pytest.raises(OSError, match="a socket"):
            read_below(".", "file", LIMIT)


def test_a_folder_that_becomes_a_link_is_not_followed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody swaps it between the look at the links and the reading."""
    (folder / "inner").mkdir()
    (folder / "inner/secret").write_text("ours")
    resolve = os.path.realpath

    def swap(path: str, **options: bool) -> str:
        real = resolve(path, **options)
        if real.endswith("inner/secret"):
            (folder / "inner").rename(folder / "gone")
            (folder / "inner").symlink_to("../outside")
        return real

    monkeypatch.setattr(os.path, "realpath", swap)
    with pytest.raises(OSError, match="Not a directory"):
        read_below(str(folder), "inner/secret", LIMIT)


def test_a_file_of_the_kernel_without_a_size(folder: Path) -> None:
    assert b"VmRSS" in read_regular("/proc/self/status", LIMIT)
    with pytest.raises(OSError, match="larger than"):
        read_regular("/proc/self/status", 10)
