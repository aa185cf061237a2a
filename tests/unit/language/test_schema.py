# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema accepts all valid stacks of the tests, and rejects what a schema can detect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from tests.yaml_files import read_yaml
from vigo_bridge.language import load
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.folder import Kind, kind_of
from vigo_bridge.language.schema import schema
from vigo_bridge.language.yaml_tree import BrokenFile, parse

ROOT = Path(__file__).parents[3]
ANY = Draft202012Validator(schema())
OF_KIND = {kind: Draft202012Validator(schema(kind)) for kind in get_args(Kind)}

#: What a schema sees: keys, shapes, what is missing or not supported. Other findings need more
#: than one file, or templates.
SEEN = ("VB104", "VB105", "VB106", "VB107")
#: Such a finding that depends on the file's place, which only the schema of its kind knows.
MISPLACED = (
    "this is a configcrate, but the file is not in configcrates/",
    "stack.vgo must be at the top of the stack's folder, not in a subfolder",
)


def is_valid(path: str, text: str | bytes) -> dict[str, bool]:
    """Return whether the schema of all files, and that of its kind, accept a file."""
    content = text.encode() if isinstance(text, str) else text
    value = parse(path, content, Diagnostics())
    data = value.data if value is not None else None
    return {
        "any": ANY.is_valid(data),
        "kind": OF_KIND[kind_of(PurePosixPath(path))].is_valid(data),
    }


def valid_files() -> Iterator[Any]:
    """Yield the example stacks, and the stacks of the tests of `resolve`."""
    for stack in (ROOT / "stacks", ROOT / "tests/integration/seed/stacks"):
        for path in sorted(stack.rglob("*.vgo")):
            name = path.relative_to(stack).as_posix()
            yield pytest.param(name, path.read_text(), id=f"{stack.parent.name}: {name}")
    for file in sorted((ROOT / "tests/unit/resolve/cases").glob("*.yaml")):
        for case in read_yaml(file):
            for name, text in case["files"].items():
                if name.endswith(".vgo"):
                    yield pytest.param(name, text, id=f"{file.stem}: {case['case']}: {name}")


BUILD = """\
name: web
image: r.example.com/web
variable: web_image
context: ../web
args: {VERSION: 1.10, PROXY: }
cache_from: type=registry,ref=x
platforms: [linux/amd64]
secrets: {key: secret:shop/key}
pull: true
"""


@pytest.mark.parametrize(
    ("path", "text"), [*valid_files(), pytest.param("builds/web.vgo", BUILD, id="build")]
)
def test_valid_files(path: str, text: str) -> None:
    assert is_valid(path, text) == {"any": True, "kind": True}


def bad_cases() -> Iterator[Any]:
    for file in sorted((Path(__file__).parent / "bad").glob("*.yaml")):
        for case in read_yaml(file):
            yield pytest.param(case.get("files", {}), id=f"{file.stem}: {case['case']}")


@pytest.mark.parametrize("files", list(bad_cases()))
def test_findings_that_a_schema_can_see(files: dict[str, str], tmp_path: Path) -> None:
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    findings: dict[str, list[str]] = {path: [] for path in files if path.endswith(".vgo")}
    for item in load(tmp_path).diagnostics:
        if item.severity == "error" and item.position and item.position.file in findings:
            findings[item.position.file].append(f"{item.code} {item.message}")
    for path, messages in findings.items():
        if path.startswith("templates/"):
            continue
        try:
            accepted = is_valid(path, files[path])
        except BrokenFile:
            continue  # no YAML, nothing that a schema could look at
        seen = [message for message in messages if message.startswith(SEEN)]
        if seen:
            is_misplaced = all(any(each in message for each in MISPLACED) for message in seen)
            assert accepted == {"any": is_misplaced, "kind": False}, (path, seen)
        if not messages:
            assert accepted == {"any": True, "kind": True}, path


#: what is wrong -> a crate's resource
REFUSED = {
    "a choice": {"type": "container", "container": "a", "image": "b", "state": "runing"},
    "a truth value": {"type": "container", "container": "a", "image": "b", "init": "maybe"},
    "a number": {"type": "file", "target_path": "/a", "baseindent": "two"},
    "a list for a text": {"type": "exec", "command": "a", "unless": ["a"]},
    "an unknown type": {"type": "package"},
    "no type": {"name": "a"},
    "a key of a file": {"type": "exec", "command": "a", "template": False},
    "no image": {"type": "container", "container": "a"},
    "an empty command": {"type": "exec", "command": ""},
    "case alone": {"type": "exec", "command": "a", "case": "x"},
    "an older attribute of a current type": {
        "type": "container",
        "container": "a",
        "image": "b",
        "restart_policy": "no",
    },
}
ACCEPTED = {
    "a template for anything": {
        "type": "container",
        "container": "a",
        "image": "b",
        "init": "{{ .Vars.i }}",
        "cpu_shares": "{{ .Vars.c }}",
        "state": "{{ .Vars.s }}",
    },
    "no image when absent": {"type": "container", "container": "a", "state": "absent"},
    "keys without a value": {"type": "exec", "command": "a", "name": None, "unless": None},
    "an older type": {
        "type": "docker_container",
        "container": "a",
        "image": "b",
        "restart_policy": "no",
    },
    "attributes from a match": {
        "type": "exec",
        "case": "x",
        "match": {"x": {"command": "a"}, "default": {"command": "b"}},
    },
}


@pytest.mark.parametrize("resource", REFUSED.values(), ids=REFUSED)
def test_refused(resource: dict[str, Any]) -> None:
    assert not ANY.is_valid({"name": "web", "resources": [resource]})


@pytest.mark.parametrize("resource", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted(resource: dict[str, Any]) -> None:
    crate = {"name": "web", "resources": [resource]}
    assert [error.message for error in ANY.iter_errors(crate)] == []


def test_defaults_may_give_what_a_resource_needs() -> None:
    resources = [{"type": "container", "container": "a"}]
    assert ANY.is_valid({"name": "web", "defaults": {"image": "b"}, "resources": resources})


def test_the_schemas_are_schemas() -> None:
    """Each definition is checked once, however many schemas have it."""
    checked: list[Any] = []
    for kind in (None, *get_args(Kind)):
        checks = schema(kind)
        definitions = checks.pop("$defs")
        new = {name: part for name, part in definitions.items() if part not in checked}
        Draft202012Validator.check_schema({**checks, "$defs": new})
        checked += new.values()
