# SPDX-License-Identifier: GPL-3.0-or-later
"""What conditions ask of the machine, on the machine that runs the tests."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts
from ansible_collections.vigo.bridge.plugins.module_utils.host.machine import (
    names_of,
    shows_container,
)


def test_files_and_directories(tmp_path: Path) -> None:
    file, folder, link = tmp_path / "file", tmp_path / "folder", tmp_path / "link"
    file.write_text("")
    folder.mkdir()
    link.symlink_to(folder)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    facts = Facts()
    expected = {
        str(file): (True, False),
        str(folder): (False, True),
        str(link): (False, True),
        str(tmp_path / "dangling"): (False, False),
        str(file / "below"): (False, False),
        "/dev/null": (True, False),
        "/" + "x" * 5000: (False, False),
        "/nul\0": (False, False),
    }
    assert {path: (facts.file_exists(path), facts.dir_exists(path)) for path in expected} == (
        expected
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="switches to another user")
def test_a_path_that_must_not_be_seen_is_an_error(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    os.seteuid(65534)
    try:
        with pytest.raises(ResourceError, match="become"):
            Facts().file_exists(str(hidden / "file"))
    finally:
        os.seteuid(0)


def test_a_process_is_found_while_it_runs(tmp_path: Path) -> None:
    # Longer than the 15 bytes that the kernel keeps of a process's own name.
    program = tmp_path / "a-program-with-a-long-name"
    program.symlink_to("/bin/sleep")
    facts = Facts()
    assert not facts.process_running(program.name)
    process = subprocess.Popen([program, "60"])
    try:
        # The kernel shows its command line a moment after Popen returns.
        deadline = time.monotonic() + 10
        while not facts.process_running(program.name):
            assert time.monotonic() < deadline
    finally:
        process.kill()
        process.wait()
    assert not facts.process_running(program.name)


@pytest.mark.parametrize(
    ("status", "command_line", "expected"),
    [
        ("1 (systemd) S 0 1", "/sbin/init\0splash\0", {"systemd", "init"}),
        ("7 (kworker/0:1) I 2 0", "", {"kworker/0:1"}),
        ("9 (a) b) S 1 1", "/opt/a) b\0", {"a) b"}),
        ("8 (gone) Z 1 1", "", set()),
        ("", "", set()),
    ],
)
def test_process_names(status: str, command_line: str, expected: set[str]) -> None:
    assert names_of(status, command_line) == expected


def test_commands() -> None:
    facts = Facts()
    assert facts.command_succeeds("test 1 -lt 2 && exit 0")
    assert not facts.command_succeeds("exit 3")
    assert not facts.command_succeeds("no-such-program-here")


def test_a_command_that_does_not_end_is_an_error() -> None:
    with pytest.raises(ResourceError, match=r"'sleep 60' did not finish within 0\.1 s"):
        Facts(command_timeout=0.1).command_succeeds("sleep 60")


@pytest.mark.parametrize(
    ("environment", "cgroups", "expected"),
    [
        ("PATH=/bin\0container=podman\0", "0::/\n", True),
        ("PATH=/bin\0", "12:pids:/docker/0123abc\n", True),
        ("", "0::/system.slice/docker-0123abc.scope\n", True),
        ("", "0::/kubepods.slice/kubepods-pod1.slice\n", True),
        ("", "0::/lxc.payload.web/init.scope\n", True),
        ("PATH=/bin\0", "0::/init.scope\n", False),
        ("MY_container=1\0", "", False),
        ("", "", False),
    ],
)
def test_container(environment: str, cgroups: str, expected: bool) -> None:
    assert shows_container(environment, cgroups) is expected


def test_the_clock_is_local() -> None:
    now = Facts().now()
    assert now.tzinfo is None
    assert abs((datetime.now() - now).total_seconds()) < 3600


def test_traits_hold_only_what_was_named() -> None:
    assert Facts().traits == {}
    assert Facts(["os.kernel"]).traits == {"os": {"kernel": os.uname().release}}
    assert set(Facts(["hardware", "os.arch"]).traits["hardware"]) == {"cpu_count", "memory_mb"}


def test_traits_are_collected_once() -> None:
    facts = Facts(["network"])
    assert facts.traits is facts.traits
    assert facts.trait("network") is facts.trait("network")


def test_single_traits_need_not_be_named_before() -> None:
    facts = Facts()
    assert facts.trait("os.kernel") == os.uname().release
    assert facts.trait("os")["kernel"] == os.uname().release
    assert facts.memory_mb() == facts.trait("hardware.memory_mb") > 0
    assert facts.traits == {}


def test_unknown_traits_are_refused_at_once() -> None:
    with pytest.raises(
        ResourceError, match=r"unknown trait 'os\.famly'; did you mean 'os\.family'"
    ):
        Facts(["os.famly"])
    with pytest.raises(ResourceError, match="unknown trait"):
        Facts().trait("nothing.like.this")


def test_the_own_process_does_not_count() -> None:
    """Otherwise a condition about python would always hold where Python runs this code."""
    script = "\n".join(
        [
            "import ctypes",
            "ctypes.CDLL(None).prctl(15, b'own-name-here', 0, 0, 0)",
            "from ansible_collections.vigo.bridge.plugins.module_utils.host.facts import Facts",
            "print(Facts().process_running('own-name-here'))",
        ]
    )
    root = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
