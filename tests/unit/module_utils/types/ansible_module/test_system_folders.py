# SPDX-License-Identifier: GPL-3.0-or-later
"""System folders are not removed, under any path."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.ansible_module import system_folders
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES


@pytest.mark.parametrize(
    "path",
    [
        *("/", "//", "///", "/.", "/..", "/etc", "/etc/", "//etc//", "/./etc/.", "/srv/../etc"),
        *("/etc/ssh/..", "/usr/lib", "/var/lib/", "/home", "/../home", "/usr/./share"),
    ],
)
def test_names_of_system_folders(path: str) -> None:
    assert system_folders.is_system_folder(path)
    for kind, key in (("directory", "target_path"), ("git", "path"), ("symlink", "target_path")):
        with pytest.raises(ResourceError, match="would remove a system folder"):
            TYPES[kind].parse({key: path, "state": "absent"})


@pytest.mark.parametrize("path", ["/etc/app", "/srv", "/srv/etc", "etc", "/homes", "/var/www", ""])
def test_other_names(path: str) -> None:
    assert not system_folders.is_system_folder(path)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with system folders of its own: data/home is one by a link."""
    (tmp_path / "etc/app").mkdir(parents=True)
    (tmp_path / "data/home").mkdir(parents=True)
    (tmp_path / "home").symlink_to("data/home")
    (tmp_path / "link").symlink_to("etc")
    (tmp_path / "up").symlink_to(".")
    (tmp_path / "app").symlink_to("etc/app")
    folders = frozenset({str(tmp_path / name) for name in ("etc", "home", "missing")})
    monkeypatch.setattr(system_folders, "FOLDERS", folders)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FOLDER", "etc")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [
        *("etc", "etc/", "etc/.", "etc/app/..", "app/..", "link/", "link/.", "up/etc", "up/link/"),
        *("data/home", "data", "", "home/", "up/", "missing"),
    ],
)
def test_what_leads_to_a_system_folder(root: Path, path: str) -> None:
    with pytest.raises(ResourceError, match=r"the system folder .*, which must not be removed"):
        system_folders.refuse_removal(f"{root}/{path}")


@pytest.mark.parametrize("path", ["~", "~/etc", "~/$FOLDER", "~/up/${FOLDER}"])
def test_what_the_module_expands(root: Path, path: str) -> None:
    with pytest.raises(ResourceError, match=r"the system folder .*, which must not be removed"):
        system_folders.refuse_removal(path)


@pytest.mark.parametrize("path", ["etc/app", "link", "up", "app", "home", "data/x", "none/etc"])
def test_what_may_go(root: Path, path: str) -> None:
    """Of a link, nothing but the link is removed."""
    system_folders.refuse_removal(f"{root}/{path}")
