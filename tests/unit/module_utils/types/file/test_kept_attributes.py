# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that a file keeps because they are not set, whatever else changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from tests.unit.module_utils.applying import apply

FILE = File()
SECRETS = {"a/b": "hunter22"}
#: An access control list: owner rw, user 1 rw, group r, mask rw, others none.
ACL = bytes.fromhex(
    "0200000001000600ffffffff020006000100000004000400ffffffff10000600ffffffff20000000ffffffff"
)

#: the mode of a file, None for no file -> attributes -> its mode afterwards
MODES: dict[str, tuple[int | None, dict[str, Any], int]] = {
    "owner alone": (0o600, {"owner": "daemon"}, 0o600),
    "group alone": (0o600, {"group": "daemon"}, 0o600),
    "an edit": (0o600, {"stream_edit": "tr a b"}, 0o600),
    "an edit that changes nothing": (0o600, {"stream_edit": "cat"}, 0o600),
    "content": (0o600, {"content": "b"}, 0o600),
    "the same content": (0o600, {"content": "a"}, 0o600),
    "content and owner": (0o750, {"content": "b", "owner": "daemon"}, 0o750),
    "source": (0o640, {"source": "/etc/hostname"}, 0o640),
    "nothing": (0o400, {}, 0o400),
    "an open mode": (0o666, {"content": "b"}, 0o666),
    "set-user-ID, owner alone": (0o4755, {"owner": "daemon"}, 0o4755),
    "set-group-ID, content": (0o2755, {"content": "b"}, 0o2755),
    "a mode that is set": (0o600, {"content": "b", "mode": "0644"}, 0o644),
    "a symbolic mode": (0o600, {"mode": "g+r"}, 0o640),
    "a symbolic mode that holds": (0o640, {"mode": "g+r"}, 0o640),
    "new": (None, {"content": "b"}, 0o644),
    "new and empty": (None, {"owner": "daemon"}, 0o644),
    "new, with a symbolic mode": (None, {"content": "b", "mode": "u+x"}, 0o744),
    "new, with a secret": (None, {"content": "secret:a/b"}, 0o600),
    "new, with a secret and a symbolic mode": (
        None,
        {"content": "secret:a/b", "mode": "g+r"},
        0o640,
    ),
    "new, with a secret and a mode": (None, {"content": "secret:a/b", "mode": "0644"}, 0o644),
    "a secret that others could read": (0o644, {"content": "secret:a/b"}, 0o600),
    "a secret that nobody else can read": (0o400, {"content": "secret:a/b"}, 0o400),
}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
@pytest.mark.parametrize(("before", "attributes", "after"), MODES.values(), ids=MODES)
def test_mode(tmp_path: Path, before: int | None, attributes: dict[str, Any], after: int) -> None:
    path = tmp_path / "it"
    if before is not None:
        path.write_text("a")
        path.chmod(before)
    attributes = {"target_path": str(path), **attributes}
    planned = apply(FILE, attributes, check=True, secrets=SECRETS)
    done = apply(FILE, attributes, secrets=SECRETS)
    assert (planned.action, planned.reason) == (done.action, done.reason)
    assert ("mode" in done.reason) == (before not in (None, after))
    assert f"{path.stat().st_mode & 0o7777:04o}" == f"{after:04o}"
    assert apply(FILE, attributes, secrets=SECRETS).action == "none"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
@pytest.mark.parametrize(
    "attributes", [{"content": "b"}, {"stream_edit": "tr a b"}, {"mode": "0600"}]
)
def test_owner_and_group(tmp_path: Path, attributes: dict[str, Any]) -> None:
    path = tmp_path / "it"
    path.write_text("a")
    os.chown(path, 1, 2)
    assert apply(FILE, {"target_path": str(path), **attributes}).action == "updated"
    assert (path.stat().st_uid, path.stat().st_gid) == (1, 2)


def _set(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError:
        pytest.skip(f"{name} cannot be set here")


@pytest.mark.parametrize("attributes", [{"content": "b"}, {"stream_edit": "tr a b"}])
def test_extended_attributes(tmp_path: Path, attributes: dict[str, Any]) -> None:
    path = tmp_path / "it"
    path.write_text("a")
    _set(path, "user.origin", b"vendor")
    _set(path, "system.posix_acl_access", ACL)
    before = path.stat().st_mode
    assert apply(FILE, {"target_path": str(path), **attributes}).action == "updated"
    assert path.read_text() == "b"
    assert os.getxattr(path, "user.origin") == b"vendor"
    assert os.getxattr(path, "system.posix_acl_access") == ACL
    assert path.stat().st_mode == before


def test_an_access_control_list_of_the_folder_goes_to_no_old_file(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_text("a")
    _set(tmp_path, "system.posix_acl_default", ACL)
    apply(FILE, {"target_path": str(path), "content": "b"})
    assert "system.posix_acl_access" not in os.listxattr(path)
