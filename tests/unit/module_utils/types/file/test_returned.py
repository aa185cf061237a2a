# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task returns of a file, as it is or as it would be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn, apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

FILE = File()


def returned(attributes: dict[str, Any], check: bool) -> dict[str, Any]:
    target = Target(check, Secrets({"a/b": "hunter22"}))
    result = apply_resource("it", FILE, lambda: attributes, target, Turn())
    return {**FILE.describe(attributes, result, target), **result.returned}


#: what is there -> attributes -> what is returned, at least
CASES: dict[str, tuple[str | None, dict[str, Any], dict[str, Any]]] = {
    "created": (
        None,
        {"content": "new!", "mode": "0600"},
        {"state": "file", "mode": "0600", "size": 4, "uid": os.geteuid(), "gid": os.getegid()},
    ),
    "updated": ("old", {"content": "new!"}, {"state": "file", "mode": "0640", "size": 4}),
    "as it is": ("old", {"content": "old"}, {"state": "file", "mode": "0640", "size": 3}),
    "attributes": ("old", {"mode": "u+x"}, {"state": "file", "mode": "0740", "size": 3}),
    "edited": ("old", {"stream_edit": "cat; echo -n !"}, {"state": "file", "size": 4}),
    "removed": ("old", {"state": "absent"}, {"state": "absent"}),
    "not there": (None, {"state": "absent"}, {"state": "absent"}),
    "a secret": (None, {"content": "secret:a/b"}, {"state": "file", "mode": "0600"}),
    "a failure": ("old", {"content": "new!", "owner": "no-such"}, {"state": "file", "size": 3}),
}


@pytest.mark.parametrize(("before", "attributes", "expected"), CASES.values(), ids=CASES)
def test_case(
    tmp_path: Path, before: str | None, attributes: dict[str, Any], expected: dict[str, Any]
) -> None:
    path = tmp_path / "it"
    if before is not None:
        path.write_text(before)
        path.chmod(0o640)
    attributes = {"target_path": str(path), **attributes}
    planned = returned(attributes, check=True)
    done = returned(attributes, check=False)
    for found in (planned, done):
        assert found["dest"] == str(path)
        assert {name: found[name] for name in expected} == expected
        assert ("checksum" in found) == ("size" in expected)
    if "size" in expected:
        assert planned == done


def test_owners_by_name_and_the_checksum_of_copy(tmp_path: Path) -> None:
    found = returned({"target_path": str(tmp_path / "it"), "content": "new"}, check=False)
    assert found["checksum"] == "c2a6b03f190dfb2b4aa91f8af8d477a9bc3401dc"
    assert found["owner"] == (tmp_path / "it").owner()
    assert found["group"] == (tmp_path / "it").group()


def test_the_copy_that_was_kept(tmp_path: Path) -> None:
    (tmp_path / "it").write_text("old")
    attributes = {"target_path": str(tmp_path / "it"), "content": "new", "backup": ".old"}
    assert returned(attributes, check=False)["backup_file"] == f"{tmp_path}/it.old"
    assert "backup_file" not in returned(attributes, check=False)


def test_what_makes_no_sense_returns_nothing() -> None:
    assert returned({"target_path": "it"}, check=False) == {}
