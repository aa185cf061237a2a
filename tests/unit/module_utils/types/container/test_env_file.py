# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of environment variables as the container module reads them on a target."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import PredictedFiles
from ansible_collections.vigo.bridge.plugins.module_utils.language.env_format import assignments
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.env_file_values import (
    read,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.env_file import (
    EnvFile,
    parse,
)
from tests.unit.module_utils.env_files import CASES, label


def values_of(*files: EnvFile, notes: list[str] | None = None) -> dict[str, str]:
    return read(files, PredictedFiles(), (notes if notes is not None else []).append)


@pytest.mark.parametrize("case", CASES, ids=label)
def test_formats(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "file.env"
    path.write_bytes(case["text"].encode())
    file = EnvFile(str(path), case.get("raw", False))
    if "error" in case:
        with pytest.raises(ResourceError) as raised:
            values_of(file)
        assert case["error"] in str(raised.value)
    else:
        assert values_of(file) == case["values"]


def test_earlier_files_count_before_lines_above(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("A=1\nB=1\n")
    (tmp_path / "b").write_text("A=2\nC=$A$B\n")
    found = values_of(EnvFile(str(tmp_path / "a")), EnvFile(str(tmp_path / "b")))
    assert found == {"A": "2", "B": "1", "C": "11"}


def test_the_environment_of_the_target_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FROM_HOST", "secret")
    path = tmp_path / "file.env"
    path.write_text("A=$FROM_HOST\nFROM_HOST\nexport B\n")
    notes: list[str] = []
    assert values_of(EnvFile(str(path)), notes=notes) == {"A": ""}
    assert notes == [
        f"env_file: {path}:1: $FROM_HOST is not set in this file or an earlier one, so it is empty;"
        " write $$ for a dollar sign",
        f"env_file: {path}:2: FROM_HOST has no value and is skipped; write NAME=VALUE",
        f"env_file: {path}:3: B has no value and is skipped; write NAME=VALUE",
    ]


FILES: dict[str, tuple[Any, tuple[EnvFile, ...]]] = {
    "a text": ("/a", (EnvFile("/a"),)),
    "a text with commas": ("/a, /b", (EnvFile("/a"), EnvFile("/b"))),
    "a list": (["/a", "/b"], (EnvFile("/a"), EnvFile("/b"))),
    "a map": ({"path": "/a", "format": "raw"}, (EnvFile("/a", True),)),
    "a list with maps": (
        [
            "/a",
            {"path": "/b", "format": "raw"},
            {"path": "/c", "format": "compose"},
            {"path": "/d"},
        ],
        (EnvFile("/a"), EnvFile("/b", True), EnvFile("/c"), EnvFile("/d")),
    ),
    "one that may be missing": (
        {"path": "/a", "required": False},
        (EnvFile("/a", is_required=False),),
    ),
    "one that may not": ([{"path": "/a", "required": "yes"}], (EnvFile("/a"),)),
    "nothing": ([], ()),
}


@pytest.mark.parametrize(("value", "files"), FILES.values(), ids=FILES)
def test_files_that_are_named(value: Any, files: tuple[EnvFile, ...]) -> None:
    assert parse(value, "env_file") == files


#: what is written -> what is said
WRONG: dict[str, tuple[Any, str]] = {
    "a format": ({"path": "/a", "format": "yaml"}, "format must be compose or raw, not 'yaml'"),
    "a key": ({"file": "/a"}, "unknown key 'file'; a file has path, format and required"),
    "no path": ([{}], "a file requires a path"),
    "another key": ([{"path": "/a", "raw": True}], "unknown key 'raw'"),
    "no truth": ({"path": "/a", "required": "perhaps"}, "env_file: required: "),
}


@pytest.mark.parametrize(("value", "message"), WRONG.values(), ids=WRONG)
def test_wrong_files(value: Any, message: str) -> None:
    with pytest.raises(ResourceError) as raised:
        parse(value, "env_file")
    assert message in str(raised.value)


def test_a_file_that_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("B=1\n")
    missing = EnvFile(str(tmp_path / "a"), is_required=False)
    assert values_of(missing, EnvFile(str(tmp_path / "b"), is_required=False)) == {"B": "1"}
    os.mkfifo(tmp_path / "a")
    with pytest.raises(ResourceError, match="it is a FIFO"):
        values_of(missing)


UNREADABLE = {
    "missing": (lambda at: None, "No such file or directory"),
    "a FIFO": (lambda at: os.mkfifo(at), "it is a FIFO, not a regular file"),
    "a device": (lambda at: at.symlink_to("/dev/zero"), "it is a device, not a regular file"),
    "large": (lambda at: at.write_bytes(b"#" * ((1 << 20) + 1)), "it is larger than 1 MiB"),
    "no text": (lambda at: at.write_bytes(b"A=\xff"), "it is not UTF-8 text"),
}


@pytest.mark.parametrize(("make", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read(make: Any, reason: str, tmp_path: Path) -> None:
    make(tmp_path / "file.env")
    with pytest.raises(ResourceError, match=reason):
        values_of(EnvFile(str(tmp_path / "file.env")))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0'\\")))
def test_any_value_in_single_quotes_is_kept(value: str) -> None:
    (found,) = assignments(f"A='{value}'\n")
    assert (found.name, found.value, found.has_variables) == ("A", value, False)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r")))
def test_any_raw_value_is_kept(value: str) -> None:
    (found,) = assignments(f"A={value}\n", raw=True)
    assert (found.name, found.value) == ("A", value)
