# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a project mounts: copied to the stack, or left with a note that says why."""

from __future__ import annotations

import base64
import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from tests.unit.compose.test_import import assert_told
from tests.yaml_files import read_yaml
from vigo_bridge.compose.conversion.config_files import MOST
from vigo_bridge.compose.importer import Import, read_compose, write
from vigo_bridge.compose.loading.project_files import LARGEST
from vigo_bridge.compose.stack.content import Resource
from vigo_bridge.language import load
from vigo_bridge.resolve import check

CASES = read_yaml(Path(__file__).parent / "config_files.yaml")
PREFIX = "templates/shop/"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "inner/repository/shop"
    folder.mkdir(parents=True)
    return folder


def put(folder: Path, name: str, content: Any) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    details = content if isinstance(content, dict) else {"text": content}
    if name.endswith("/"):
        path.mkdir()
    elif "link" in details:
        path.symlink_to(details["link"])
    else:
        path.write_bytes(
            base64.b64decode(details["bytes"]) if "bytes" in details else details["text"].encode()
        )
        path.chmod(int(details.get("mode", "0644"), 8))


def imported(shop: Path, case: dict[str, Any]) -> Import:
    for name, content in case["files"].items():
        put(shop, name, content)
    service: dict[str, Any] = {"image": "nginx", "volumes": case.get("mounts", [])}
    document: dict[str, Any] = {"services": {"web": service}}
    if "configs" in case:
        service["configs"] = [{"source": "c", "target": "/c"}]
        document["configs"] = {"c": {"file": case["configs"]}}
    (shop / "compose.yml").write_text(json.dumps(document))
    (shop / ".env").write_text(case.get("env", ""))
    return read_compose([shop / "compose.yml"], {}, match="*")


def resources(found: Import) -> dict[str, Resource]:
    return {item.name: item for crate in found.stack.crates for item in crate.resources}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any], shop: Path) -> None:
    found = imported(shop, case)
    known = resources(found)
    copies = {str(path).removeprefix(PREFIX): text for path, text in found.stack.copies.items()}
    assert sorted(copies) == sorted(case["copies"])
    if isinstance(case["copies"], dict):
        assert copies == case["copies"]
    for name, mode in case.get("modes", {}).items():
        assert known[name].attributes.get("mode") == mode
    folders = {name: item.kind for name, item in known.items() if name.startswith("folder-")}
    assert folders == case.get("folders", {})
    files = [name for name, item in known.items() if item.kind == "file"]
    web = known["web"].attributes
    assert set(files) <= set(web.get("depends_on", []))
    assert set(web.get("subscribes", [])) == set(files) - set(case.get("once", []))
    assert_told(found, "note", case.get("notes", ()))
    assert_told(found, "warning", case.get("warnings", ()))
    told = [finding for finding in found.findings if finding.severity in ("note", "warning")]
    assert len(told) == len([*case.get("notes", ()), *case.get("warnings", ())]), told


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_copy_is_written_back_as_it_was(case: dict[str, Any], shop: Path, tmp_path: Path) -> None:
    """The stack renders each copy to the content of the file, byte for byte."""
    found = imported(shop, case)
    stack = tmp_path / "stack"
    write(found.files, stack)
    assert [str(item) for item in check(load(stack), {}) if item.severity == "error"] == []
    for path in found.stack.copies:
        written = (stack / path).read_bytes().replace(b'{{ "{{" }}', b"{{")
        name = str(path).removeprefix(PREFIX).replace("parent/", "../").replace("dot.", ".")
        assert written == (shop / name).read_bytes()


def test_a_large_file_and_many_files(shop: Path) -> None:
    files: dict[str, Any] = {f"many/{number}": "x" for number in range(MOST + 1)}
    files |= {"large": "x" * (LARGEST + 1), "fits": "x" * LARGEST}
    mounts = ["./many:/many:ro", "./large:/large:ro", "./fits:/fits:ro"]
    found = imported(shop, {"mounts": mounts, "files": files})
    assert [str(path) for path in found.stack.copies] == [f"{PREFIX}fits"]
    assert_told(found, "note", ["./many must exist on each host of the match entry: it has more"])
    assert_told(found, "note", ["./large must exist on each host of the match entry: it is larger"])


def test_one_copy_for_all_that_mount_it(shop: Path) -> None:
    put(shop, "a.conf", "a")
    service = {"image": "nginx", "volumes": ["./a.conf:/a.conf:ro"]}
    document = {"services": {"one": service, "two": {**service, "profiles": ["more"]}}}
    (shop / "compose.yml").write_text(json.dumps(document))
    found = read_compose([shop / "compose.yml"], {}, match="*", profiles=["more"])
    assert list(found.stack.copies) == [PurePosixPath(f"{PREFIX}a.conf")]
    for crate in found.stack.crates:
        assert [item.name for item in crate.resources if item.kind == "file"] == ["file-a.conf"]
