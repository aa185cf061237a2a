# SPDX-License-Identifier: GPL-3.0-or-later
"""What a controller sends arrives on a node as it was, or is refused before anything is done."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.mesh.unit import Unit, UnitError, read_unit, write_unit

UNIT = Unit(
    ident="rollout-7-1",
    playbook="site.yml",
    inventory=["inventory", "project/inventory"],
    arguments=["--limit", "@../hosts.txt", "--extra-vars", '{"a": "b c"}'],
    environment={"ANSIBLE_FORKS": "20"},
    attached=True,
    token="hidden",
)


def sent(folder: Path, unit: Unit = UNIT) -> bytes:
    path = folder / "sent"
    with path.open("wb") as output:
        write_unit(unit, folder / "files", output)
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files of a unit."""
    (tmp_path / "files/project/inventory").mkdir(parents=True)
    (tmp_path / "files/project/site.yml").write_text("- hosts: all\n")
    (tmp_path / "files/project/page.bin").write_bytes(bytes(range(256)) * 1000)
    return tmp_path


def test_a_unit_arrives_as_it_was(folder: Path) -> None:
    stream = io.BytesIO(sent(folder) + b"more")
    assert read_unit(stream, folder / "got") == UNIT
    assert (folder / "got/project/site.yml").read_text() == "- hosts: all\n"
    assert (folder / "got/project/page.bin").read_bytes() == bytes(range(256)) * 1000
    assert (folder / "got/project/inventory").is_dir()
    assert stream.read() == b"more"


def test_a_token_is_not_shown() -> None:
    assert "hidden" not in repr(UNIT)


#: what is wrong -> how the unit becomes so, and a part of the message
BROKEN: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "nothing": (lambda lines: [], "ended early"),
    "text": (lambda lines: [b"hello\n"], "is damaged"),
    "no header": (lambda lines: lines[1:], "not a work unit of vigo-bridge"),
    "no end": (lambda lines: lines[:2], "ended early"),
    "no settings": (lambda lines: [lines[0], b'{"eof": true}\n'], "incomplete (KeyError('ident'))"),
    "half an archive": (lambda lines: [*lines[:3], lines[3][:90]], "cannot be unpacked"),
    "older vigo-bridge": (
        lambda lines: [header(lines[0], version="0.0.1"), *lines[1:]],
        "the controller has vigo-bridge 0.0.1, and this node has ",
    ),
    "newer ansible-core": (
        lambda lines: [header(lines[0], ansible_core="9.1"), *lines[1:]],
        "the controller has ansible-core 9.1, and this node has ",
    ),
}


def header(line: bytes, **changes: Any) -> bytes:
    return json.dumps({"vigo_bridge": {**json.loads(line)["vigo_bridge"], **changes}}).encode()


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_unit(
    change: Callable[[list[bytes]], list[bytes]], message: str, folder: Path
) -> None:
    lines = change(sent(folder).splitlines(keepends=True))
    with pytest.raises(UnitError) as refused:
        read_unit(
            io.BytesIO(b"".join(line.rstrip(b"\n") + b"\n" for line in lines)), folder / "got"
        )
    assert message in str(refused.value)
    assert not list((folder / "got").rglob("*"))
