# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of repositories for each package manager, and what is refused. Nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from ansible_collections.vigo.bridge.plugins.module_utils.types.repository.layouts import layout_of
from ansible_collections.vigo.bridge.plugins.module_utils.types.repository.openpgp import (
    armored,
    binary,
)
from tests.unit.module_utils.blame import attributes_at_fault, first_words
from tests.unit.module_utils.types.repository.keys import ONE
from tests.yaml_files import read_yaml

TABLE = read_yaml(Path(__file__).with_name("files.yml"))
BY = [(case["given"], *pair) for case in TABLE for pair in case.get("by", {}).items()]
HEAD = "# Managed by vigo.bridge; changes are overwritten.\n"
KEY = binary(ONE.encode())


def files(given: dict[str, Any], manager: str) -> dict[str, str | None]:
    spec: Any = TYPES["repository"].parse({"repository": "it", **given})
    pieces = layout_of(manager).pieces(spec, KEY if spec.key_url else None)
    return {piece.path: _shown(piece.data) for piece in pieces}


def _shown(data: bytes | None) -> str | None:
    if data in (KEY, armored(KEY)):
        return "KEY"
    if data is None:
        return None
    text = data.decode()
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


@pytest.mark.parametrize(("given", "manager", "expected"), BY, ids=lambda value: str(value)[:70])
def test_files(given: dict[str, Any], manager: str, expected: dict[str, Any]) -> None:
    if "error" in expected:
        with pytest.raises(ResourceError) as raised:
            files(given, manager)
        assert raised.value.message == expected["error"]
        return
    assert files(given, manager) == expected
    # What is needed is written before what needs it.
    assert list(files(given, manager)) == list(expected)


@pytest.mark.parametrize(
    "case", [case for case in TABLE if "error" in case], ids=lambda case: str(case["given"])
)
def test_mistakes(case: dict[str, Any]) -> None:
    with pytest.raises(ResourceError) as raised:
        TYPES["repository"].parse({"repository": "it", **case["given"]})
    assert raised.value.message == case["error"]
    assert attributes_at_fault(raised.value) == first_words(raised.value)


@pytest.mark.parametrize("manager", ["apt", "dnf", "zypper"])
def test_keys_are_in_the_form_that_the_manager_reads(manager: str) -> None:
    repo = "deb https://a b c" if manager == "apt" else "https://a"
    spec: Any = TYPES["repository"].parse({"repository": "it", "repo": repo, "key_url": "/k"})
    written = layout_of(manager).pieces(spec, KEY)[0].data
    assert written == (KEY if manager == "apt" else ONE.encode())
