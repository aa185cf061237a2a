# SPDX-License-Identifier: GPL-3.0-or-later
"""The file resource when things go wrong: kills, full disks, locked and mounted files."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host import temporary_files
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from tests.unit.module_utils.applying import apply
from tests.unit.module_utils.killing import in_a_child, kill_at_event

FILE = File()
OLD, NEW = "old\n" * 5000, "new\n" * 7000

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do this")


@pytest.mark.parametrize("event", range(40))
def test_a_kill_leaves_the_old_or_the_new_file_and_the_next_run_no_litter(
    tmp_path: Path, event: int
) -> None:
    path = tmp_path / "it"
    path.write_text(OLD)
    attributes = {
        "target_path": str(path),
        "content": NEW,
        "backup": ".bak",
        "validate": "test -s %",
    }

    def work() -> None:
        kill_at_event(event)
        apply(FILE, attributes)

    assert in_a_child(work) in (0, -signal.SIGKILL)
    assert path.read_text() in (OLD, NEW)
    apply(FILE, attributes)
    assert path.read_text() == NEW
    assert {entry.name for entry in tmp_path.iterdir()} <= {"it", "it.bak"}
    if (tmp_path / "it.bak").exists():
        assert (tmp_path / "it.bak").read_text() == OLD


def test_a_reader_never_sees_a_part(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_text(OLD)
    code = (
        "import sys\n"
        "seen = set()\n"
        "print('ready', flush=True)\n"
        "import os\n"
        "while not os.path.exists(sys.argv[1] + '.stop'):\n"
        "    seen.add(open(sys.argv[1]).read())\n"
        "print(sorted((text[:4], len(text)) for text in seen))\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        for _ in range(50):
            for content in (NEW, OLD):
                apply(FILE, {"target_path": str(path), "content": content})
        Path(f"{path}.stop").touch()
        seen = reader.stdout.read()
    assert reader.returncode == 0, "the file was missing for a moment"
    known = [("new\n", len(NEW)), ("old\n", len(OLD))]
    assert seen.strip() in (str(known), str(known[:1]), str(known[1:]))


def test_what_another_run_is_writing_stays(tmp_path: Path) -> None:
    prefix = temporary_files.prefix_beside(str(tmp_path / "it"))
    (tmp_path / f"{prefix}left").touch()
    with temporary_files.temporary(str(tmp_path), prefix) as busy:
        apply(FILE, {"target_path": str(tmp_path / "it"), "content": NEW})
        assert Path(busy.path).exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["it"]


@contextlib.contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    mount = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
    if mount.returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@as_root
def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    with mounted(tmp_path, "-t", "tmpfs", "-o", "size=64k", "none"):
        path = tmp_path / "it"
        path.write_text(OLD)
        result = apply(FILE, {"target_path": str(path), "content": "x" * 200_000})
        assert (result.action, path.read_text()) == ("blocked", OLD)
        assert "the disk is full" in result.reason
        assert [entry.name for entry in tmp_path.iterdir()] == ["it"]


@as_root
def test_a_read_only_file_system_blocks(tmp_path: Path) -> None:
    with mounted(tmp_path, "-t", "tmpfs", "-o", "ro", "none"):
        result = apply(FILE, {"target_path": str(tmp_path / "it"), "content": NEW})
    assert result.action == "blocked"
    assert "the file system is read-only" in result.reason


@as_root
def test_a_mount_point_is_not_replaced(tmp_path: Path) -> None:
    path, other = tmp_path / "it", tmp_path / "other"
    path.write_text("")
    other.write_text(OLD)
    with mounted(path, "--bind", str(other)):
        result = apply(FILE, {"target_path": str(path), "content": NEW})
        assert (result.action, path.read_text()) == ("failed", OLD)
        assert "is a mount point" in result.reason
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["it", "other"]


@as_root
@pytest.mark.parametrize("attributes", [{"content": NEW}, {"mode": "0600"}, {"state": "absent"}])
def test_an_immutable_file_stays(tmp_path: Path, attributes: dict[str, Any]) -> None:
    path = tmp_path / "it"
    path.write_text(OLD)
    if subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no immutable files")
    try:
        result = apply(FILE, {"target_path": str(path), **attributes})
    finally:
        subprocess.run(["chattr", "-i", path], check=True)
    assert (result.action, path.read_text()) == ("failed", OLD)
    assert f"remove the attribute with `chattr -ia {path}`" in result.reason
    assert [entry.name for entry in tmp_path.iterdir()] == ["it"]


def test_a_limit_of_file_size_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_text(OLD)

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        assert apply(FILE, {"target_path": str(path), "content": NEW}).action == "blocked"
        os._exit(7)

    assert in_a_child(work) == 7
    assert path.read_text() == OLD
    assert [entry.name for entry in tmp_path.iterdir()] == ["it"]


def test_a_source_that_changes_while_it_is_copied_is_noticed(tmp_path: Path) -> None:
    source, path = tmp_path / "source", tmp_path / "it"
    source.write_text(NEW)
    path.write_text(OLD)
    result = apply(
        FILE,
        {"target_path": str(path), "source": str(source), "stream_edit": f"cat; echo >> {source}"},
    )
    assert result.action == "failed"
    assert "changed while it was copied" in result.reason
    assert path.read_text() == OLD


@pytest.mark.parametrize("attributes", [{"source": "SOURCE"}, {"stream_edit": "tr a b"}])
def test_large_files_need_little_memory(tmp_path: Path, attributes: dict[str, Any]) -> None:
    source, path = tmp_path / "source", tmp_path / "it"
    for file in (source, path):
        with file.open("wb") as stream:
            for number in range(40):
                stream.write(bytes([97 if file == path else number]) * 2**20)
    attributes = {name: value.replace("SOURCE", str(source)) for name, value in attributes.items()}

    def work() -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = apply(FILE, {"target_path": str(path), **attributes})
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os._exit(7 if result.action == "updated" and grown < 30 * 1024 else 1)

    assert in_a_child(work) == 7
    assert apply(FILE, {"target_path": str(path), "source": str(source)}).action == (
        "none" if "source" in attributes else "updated"
    )
