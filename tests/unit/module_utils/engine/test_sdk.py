# SPDX-License-Identifier: GPL-3.0-or-later
"""How a Python without installed packages gets the docker SDK."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.plugin_utils.sdk_archive import controllers_sdk
from tests.unit.collection.module_sources import ROOT

#: Answers each line in a process of its own, as loading Python takes longer than the rest.
PROVIDE = """
import json, os, sys
sys.path.append(sys.argv[1])
from ansible_collections.vigo.bridge.plugins.module_utils.engine import sdk
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import Blocked

def provided(given):
    try:
        there = sdk.provide(**given)
        return [there, sdk.imported().__file__ if there else ""]
    except Blocked as error:
        return [None, error.message]

for line in sys.stdin:
    if os.fork() == 0:
        print(json.dumps(provided(json.loads(line))), flush=True)
        sys.exit()
    if os.wait()[1] != 0:
        sys.exit("it failed")
    print("ended", flush=True)
"""
#: Not that of a virtual environment: such a Python does not use the packages of a user.
PYTHON = getattr(sys, "_base_executable", sys.executable)
OFFER = {"digest": "d1", "versions": "docker 0.1"}


def provide(
    folders: list[Path],
    archive: str | None = None,
    environment: Mapping[str, str] | None = None,
    **given: Any,
) -> tuple[Any, str]:
    """Return the answer of ``provide``, and the SDK's file or the error's message."""
    arguments = {
        "offer": OFFER,
        "archive": archive,
        "folders": [str(folder) for folder in folders],
        "keep": True,
        **given,
    }
    line = json.dumps(arguments) + "\n"
    if environment is not None:
        with started(environment) as process:
            answer, end = process.communicate(line)[0].splitlines()
    else:
        process = usual()
        assert process.stdin
        assert process.stdout
        process.stdin.write(line)
        process.stdin.flush()
        answer, end = process.stdout.readline(), process.stdout.readline()
    assert end.strip() == "ended"
    there, text = json.loads(answer)
    return there, text


def started(environment: Mapping[str, str]) -> subprocess.Popen[str]:
    command = [PYTHON, "-I", "-S", "-c", PROVIDE, str(ROOT)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    )


@cache
def usual() -> subprocess.Popen[str]:
    return started({"PYTHONNOUSERSITE": "1"})


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    """End it after the last test."""
    yield
    with usual() as process:
        assert process.stdin
        process.stdin.close()
    usual.cache_clear()


def packed(**files: str) -> str:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}/__init__.py", text)
    return base64.b64encode(stream.getvalue()).decode()


#: An SDK that holds no more than what is looked for.
SMALL = packed(
    **dict.fromkeys(
        ("docker", "docker/auth", "docker/errors", "docker/utils", "requests", "urllib3"), ""
    )
)


@pytest.fixture(scope="module")
def real() -> str:
    archive = controllers_sdk()
    assert archive is not None
    return archive.packed()


def test_it_is_asked_for_and_then_kept(tmp_path: Path, real: str) -> None:
    folder = tmp_path / "state/sdk"
    assert provide([folder]) == (False, "")
    there, file = provide([folder], real)
    assert there
    assert Path(file).is_relative_to(folder / "d1")
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / "d1")] == [0o700] * 2
    assert list(folder.rglob("*.pyc"))
    assert provide([folder]) == (True, file)
    assert provide([folder], offer={**OFFER, "digest": "d2"}) == (False, "")


@pytest.mark.parametrize(
    "damage",
    ["docker/__init__.py", "docker/errors/__init__.py", "docker/utils", ""],
)
def test_a_damaged_one_is_replaced(tmp_path: Path, damage: str) -> None:
    provide([tmp_path / "sdk"], SMALL)
    (tmp_path / "sdk/works").unlink()
    damaged = tmp_path / "sdk/d1" / damage
    shutil.rmtree(damaged) if damaged.is_dir() else damaged.write_text("def")
    assert provide([tmp_path / "sdk"], keep=False) == (False, "")
    assert provide([tmp_path / "sdk"]) == (False, "")
    there, file = provide([tmp_path / "sdk"], SMALL)
    assert there
    assert Path(file).is_relative_to(tmp_path / "sdk/d1")


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_what_is_in_its_place_is_replaced(tmp_path: Path, make: Any) -> None:
    (tmp_path / "sdk").mkdir()
    make(tmp_path / "sdk/d1")
    assert provide([tmp_path / "sdk"]) == (False, "")
    assert provide([tmp_path / "sdk"], SMALL)[0]


@pytest.mark.parametrize(
    "make",
    [
        Path.mkdir,
        os.mkfifo,
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.write_bytes(b"\xff" * 100_000),
    ],
)
def test_a_memory_that_is_of_no_use(tmp_path: Path, make: Any) -> None:
    provide([tmp_path / "sdk"], SMALL)
    (tmp_path / "sdk/works").unlink()
    make(tmp_path / "sdk/works")
    assert provide([tmp_path / "sdk"])[0]
    assert (tmp_path / "sdk/works").is_file()


def test_one_that_breaks_after_it_was_seen_to_work(tmp_path: Path) -> None:
    provide([tmp_path / "sdk"], SMALL)
    (tmp_path / "sdk/d1/docker/errors/__init__.py").write_text("def")
    there, message = provide([tmp_path / "sdk"])
    assert there is None
    assert "; run again, or install it there" in message
    assert provide([tmp_path / "sdk"]) == (False, "")


#: where a user has installed packages -> what says so
PLACES = {
    "PYTHONPATH": {"PYTHONPATH": "/nowhere::.:HERE/packages"},
    "pip install --user": {"PYTHONUSERBASE": "HERE/base"},
}


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("environment", PLACES.values(), ids=PLACES)
def test_packages_that_a_user_has_installed(
    tmp_path: Path, environment: dict[str, str], shared: bool
) -> None:
    """They are found if no other user can write to their folder."""
    site = sysconfig.get_path("purelib", "posix_user", {"userbase": f"{tmp_path}/base"})
    for folder in (tmp_path / "packages", Path(site)):
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(SMALL))) as archive:
            archive.extractall(folder)
        folder.chmod(0o777 if shared else 0o755)
    where = {name: value.replace("HERE", str(tmp_path)) for name, value in environment.items()}
    there, file = provide([tmp_path / "sdk"], environment=where)
    assert there is not shared
    assert file.startswith(str(tmp_path)) is not shared


def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    there, file = provide([tmp_path / "sdk"], SMALL, keep=False)
    assert there
    assert not Path(file).exists()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_others_may_write_is_passed_by(tmp_path: Path) -> None:
    open_to_all, own = tmp_path / "open", tmp_path / "own"
    (open_to_all / "d1").mkdir(parents=True)
    open_to_all.chmod(0o777)
    there, file = provide([open_to_all, own], SMALL)
    assert there
    assert Path(file).is_relative_to(own)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_link_of_another_user_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    os.chown(tmp_path / "link", 65534, 65534, follow_symlinks=False)
    there, message = provide([tmp_path / "link"], SMALL)
    assert there is None
    assert f"{tmp_path}/link (it belongs to another user (nobody))" in message
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_no_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    there, message = provide([tmp_path / "file/sdk", tmp_path / "file/other"], SMALL)
    assert there is None
    assert f"unpacked into {tmp_path}/file/sdk (" in message
    assert f" or {tmp_path}/file/other (" in message
    assert "apt install python3-docker" in message


def test_the_controller_has_none(tmp_path: Path) -> None:
    there, message = provide([tmp_path], offer={})
    assert there is None
    assert "the controller has no docker SDK to send; install it there" in message


def test_one_that_does_not_run_here(tmp_path: Path) -> None:
    there, message = provide([tmp_path / "sdk"], packed(docker="int | 'x'", requests=""))
    assert there is None
    assert (
        "the controller's docker SDK (docker 0.1) does not run on this target's Python" in message
    )


def test_what_killed_calls_left_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "sdk"
    (folder / ".part-left/docker").mkdir(parents=True)
    folder.chmod(0o700)
    assert provide([folder], SMALL)[0]
    assert sorted(path.name for path in folder.iterdir()) == ["d1", "works"]


def test_what_former_controllers_sent_is_removed_in_time(tmp_path: Path) -> None:
    folder = tmp_path / "sdk"
    for age in range(5):
        (folder / f"old{age}" / "docker").mkdir(parents=True)
        os.utime(folder / f"old{age}", (time.time() - 60 * age,) * 2)
    folder.chmod(0o700)
    assert provide([folder], SMALL)[0]
    kept = sorted(path.name for path in folder.iterdir() if path.is_dir())
    assert kept == ["d1", "old0", "old1", "old2"]


def test_the_same_sdk_has_the_same_digest() -> None:
    first, second = controllers_sdk(), controllers_sdk()
    assert first is not None
    assert second is not None
    assert first.offer() == second.offer()
    assert first.packed() == second.packed()
    assert {path.partition("/")[0] for path in first.files} >= {"docker", "requests", "urllib3"}
    assert not any(path.endswith((".so", ".pyc")) for path in first.files)
