# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories and their keys, as files in a folder of the test and with an apt that only notes
how it is called.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.modules import DATABASES
from ansible_collections.vigo.bridge.plugins.module_utils.types.repository import (
    behaviour,
    index,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.repository.behaviour import (
    Repository,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.repository.layouts import LAYOUTS
from ansible_collections.vigo.bridge.plugins.module_utils.types.repository.openpgp import (
    armored,
    binary,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.repository.spec import parse
from tests.unit.module_utils.applying import apply
from tests.unit.module_utils.types.repository.keys import ONE, PRINTS, TWO

REPOSITORY = Repository()
LINE = "deb https://deb.example.com stable main"

#: Keeps the repository that it is to read.
PROGRAM = """\
#!/bin/sh
case "$*" in *indextargets*)
    for folder in "$@"; do case $folder in Dir::Etc::SourceParts=*) cd "${folder#*=}";; esac; done
    head -n 99 * > FOLDER/together
    if grep -q conflict *; then echo it conflicts; exit 7; fi
    exit;;
esac
echo "$0" "$@" >> FOLDER/log
for word in "$@"; do
    case $word in Dir::Etc::SourceList=*) cat "${word#*=}" >> FOLDER/seen;; esac
done
cat FOLDER/output 2>/dev/null
exit $(cat FOLDER/rc 2>/dev/null || echo 0)
"""


@pytest.fixture
def etc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder with what is written; an apt for it comes first."""
    for manager, layout in LAYOUTS.items():
        folder, prefix, suffix = layout.keys
        moved = replace(
            layout,
            folder=f"{tmp_path}{layout.folder}",
            keys=(f"{tmp_path}{folder}", prefix, suffix),
        )
        monkeypatch.setitem(LAYOUTS, manager, moved)
    program(tmp_path, "apt-get")
    program(tmp_path, "rpm")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    use(monkeypatch, "apt")
    return tmp_path / "etc"


def program(folder: Path, name: str) -> None:
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(PROGRAM.replace("FOLDER", str(folder)))
    path.chmod(0o755)


def use(monkeypatch: pytest.MonkeyPatch, manager: str) -> None:
    monkeypatch.setattr(behaviour, "package_manager", lambda _machine: manager)


def calls(etc: Path) -> int:
    log = etc.parent / "log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def names(etc: Path) -> set[str]:
    return {str(path.relative_to(etc)) for path in etc.rglob("*") if path.is_file()}


def test_it_is_written_once_after_its_index_was_fetched(etc: Path) -> None:
    wanted = {"repository": "it", "repo": LINE}
    planned = apply(REPOSITORY, wanted, check=True)
    assert (planned.action, calls(etc), etc.exists()) == ("created", 0, False)
    assert planned.diff
    assert "URIs: https://deb.example.com" in planned.diff["after"]
    assert apply(REPOSITORY, wanted).action == "created"
    written = etc / "apt/sources.list.d/it.sources"
    assert (etc.parent / "seen").read_text() == written.read_text()
    assert stat.S_IMODE(written.stat().st_mode) == 0o644
    assert calls(etc) == 1
    for check in (True, False):
        assert apply(REPOSITORY, wanted, check=check).action == "none"
    assert calls(etc) == 1


def test_the_index_is_fetched_for_each_change_that_matters(etc: Path) -> None:
    wanted = {"repository": "it", "repo": LINE}
    apply(REPOSITORY, {**wanted, "enabled": False})
    assert calls(etc) == 0
    assert apply(REPOSITORY, wanted).action == "updated"
    assert apply(REPOSITORY, {**wanted, "repo": f"{LINE} extra"}).action == "updated"
    assert apply(REPOSITORY, {**wanted, "format": "list"}).action == "created"
    assert calls(etc) == 3
    assert names(etc) == {"apt/sources.list.d/it.list"}
    assert apply(REPOSITORY, {"repository": "it", "state": "absent"}).action == "deleted"
    assert (calls(etc), names(etc)) == (3, set())
    assert apply(REPOSITORY, {"repository": "it", "state": "absent"}).action == "none"


@pytest.mark.parametrize(
    ("rc", "output"),
    [
        (100, "E: The repository 'https://deb.example.com stable Release' is not signed."),
        (0, "Err:1 https://deb.example.com stable InRelease"),
        (0, "W: GPG error: https://deb.example.com: NO_PUBKEY 1234"),
        (0, "W: Failed to fetch https://deb.example.com/dists/stable/InRelease"),
    ],
)
def test_a_repository_that_cannot_be_read_changes_nothing(
    rc: int, output: str, etc: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text(ONE)
    wanted = {"repository": "it", "repo": LINE, "key_url": str(key)}
    (tmp_path / "rc").write_text(f"{rc}")
    (tmp_path / "output").write_text(f"{output}\n")
    result = apply(REPOSITORY, wanted)
    assert result.reason == (
        "apt cannot read this repository; nothing was changed; see the log, and correct repo or"
        " key_url"
    )
    assert result.error
    assert output in result.error["log"]
    assert result.rc == rc
    assert names(etc) == set() if etc.exists() else True
    (tmp_path / "rc").unlink()
    (tmp_path / "output").unlink()
    assert apply(REPOSITORY, wanted).action == "created"


def test_a_repository_that_others_contradict_is_not_added(etc: Path) -> None:
    other = etc / "apt/sources.list.d/other.list"
    other.parent.mkdir(parents=True)
    other.write_text("conflict\n")
    wanted = {"repository": "it", "repo": LINE}
    result = apply(REPOSITORY, wanted)
    assert result.reason == (
        "apt cannot read this repository together with the others of the host; nothing was"
        " changed; see the log, and remove the other file with the same repository first"
    )
    assert result.error == {"message": result.reason, "log": "it conflicts\n"}
    assert result.rc == 7
    assert (names(etc), calls(etc)) == ({"apt/sources.list.d/other.list"}, 0)
    together = (etc.parent / "together").read_text()
    assert "==> it.sources <==" in together
    assert "==> other.list <==" in together
    # Its own former file is not another one.
    other.rename(other.with_name("it.list"))
    assert apply(REPOSITORY, wanted).action == "created"
    assert names(etc) == {"apt/sources.list.d/it.sources"}


def test_another_apt_is_waited_for(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (etc.parent / "rc").write_text("100")
    (etc.parent / "output").write_text("E: Could not get lock /var/lib/apt/lists/lock.\n")

    def free(_seconds: float) -> None:
        for name in ("rc", "output"):
            (etc.parent / name).unlink()

    clock = SimpleNamespace(sleep=free, monotonic=lambda: 0.0)
    monkeypatch.setattr(index, "time", clock)
    assert apply(REPOSITORY, {"repository": "it", "repo": LINE}).action == "created"
    assert calls(etc) == 2


def test_an_apt_that_does_not_end(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "TIME_LIMIT", 0.5)
    path = etc.parent / "bin/apt-get"
    path.write_text(
        f"{PROGRAM.replace('FOLDER', str(etc.parent))}\n".replace("cat", "sleep 60; cat")
    )
    result = apply(REPOSITORY, {"repository": "it", "repo": LINE})
    assert result.reason == (
        "apt-get update did not finish within 0.5 s and was stopped; nothing was changed;"
        " see the log"
    )
    assert names(etc) == set()


def test_a_key_is_stored_and_compared(etc: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(ONE)
    wanted = {"repository": "it", "repo": LINE, "key_url": f"file://{key}"}
    assert apply(REPOSITORY, wanted, check=True).action == "created"
    assert apply(REPOSITORY, wanted).action == "created"
    stored = etc / "apt/keyrings/it.gpg"
    assert stored.read_bytes() == binary(ONE.encode())
    assert stat.S_IMODE(stored.stat().st_mode) == 0o644
    key.write_bytes(binary(ONE.encode()))
    assert apply(REPOSITORY, wanted).action == "none"
    key.write_text(TWO)
    result = apply(REPOSITORY, wanted)
    assert (result.action, result.reason) == ("updated", f"{stored}: content changed")
    assert calls(etc) == 2
    assert apply(REPOSITORY, {"repository": "it", "repo": LINE}).action == "updated"
    assert names(etc) == {"apt/sources.list.d/it.sources"}


@pytest.mark.parametrize("repeat", [False, True])
def test_a_key_with_another_fingerprint_is_not_trusted(
    repeat: bool, etc: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    wanted = {
        "repository": "it",
        "repo": LINE,
        "key_url": str(key),
        "key_fingerprint": PRINTS[ONE],
    }
    if repeat:
        key.write_text(ONE)
        assert apply(REPOSITORY, wanted).action == "created"
        (etc / "apt/keyrings/it.gpg").write_bytes(b"spoiled")
    before = names(etc) if etc.exists() else set()
    for content, found in ((TWO, PRINTS[TWO]), (ONE + TWO, f"{PRINTS[ONE]}, {PRINTS[TWO]}")):
        key.write_text(content)
        for check in (True, False):
            result = apply(REPOSITORY, wanted, check=check)
            assert result.reason == (
                f"key_url: the file contains the key {found}, expected {PRINTS[ONE]}; nothing was"
                " changed; correct key_fingerprint if you trust the key"
            )
    assert calls(etc) == int(repeat)
    assert (names(etc) if etc.exists() else set()) == before
    both = {**wanted, "key_fingerprint": [PRINTS[TWO], PRINTS[ONE]]}
    assert apply(REPOSITORY, both).action == ("updated" if repeat else "created")


def test_a_key_that_is_there_is_not_fetched_again(etc: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(ONE)
    wanted = {
        "repository": "it",
        "repo": LINE,
        "key_url": str(key),
        "key_fingerprint": PRINTS[ONE],
    }
    apply(REPOSITORY, wanted)
    key.unlink()
    assert apply(REPOSITORY, wanted).action == "none"
    stored = etc / "apt/keyrings/it.gpg"
    stored.chmod(0o666)
    assert apply(REPOSITORY, wanted).action == "updated"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o644
    stored.unlink()
    assert apply(REPOSITORY, wanted).reason.startswith(f"key_url: {key} cannot be read")


def test_what_is_no_key_is_not_stored(etc: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("<html>")
    wanted = {"repository": "it", "repo": LINE, "key_url": str(tmp_path / "key")}
    assert apply(REPOSITORY, wanted).reason == (
        "key_url: the file is not an OpenPGP public key; use the URL of the key itself"
    )
    assert not etc.exists()


def test_on_hosts_with_zypper_the_key_is_imported(
    etc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, "zypper")
    (tmp_path / "key").write_text(ONE)
    wanted = {"repository": "it", "repo": "https://a", "key_url": str(tmp_path / "key")}
    assert apply(REPOSITORY, wanted).action == "created"
    assert apply(REPOSITORY, wanted).action == "none"
    key = etc / "pki/rpm-gpg/RPM-GPG-KEY-vigo-it"
    assert key.read_bytes() == armored(binary(ONE.encode()))
    log = (tmp_path / "log").read_text()
    assert log == f"{tmp_path}/bin/rpm --import {key}\n"


def test_dnf_fetches_by_itself(etc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "dnf")
    wanted = {"repository": "it", "repo": "https://a"}
    assert apply(REPOSITORY, wanted).action == "created"
    assert apply(REPOSITORY, wanted).action == "none"
    assert (names(etc), calls(etc)) == ({"yum.repos.d/it.repo"}, 0)


def test_what_is_installed_stays_known(etc: Path) -> None:
    """In check mode, packages that are installed are known after a repository that is pending."""
    overlay = Overlay(moment=1)
    overlay.mark_unknown(REPOSITORY.may_alter(parse({"repository": "a", "repo": LINE})))
    assert [path for path in DATABASES if not overlay.is_clear(path)] == []
