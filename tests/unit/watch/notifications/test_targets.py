# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of ``--notify``, and that passwords in them are shown nowhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from vigo_bridge.failures import Refusal
from vigo_bridge.watch.notifications.targets import VARIABLE, read_targets

SECRET = "canary-in-a-url"


@pytest.mark.parametrize(
    ("given", "is_url", "name"),
    [
        (f"slack://{SECRET}/b/c", True, "1 (slack://...)"),
        (f"MAILTOS://me:{SECRET}@example.com", True, "1 (mailtos://...)"),
        (f"json+x://{SECRET}", True, "1 (json+x://...)"),
        ("mail -s drift ops@example.com", False, "1 (mail)"),
        ("/usr/local/bin/tell --to x", False, "1 (tell)"),
        (f"curl https://example.com/{SECRET}", False, "1 (curl)"),
        (f"TOKEN={SECRET} ./tell", False, "1 (command)"),
        ("  ./tell  ", False, "1 (tell)"),
    ],
)
def test_targets(given: str, is_url: bool, name: str) -> None:
    (target,) = read_targets([given])
    assert (target.is_url, target.name) == (is_url, name)
    assert SECRET not in repr(target)
    assert target.value == given.strip()


def file(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "targets"
    path.write_text(text)
    path.chmod(mode)
    return f"@{path}"


def test_a_file_of_targets(tmp_path: Path) -> None:
    given = file(tmp_path, "# for the team\n\njson://localhost\n  ./tell a # b\n")
    targets = read_targets([given, "./tell c", "json://localhost"])
    assert [target.value for target in targets] == ["json://localhost", "./tell a # b", "./tell c"]
    assert [target.name[:2] for target in targets] == ["1 ", "2 ", "3 "]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read(tmp_path: Path, mode: int) -> None:
    with pytest.raises(Refusal, match="chmod 600"):
        read_targets([file(tmp_path, f"json://{SECRET}\n", mode)])


@pytest.mark.parametrize("given", ["", "  ", "@", "@/no/such/file"])
def test_values_that_are_refused(given: str) -> None:
    with pytest.raises(Refusal, match=r"^--notify"):
        read_targets([given])


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is removed, so that no program that we start gets the URLs."""
    monkeypatch.setenv(VARIABLE, f"json://{SECRET}\n./tell\n")
    targets = read_targets(["./first"])
    assert [target.value for target in targets] == ["./first", f"json://{SECRET}", "./tell"]
    assert VARIABLE not in os.environ


def test_nothing_is_given() -> None:
    assert read_targets([]) == ()


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands do not need it."""
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert read_targets(["./tell"])
    with pytest.raises(Refusal, match=r"pip install 'vigo-bridge\[notify\]'") as raised:
        read_targets([f"json://{SECRET}"])
    assert SECRET not in str(raised.value)
