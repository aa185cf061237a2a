# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible parses the metadata of its own collection once, and then gets the same from JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ansible
import pytest
from ansible.utils.collection_loader._collection_meta import _meta_yml_to_dict

from vigo_bridge.ansible.parsed_metadata import metadata_folder, remembering

BUILTIN = ("ansible.builtin", "runtime.yml")
YAML = (Path(ansible.__file__).parent / "config/ansible_builtin_runtime.yml").read_bytes()


class Counting:
    """Ansible's own parser, and how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, text: Any, content_id: Any) -> Any:
        self.calls += 1
        return _meta_yml_to_dict(text, content_id)


def test_the_result_is_the_same(tmp_path: Path) -> None:
    parse = Counting()
    first, second = (remembering(parse, tmp_path)(YAML, BUILTIN) for _ in range(2))
    assert first == second == _meta_yml_to_dict(YAML, BUILTIN)
    assert parse.calls == 1


def test_another_version_has_another_file(tmp_path: Path) -> None:
    for version in range(6):
        text = f"requires_ansible: {version}".encode()
        for _ in range(2):
            found = remembering(Counting(), tmp_path)(text, BUILTIN)
            assert found == {"requires_ansible": str(version)}
    assert len(list(tmp_path.iterdir())) == 4


def test_other_collections_are_parsed(tmp_path: Path) -> None:
    parse = Counting()
    remembering(parse, tmp_path)(b"a: b", ("vigo.bridge", "runtime.yml"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "[]", "\0"])
def test_a_damaged_file_is_replaced(content: str, tmp_path: Path) -> None:
    remembering(Counting(), tmp_path)(b"a: b", BUILTIN)
    (path,) = tmp_path.iterdir()
    path.write_text(content)
    assert remembering(Counting(), tmp_path)(b"a: b", BUILTIN) == {"a": "b"}
    assert json.loads(path.read_text()) == {"a": "b"}


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    assert remembering(Counting(), tmp_path / "missing")(b"a: b", BUILTIN) == {"a": "b"}


def test_a_folder_that_others_can_write_to_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (folder,) = metadata_folder().values()
    Path(folder).chmod(0o777)
    assert metadata_folder() == {}
